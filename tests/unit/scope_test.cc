#include "cos/scope.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace libcos {
namespace {

using Urls = std::vector<std::string>;

Origin origin(const std::string& url) { return Origin::from_url(url).value(); }

Urls serialized(std::span<const Origin> origins) {
  Urls urls;
  std::transform(origins.begin(), origins.end(), std::back_inserter(urls),
                 [](const Origin& o) { return o.serialize(); });
  return urls;
}

Urls numbered(int count) {
  Urls urls;
  for (int i = 0; i < count; ++i) {
    urls.push_back("https://site" + std::to_string(i) + ".example");
  }
  return urls;
}

TEST(Scope, AbsentAndEmptyOriginsMeanSameSite) {
  EXPECT_EQ(Scope::parse({})->kind(), Scope::Kind::kSameSite);
  EXPECT_EQ(Scope::parse(Urls{})->kind(), Scope::Kind::kSameSite);
}

TEST(Scope, AStarAloneIsGlobalAndInsideAListATypeError) {
  EXPECT_EQ(Scope::parse(std::string("*"))->kind(), Scope::Kind::kGlobal);
  EXPECT_EQ(Scope::parse(Urls{"*"}).error().code, ErrorCode::kType);
  EXPECT_EQ(Scope::parse(Urls{"https://a.example", "*"}).error().code, ErrorCode::kType);
}

TEST(Scope, ABareStringIsAListOfOne) {
  const auto scope = Scope::parse(std::string("https://A.example/path"));
  ASSERT_TRUE(scope);
  EXPECT_EQ(scope->kind(), Scope::Kind::kList);
  EXPECT_EQ(serialized(scope->origins()), Urls{"https://a.example"});
}

TEST(Scope, AListIsDeduplicatedByOriginInTheOrderGiven) {
  const auto scope = Scope::parse(Urls{"https://b.example/1", "https://a.example", "https://B.example:443"});
  EXPECT_EQ(serialized(scope->origins()), (Urls{"https://b.example", "https://a.example"}));
}

TEST(Scope, AHundredOriginsPassAndAHundredAndOneAreATypeErrorEvenWhenEqual) {
  EXPECT_TRUE(Scope::parse(numbered(100)));
  EXPECT_EQ(Scope::parse(numbered(101)).error().code, ErrorCode::kType);
  EXPECT_EQ(Scope::parse(Urls(101, "https://a.example")).error().code, ErrorCode::kType);
}

TEST(Scope, AnythingThatIsNoHttpOriginIsATypeError) {
  for (const char* url : {"", "a.example", "data:,x", "ftp://a.example", "null", "about:blank"}) {
    EXPECT_EQ(Scope::parse(Urls{"https://ok.example", url}).error().code, ErrorCode::kType) << url;
    EXPECT_EQ(Scope::parse(std::string(url)).error().code, ErrorCode::kType) << url;
  }
}

ScopeCeiling::Limited limit(std::optional<std::string_view> header, const OriginsArgument& origins) {
  return ScopeCeiling::parse(header).limit(Scope::parse(origins).value());
}

TEST(ScopeCeiling, NoHeaderBoundsNothing) { EXPECT_EQ(limit(std::nullopt, numbered(3)).scope.origins().size(), 3U); }

TEST(ScopeCeiling, CutsAListDownAndNamesWhatItDropped) {
  const auto limited =
      limit(" https://a.example ,\thttps://B.example:443/x", Urls{"https://b.example", "https://c.example"});
  EXPECT_EQ(serialized(limited.scope.origins()), Urls{"https://b.example"});
  EXPECT_EQ(serialized(limited.dropped), Urls{"https://c.example"});
}

TEST(ScopeCeiling, NothingLeftMeansSameSite) {
  EXPECT_EQ(limit("https://a.example", Urls{"https://c.example"}).scope.kind(), Scope::Kind::kSameSite);
}

TEST(ScopeCeiling, OneBadTokenEmptiesIt) {
  for (const char* header : {"*", "https://a.example, *", "https://a.example,", ",https://a.example", "", " ",
                             "https://a.example https://b.example", "a.example, https://a.example", "null",
                             "https://a.example, data:,x", "https://a.example;https://b.example"}) {
    const auto limited = limit(header, Urls{"https://a.example"});
    EXPECT_EQ(limited.scope.kind(), Scope::Kind::kSameSite) << header;
    EXPECT_EQ(limited.dropped.size(), 1U) << header;
  }
}

TEST(ScopeCeiling, LeavesGlobalAndSameSiteAlone) {
  EXPECT_EQ(limit("nonsense", std::string("*")).scope.kind(), Scope::Kind::kGlobal);
  EXPECT_EQ(limit("https://a.example", OriginsArgument{}).scope.kind(), Scope::Kind::kSameSite);
}

TEST(Grants, AStarLeavesTheListAlone) {
  Grants grants;
  grants.merge(Scope::parse(std::string("https://a.example")).value());
  grants.merge(Scope::global());
  EXPECT_TRUE(grants.globally_disclosable());
  EXPECT_TRUE(grants.lists(origin("https://a.example")));
}

TEST(Grants, AListIsMergedAlsoWhenTheFlagIsSet) {
  Grants grants({}, true);
  grants.merge(Scope::parse(std::string("https://a.example")).value());
  EXPECT_TRUE(grants.globally_disclosable());
  EXPECT_TRUE(grants.lists(origin("https://a.example")));
}

TEST(Grants, AWriteForTheOwnSiteGrantsNothingToOthers) {
  Grants grants;
  EXPECT_TRUE(grants.merge(Scope::same_site()).empty());
  EXPECT_FALSE(grants.globally_disclosable());
  EXPECT_TRUE(grants.origins().empty());
}

TEST(Grants, AFullListDropsWhatDoesNotFitAndKeepsWhatItHas) {
  Grants grants;
  EXPECT_TRUE(grants.merge(Scope::parse(numbered(100)).value()).empty());
  const auto dropped = grants.merge(Scope::parse(Urls{"https://site7.example", "https://new.example"}).value());
  EXPECT_EQ(serialized(dropped), Urls{"https://new.example"});
  EXPECT_EQ(grants.origins().size(), kMaxListedOrigins);
  EXPECT_TRUE(grants.lists(origin("https://site0.example")));
}

TEST(Grants, AReadRefreshesAListedOriginAndNoOther) {
  Grants grants({origin("https://a.example"), origin("https://b.example")}, false);
  EXPECT_TRUE(grants.refresh(origin("https://a.example")));
  EXPECT_FALSE(grants.refresh(origin("https://c.example")));
  EXPECT_EQ(serialized(grants.origins()), (Urls{"https://b.example", "https://a.example"}));
}

TEST(Grants, OnlyEverGrowWhateverTheSequenceOfWrites) {
  EXPECT_TRUE(rc::check([] {
    Grants grants;
    for (const int choice : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 140))) {
      const Grants before = grants;
      if (choice == 0) {
        grants.merge(Scope::global());
      } else if (choice == 1) {
        grants.merge(Scope::same_site());
      } else {
        grants.merge(Scope::list({origin("https://site" + std::to_string(choice) + ".example"),
                                  origin("https://site" + std::to_string(choice / 2) + ".example")}));
      }
      RC_ASSERT(grants.globally_disclosable() || !before.globally_disclosable());
      for (const Origin& listed : before.origins()) {
        RC_ASSERT(grants.lists(listed));
      }
      RC_ASSERT(grants.origins().size() <= kMaxListedOrigins);
    }
  }));
}

}  // namespace
}  // namespace libcos
