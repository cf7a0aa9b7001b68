#include "cos/disclosure.h"

namespace libcos {

Disclosure decide_disclosure(const DisclosureFacts& facts, const std::function<GlobalGate()>& global_gate) {
  if (facts.stored_by_origin) {
    return Disclosure::kStoringOrigin;
  }
  if (facts.stored_by_same_site) {
    return Disclosure::kSameSite;
  }
  if (facts.listed) {
    return Disclosure::kListed;
  }
  const GlobalGate gate = global_gate();
  const bool discloses =
      facts.globally_disclosable && gate.on_public_hash_list && !gate.suppressed && !gate.budget_spent;
  return discloses ? Disclosure::kGlobal : Disclosure::kRefused;
}

std::string_view disclosure_name(Disclosure disclosure) {
  switch (disclosure) {
    case Disclosure::kRefused:
      return "refused";
    case Disclosure::kStoringOrigin:
      return "storing origin";
    case Disclosure::kSameSite:
      return "same site";
    case Disclosure::kListed:
      return "listed";
    case Disclosure::kGlobal:
      return "global";
  }
  return "refused";
}

}  // namespace libcos
