#include "cos/origin.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace libcos {
namespace {

TEST(Origin, FromUrlGivesTheCanonicalOrigin) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://example.com", "https://example.com"},
      {"https://example.com/", "https://example.com"},
      {"HTTPS://EXAMPLE.com/Path?q#f", "https://example.com"},
      {"https://example.com:443/x", "https://example.com"},
      {"http://example.com:80", "http://example.com"},
      {"http://example.com:443", "http://example.com:443"},
      {"https://example.com:8443", "https://example.com:8443"},
      {"https://example.com:0008443", "https://example.com:8443"},
      {"https://example.com:", "https://example.com"},
      {"https://user:pass@example.com/", "https://example.com"},
      {"https://a@b@example.com/", "https://example.com"},
      // What follows the authority may look like one, too.
      {"https://example.com/@evil.test", "https://example.com"},
      {"https://example.com\\@evil.test", "https://example.com"},
      {"https://example.com?@evil.test", "https://example.com"},
      {"https://example.com#@evil.test", "https://example.com"},
      {"https://example.com:65535", "https://example.com:65535"},
      {"  https://example.com\n", "https://example.com"},
      {"https://exa\tmple.com", "https://example.com"},
      {"https:\\\\example.com\\path", "https://example.com"},
      {"https:example.com", "https://example.com"},
      {"https:////example.com", "https://example.com"},
      {"https://b\xC3\xBC"
       "cher.example",
       "https://xn--bcher-kva.example"},
      {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
      {"https://127.0.0.1:8080/", "https://127.0.0.1:8080"},
      {"https://[::1]:3000/", "https://[::1]:3000"},
      {"https://[2001:DB8:0:0::1]/", "https://[2001:db8::1]"},
      {"http://localhost:3000", "http://localhost:3000"},
      {"https://example.com.", "https://example.com."},
      {"https://a_b.example.com", "https://a_b.example.com"},
  };
  for (const auto& [url, expected] : cases) {
    const auto origin = Origin::from_url(url);
    ASSERT_TRUE(origin) << url;
    EXPECT_EQ(origin->serialize(), expected) << url;
  }
}

TEST(Origin, FromUrlRefusesWhatHasNoHttpOrigin) {
  for (const std::string url : {"",
                                "*",
                                "null",
                                "example.com",
                                "//example.com",
                                "/path",
                                "ftp://example.com",
                                "file:///etc/passwd",
                                "data:text/html,x",
                                "blob:https://example.com/1",
                                "javascript:alert(1)",
                                "https://",
                                "https:///",
                                "https://:443",
                                "https://exa mple.com",
                                "https://exam%70le.com",
                                "https://exa<mple.com",
                                "https://example.com:99999",
                                "https://example.com:65536",
                                "https://example.com:80a",
                                "https://example.com:-1",
                                "https://[::1",
                                "https://[zz]",
                                "https://[::ffff:192.0.2.1]",
                                "https://[::ffff:c000:201]",
                                "https://[::192.0.2.1]",
                                "https://1.2.3",
                                "https://0x7f.1",
                                "https://256.1.1.1",
                                "https://1.2.3.4.5",
                                "https://example.0x1",
                                "https://.example.com",
                                "https://a..b",
                                "https://.",
                                "https://ex|ample.com",
                                "chrome-extension://abc",
                                "https*://x",
                                "ht tps://x"}) {
    const auto origin = Origin::from_url(url);
    EXPECT_FALSE(origin) << url << " → " << (origin ? origin->serialize() : "");
  }
}

TEST(Origin, AHostHasAtMost253Characters) {
  const std::string label = std::string(49, 'a') + '.';
  const std::string host = label + label + label + label + label + "abc";
  ASSERT_EQ(host.size(), 253U);
  EXPECT_TRUE(Origin::from_url("https://" + host));
  EXPECT_FALSE(Origin::from_url("https://" + host + "d"));
}

// What parses addresses and IDNA ends at a zero byte, and what stands before it would be another host.
TEST(Origin, AHostWithAZeroByteIsNoHost) {
  using std::string_literals::operator""s;
  for (const std::string& url : {"https://[::1\0.evil.test]"s, "https://bücher.test\0.evil.test"s,
                                 "https://127.0.0.1\0.evil.test"s, "https://a.test\0"s + "/"}) {
    EXPECT_FALSE(Origin::from_url(url)) << url;
  }
}

TEST(Origin, ASerializedOriginMustBeCanonicalAlready) {
  EXPECT_TRUE(Origin::from_serialized("https://example.com"));
  EXPECT_TRUE(Origin::from_serialized("http://127.0.0.1:8080"));
  EXPECT_TRUE(Origin::from_serialized("null")->is_opaque());
  for (const char* text : {"https://example.com/", "HTTPS://example.com", "https://example.com:443",
                           "https://EXAMPLE.com", " https://example.com", "https://user@example.com", "", "Null"}) {
    EXPECT_FALSE(Origin::from_serialized(text)) << text;
  }
}

TEST(Origin, OpaqueOriginsAreNeverTheSameOrigin) {
  EXPECT_FALSE(Origin::opaque().is_same_origin(Origin::opaque()));
  EXPECT_EQ(Origin::opaque().serialize(), "null");
}

TEST(Origin, ParsingTheSerializationOfAnyParsedUrlChangesNothing) {
  EXPECT_TRUE(rc::check([] {
    const std::string url =
        "https://" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("aZ0.-_:@/[]%*x"))) + "";
    if (const auto origin = Origin::from_url(url)) {
      RC_ASSERT(Origin::from_serialized(origin->serialize()).value() == *origin);
    }
  }));
}

TEST(Origin, NoBytesCrashTheParser) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = *rc::gen::arbitrary<std::string>();
    (void)Origin::from_url(bytes);
    (void)Origin::from_url("https://" + bytes);
    (void)Origin::from_serialized(bytes);
  }));
}

class SiteTest : public testing::Test {
 protected:
  std::string site(const std::string& url) { return suffixes_.site_of(Origin::from_url(url).value()).serialized; }
  bool same_site(const std::string& a, const std::string& b) {
    return suffixes_.site_of(Origin::from_url(a).value()).is_same_site(suffixes_.site_of(Origin::from_url(b).value()));
  }

  PublicSuffixes suffixes_ = PublicSuffixes::newest();
};

TEST_F(SiteTest, IsSchemeAndRegistrableDomain) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://example.com", "https://example.com"},
      {"https://www.example.com", "https://example.com"},
      {"https://a.b.c.example.co.uk", "https://example.co.uk"},
      {"https://example.com:8443", "https://example.com"},
      {"http://www.example.com", "http://example.com"},
      // Private public suffixes: two users of one hoster are two sites.
      {"https://alice.github.io", "https://alice.github.io"},
      {"https://www.alice.github.io", "https://alice.github.io"},
      // A public suffix itself, an address, a single label: no registrable domain, so the host.
      {"https://github.io", "https://github.io"},
      {"https://co.uk", "https://co.uk"},
      {"https://127.0.0.1", "https://127.0.0.1"},
      {"https://[::1]:3000", "https://[::1]"},
      {"http://localhost:3000", "http://localhost"},
      {"https://foo.localhost", "https://foo.localhost"},
      {"https://a.test", "https://a.test"},
      {"https://www.a.test", "https://a.test"},
      {"https://www.example.com.", "https://example.com."},
  };
  for (const auto& [url, expected] : cases) {
    EXPECT_EQ(site(url), expected) << url;
  }
}

TEST_F(SiteTest, SchemesAndSuffixesSeparateSites) {
  EXPECT_TRUE(same_site("https://a.example.com", "https://b.example.com:444"));
  EXPECT_FALSE(same_site("https://example.com", "http://example.com"));
  EXPECT_FALSE(same_site("https://alice.github.io", "https://bob.github.io"));
  EXPECT_FALSE(same_site("https://1.2.3.4", "https://5.2.3.4"));
  EXPECT_FALSE(same_site("https://a.test", "https://b.test"));
}

TEST_F(SiteTest, AnOpaqueOriginIsSameSiteWithNothing) {
  const Site opaque = suffixes_.site_of(Origin::opaque());
  EXPECT_FALSE(opaque.is_same_site(opaque));
}

}  // namespace
}  // namespace libcos
