#include "rules/host_list.h"

#include <gtest/gtest.h>

namespace libcos {
namespace {

TEST(HostListTest, AHostStandsForItselfAndAllBelowIt) {
  HostList list;
  ASSERT_TRUE(list.add("example.com"));
  for (const char* covered :
       {"example.com", "www.example.com", "a.b.example.com", "example.com.", "www.example.com."}) {
    EXPECT_TRUE(list.covers(covered)) << covered;
  }
  for (const char* other :
       {"com", "badexample.com", "example.org", "example.com.evil.test", ".example.com.x", "", "."}) {
    EXPECT_FALSE(list.covers(other)) << other;
  }
}

TEST(HostListTest, AnAddressStandsForItself) {
  HostList list;
  ASSERT_TRUE(list.add("192.0.2.1") && list.add("[::1]") && list.add("localhost"));
  EXPECT_TRUE(list.covers("192.0.2.1") && list.covers("[::1]") && list.covers("localhost"));
  EXPECT_FALSE(list.covers("192.0.2.10"));
}

TEST(HostListTest, WhatIsNoHostIsRefused) {
  HostList list;
  for (const char* wrong : {"", "https://example.com", "example.com/path", "example.com:443", "EXAMPLE.com",
                            "*.example.com", "user@example.com", " example.com"}) {
    EXPECT_FALSE(list.add(wrong)) << wrong;
  }
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace libcos
