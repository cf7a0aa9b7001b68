#include "cos/disclosure.h"

#include <gtest/gtest.h>

namespace libcos {
namespace {

DisclosureFacts facts(unsigned bits) {
  return {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0, (bits & 8U) != 0};
}

GlobalGate gate(unsigned bits) { return {(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0}; }

// Every combination of facts and gate against the specification's steps, written out once more.
TEST(Disclosure, TheFirstStepThatHoldsDecides) {
  for (unsigned f = 0; f < 16; ++f) {
    for (unsigned g = 0; g < 8; ++g) {
      Disclosure expected = Disclosure::kRefused;
      if ((f & 1U) != 0) {
        expected = Disclosure::kStoringOrigin;
      } else if ((f & 2U) != 0) {
        expected = Disclosure::kSameSite;
      } else if ((f & 4U) != 0) {
        expected = Disclosure::kListed;
      } else if ((f & 8U) != 0 && g == 1U) {
        expected = Disclosure::kGlobal;
      }
      EXPECT_EQ(decide_disclosure(facts(f), [&] { return gate(g); }), expected) << f << " " << g;
    }
  }
}

TEST(Disclosure, AReadThatTheFirstThreeStepsDecideConsultsNoListAndEveryOtherDoes) {
  for (unsigned f = 0; f < 16; ++f) {
    int asked = 0;
    decide_disclosure(facts(f), [&] {
      ++asked;
      return GlobalGate{};
    });
    EXPECT_EQ(asked, (f & 7U) == 0 ? 1 : 0) << f;
  }
}

}  // namespace
}  // namespace libcos
