// GREASE, the lookup budget, rate limits and the write budget through the store, with restarts in the middle.
#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
const std::string kC = "https://c.test";
constexpr std::int64_t kHour = 3600LL * 1000;

std::string text_of(int i) { return "file " + std::to_string(i); }

class LookupsTest : public StoreTest {
 protected:
  LookupsTest() {
    EXPECT_TRUE(store_.set_setting("lookup.budget", "on"));
    std::vector<Hash> hashes;
    for (int i = 0; i < 64; ++i) {
      hashes.push_back(hash_of(text_of(i)));
    }
    put_on_public_hash_list(hashes);
  }
  void store_files(int count) {
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(put(kA, text_of(i), Scope::global()));
    }
  }
  int found(const std::string& origin, int from, int to, const std::string& page = {}) {
    int count = 0;
    for (int i = from; i < to; ++i) {
      const Caller caller = framed(origin, page.empty() ? origin : page);
      count += ask_as(caller, hash_of(text_of(i))) != Disclosure::kRefused ? 1 : 0;
      clock_.advance(1);
    }
    return count;
  }
  Disclosure ask_active(const std::string& origin, const Hash& hash) {
    return ask_as({profile('a'), origin_of(origin), std::nullopt, true}, hash);
  }
};

TEST_F(LookupsTest, ASiteFindsSixteenSmallFilesADay) {
  store_files(20);
  EXPECT_EQ(found(kB, 0, 20), 16);
  EXPECT_EQ(why(kB, hash_of(text_of(19))), MissReason::kBudgetSpent);
  EXPECT_EQ(found(kC, 0, 20), 16) << "every site has a budget of its own";
}

TEST_F(LookupsTest, FoundOrNotEachDistinctHashCostsOneOnce) {
  store_files(20);
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(found(kB, 12, 20), 8);
    EXPECT_EQ(found(kB, 40, 48), 0) << "eight that are not there";
  }
  EXPECT_EQ(ask(kB, hash_of(text_of(0))), Disclosure::kRefused) << "the seventeenth";
}

TEST_F(LookupsTest, ABudgetSurvivesARestart) {
  store_files(20);
  EXPECT_EQ(found(kB, 0, 10), 10);
  restart();
  EXPECT_EQ(found(kB, 0, 20), 16);
  restart();
  EXPECT_EQ(found(kB, 16, 20), 0);
  EXPECT_EQ(found(kB, 0, 16), 16) << "what was paid for stays paid for";
}

TEST_F(LookupsTest, OriginsOfOneSiteShareABudget) {
  store_files(20);
  EXPECT_EQ(found("https://one.b.test", 0, 10), 10);
  EXPECT_EQ(found("https://two.b.test", 10, 20), 6);
}

TEST_F(LookupsTest, ManyFramesOfManySitesDrawOnThePagesBudget) {
  store_files(20);
  int all = 0;
  for (int i = 0; i < 20; ++i) {
    all += found("https://frame" + std::to_string(i) + ".test", i, i + 1, kB);
  }
  EXPECT_EQ(all, 16);
  EXPECT_EQ(found("https://frame0.test", 0, 1, kC), 1) << "another page has its own";
}

TEST_F(LookupsTest, WhatAFrameHasPaidForOnOnePageTellsItNothingOnAnother) {
  store_files(32);
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(found("https://tracker.test", 2 * i + i % 2, 2 * i + i % 2 + 1, kB), 1) << "one of each pair";
  }
  EXPECT_EQ(found("https://tracker.test", 0, 16, kC), 16) << "on the other page all of the first sixteen";
  EXPECT_EQ(found("https://tracker.test", 16, 32, "https://tracker.test"), 16) << "and at home all of the last";
}

TEST_F(LookupsTest, AFrameThatAsksTooFastOnOnePageIsNotHeldBackOnAnother) {
  ASSERT_TRUE(store_.set_setting("rate.reads", "1"));
  ASSERT_TRUE(put_request({profile('a'), origin_of(kC), hash_of("own"), {}, "", origin_of(kB)}, "own"));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(store_.request_read(framed(kC, kA), hash_of("own")));
  }
  EXPECT_TRUE(store_.request_read(framed(kC, kB), hash_of("own"))->has_value());
}

TEST_F(LookupsTest, WhereFramesAreNotKeptApartTheAskingSitePaysToo) {
  ASSERT_TRUE(store_.set_setting("frames.partition", "off"));
  store_files(32);
  EXPECT_EQ(found("https://tracker.test", 0, 16, kB), 16);
  EXPECT_EQ(found("https://tracker.test", 16, 32, kC), 0);
}

TEST_F(LookupsTest, ALookupOfWhatTheSiteStoredIsFreeAndAWriteIsToo) {
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(put(kB, text_of(i), Scope::global()));
  }
  EXPECT_EQ(found(kB, 0, 30), 30);
  EXPECT_EQ(found("https://www.b.test", 0, 30), 30);
  ASSERT_TRUE(put(kA, text_of(40), Scope::global()));
  EXPECT_EQ(found(kB, 40, 41), 1);
  EXPECT_EQ(store_.explain_read({profile('a'), origin_of(kB)}, hash_of(text_of(50)))->lookups_left, 14U);
}

TEST_F(LookupsTest, ReadsThatAListGrantsAreNotGatedUnlessTheUserWantsThat) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(put(kA, text_of(i), i % 2 == 0 ? Scope::list({origin_of(kB)}) : Scope::same_site()));
  }
  EXPECT_EQ(found(kB, 0, 40), 20);
  ASSERT_TRUE(store_.set_setting("lookup.lists", "on"));
  EXPECT_LT(found(kC, 0, 40), 20);
  EXPECT_LE(found(kB, 0, 40), 16);
}

TEST_F(LookupsTest, WhatWasMissingStaysMissingForTheWindow) {
  EXPECT_EQ(found(kB, 3, 4), 0);
  ASSERT_TRUE(put(kA, text_of(3), Scope::global()));
  for (int minute = 0; minute < 100; ++minute) {
    clock_.advance(60'000);
    EXPECT_EQ(ask_active(kB, hash_of(text_of(3))), Disclosure::kRefused) << "in which minute it came is not told";
  }
  EXPECT_EQ(why(kB, hash_of(text_of(3))), MissReason::kAnswerStands);
  restart();
  EXPECT_EQ(ask_active(kB, hash_of(text_of(3))), Disclosure::kRefused);
  EXPECT_EQ(ask(kC, hash_of(text_of(3))), Disclosure::kGlobal) << "who asks first now is told";
  clock_.advance(25 * kHour);
  EXPECT_EQ(ask_active(kB, hash_of(text_of(3))), Disclosure::kGlobal);
  EXPECT_EQ(ask(kB, hash_of(text_of(3))), Disclosure::kGlobal);
}

TEST_F(LookupsTest, WhatWasThereAndWentIsMissingAndStaysSoForTheWindow) {
  store_files(1);
  EXPECT_EQ(found(kB, 0, 1), 1);
  ASSERT_TRUE(store_.remove(hash_of(text_of(0))));
  EXPECT_EQ(found(kB, 0, 1), 0);
  store_files(1);
  EXPECT_EQ(found(kB, 0, 1), 0);
}

TEST_F(LookupsTest, ASiteThatStoresWhatItMissedFindsItAtOnce) {
  EXPECT_EQ(found(kB, 3, 4), 0);
  ASSERT_TRUE(put(kB, text_of(3), Scope::global()));
  EXPECT_EQ(found(kB, 3, 4), 1);
}

TEST_F(LookupsTest, ASpentBudgetIsNotRefilledInTheBackground) {
  EXPECT_EQ(found(kB, 0, 16), 0);
  ASSERT_TRUE(put(kA, text_of(3), Scope::global()));
  clock_.advance(25 * kHour);
  EXPECT_EQ(ask(kB, hash_of(text_of(3))), Disclosure::kRefused) << "and waiting in the background refills nothing";
  EXPECT_EQ(ask_active(kB, hash_of(text_of(3))), Disclosure::kGlobal);
}

TEST_F(LookupsTest, ASiteCannotHoldMoreAnswersThanTheBound) {
  ASSERT_TRUE(store_.set_setting("lookup.resolvable", "10"));
  store_files(16);
  EXPECT_EQ(found(kB, 0, 16), 16);
  EXPECT_EQ(found(kB, 6, 16), 10) << "the last ten";
  EXPECT_EQ(found(kB, 0, 6), 0) << "those that fell out are charged again";
  restart();
  EXPECT_EQ(found(kB, 6, 16), 10);
}

TEST_F(LookupsTest, LargeFilesThatAreFoundAreWeighedByWhatTheyTell) {
  ASSERT_TRUE(store_.set_setting("lookup.large", "1KiB"));
  std::vector<std::string> parts;
  std::vector<Hash> hashes;
  for (int i = 0; i < 40; ++i) {
    parts.push_back(text_of(i) + std::string(2000, 'x'));
    hashes.push_back(hash_of(parts.back()));
  }
  put_on_public_hash_list(hashes);
  for (const std::string& part : parts) {
    ASSERT_TRUE(put(kA, part, Scope::global()));
  }
  for (const Hash& hash : hashes) {
    EXPECT_EQ(ask(kB, hash), Disclosure::kGlobal);
  }
}

TEST_F(LookupsTest, AnotherProcessOfTheSameProfileSeesTheSameBudget) {
  store_files(20);
  Store other = open_again();
  EXPECT_EQ(found(kB, 0, 10), 10);
  int count = 0;
  for (int i = 10; i < 20; ++i) {
    count += *other.request_read({profile('a'), origin_of(kB)}, hash_of(text_of(i))) ? 1 : 0;
  }
  EXPECT_EQ(count, 6);
}

TEST_F(LookupsTest, AccountsOfSitesThatNoLongerAskAreForgotten) {
  EXPECT_EQ(found(kB, 0, 4), 0);
  clock_.advance(70 * 24 * kHour);
  EXPECT_EQ(found(kC, 0, 4), 0);
  restart();
  EXPECT_EQ(store_.explain_read({profile('a'), origin_of(kB)}, hash_of(text_of(50)))->lookups_left, 15U);
}

TEST_F(LookupsTest, EveryRefusalIsChargedAlike) {
  ASSERT_TRUE(put(kA, "hidden"));
  ASSERT_TRUE(put(kA, "unlisted", Scope::global()));
  std::uint32_t left = 16;
  for (const char* text : {"hidden", "unlisted", "absent"}) {
    EXPECT_EQ(ask(kB, hash_of(text)), Disclosure::kRefused);
    const auto next = store_.explain_read({profile('a'), origin_of(kB)}, hash_of("yet another"));
    EXPECT_EQ(next->lookups_left, --left - 1) << text;
  }
}

// A charge as for a hit would show in what is left for other lookups.
TEST_F(LookupsTest, WhateverIsRefusedCostsTheBitsOfAMiss) {
  ASSERT_TRUE(store_.set_setting("grease.percent", "50"));
  store_files(32);
  ASSERT_TRUE(put(kA, text_of(40)));
  ASSERT_TRUE(put(kA, "unlisted", Scope::global()));
  std::vector<Hash> suppressed;
  for (int i = 0; i < 32 && suppressed.size() < 2; ++i) {
    if (why(kB, hash_of(text_of(i))) == MissReason::kSuppressed) {
      suppressed.push_back(hash_of(text_of(i)));
    }
  }
  ASSERT_EQ(suppressed.size(), 2U);
  const auto left_after = [&](const std::string& site, const std::vector<Hash>& hashes) {
    for (const Hash& hash : hashes) {
      EXPECT_EQ(ask(site, hash), Disclosure::kRefused);
    }
    const auto next = store_.explain_read({profile('a'), origin_of(site)}, hash_of("yet another")).value();
    return std::pair(next.lookups_left, next.bits_left);
  };
  const Hash hidden = hash_of(text_of(40));
  const auto misses = left_after(kC, {hash_of("1"), hash_of("2"), hash_of("3"), hash_of("4")});
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i) + ".test";
    EXPECT_EQ(left_after("https://d" + number, {hash_of("1"), hidden, hash_of("3"), hash_of("4")}), misses);
    EXPECT_EQ(left_after("https://e" + number, {hash_of("1"), hash_of("unlisted"), hash_of("3"), hash_of("4")}), misses)
        << "at one or the other it is not suppressed";
  }
  EXPECT_EQ(left_after(kB, {hash_of("1"), suppressed[0], hash_of("3"), suppressed[1]}), misses);
}

TEST_F(LookupsTest, GreaseSuppressesSmallGlobalReadsOnlyAndTheSameOnesEachTime) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "off"));
  ASSERT_TRUE(store_.set_setting("grease.percent", "50"));
  store_files(64);
  const auto answers = [&](const std::string& origin, const std::string& page) {
    std::string seen;
    for (int i = 0; i < 64; ++i) {
      seen += ask_as(framed(origin, page), hash_of(text_of(i))) == Disclosure::kGlobal ? '1' : '0';
    }
    return seen;
  };
  const std::string first = answers(kB, kB);
  EXPECT_GT(std::count(first.begin(), first.end(), '0'), 12);
  EXPECT_GT(std::count(first.begin(), first.end(), '1'), 12);
  restart();
  EXPECT_EQ(answers(kB, kB), first) << "again, after a restart";
  EXPECT_EQ(answers("https://sibling.b.test", kB), first) << "from a sibling origin";
  EXPECT_EQ(answers(kC, kB), first) << "from a frame of another site on the page";
  EXPECT_NE(answers(kC, kC), first) << "another site has other luck";
  EXPECT_EQ(answers(kA, kA), std::string(64, '0')) << "its own entries are no global reads";
  EXPECT_EQ(found(kA, 0, 64), 64);
  clock_.advance(31 * 24 * kHour);
  EXPECT_NE(answers(kB, kB), first) << "another epoch";
}

TEST_F(LookupsTest, WhatGreaseSuppressesInOneProfileDoesNotShowInAnother) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "off"));
  ASSERT_TRUE(store_.set_setting("grease.percent", "50"));
  store_files(64);
  const auto answers = [&](const Realm& realm) {
    std::string seen;
    for (int i = 0; i < 64; ++i) {
      seen += ask_as({realm, origin_of(kB)}, hash_of(text_of(i))) == Disclosure::kGlobal ? '1' : '0';
    }
    return seen;
  };
  EXPECT_NE(answers(profile('a')), answers(profile('b')));
}

TEST_F(LookupsTest, GreaseSparesLargeFiles) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "off"));
  ASSERT_TRUE(store_.set_setting("grease.percent", "50"));
  std::vector<Hash> hashes;
  for (int i = 0; i < 24; ++i) {
    hashes.push_back(hash_of(text_of(i) + std::string(500 * 1024, 'x')));
  }
  put_on_public_hash_list(hashes);
  for (int i = 0; i < 24; ++i) {
    ASSERT_TRUE(put(kA, text_of(i) + std::string(500 * 1024, 'x'), Scope::global()));
    EXPECT_EQ(ask(kB, hashes[static_cast<std::size_t>(i)]), Disclosure::kGlobal);
  }
}

TEST_F(LookupsTest, AnOriginThatAsksTooFastMissesWhateverItAsksFor) {
  ASSERT_TRUE(store_.set_setting("rate.reads", "1"));
  ASSERT_TRUE(put(kA, "mine"));
  int hits = 0;
  for (int i = 0; i < 100; ++i) {
    hits += *store_.request_read({profile('a'), origin_of(kA)}, hash_of("mine")) ? 1 : 0;
  }
  EXPECT_GE(hits, 10);
  EXPECT_LE(hits, 20) << "ten at once, and one a second";
  EXPECT_TRUE(store_.request_read(framed("https://www.a.test", kA), hash_of("mine"))->has_value()) << "another origin";
  ASSERT_TRUE(put(kA, "mine", {}, profile('b')));
  EXPECT_TRUE(store_.request_read({profile('b'), origin_of(kA)}, hash_of("mine"))->has_value()) << "another profile";
}

TEST_F(LookupsTest, AnOriginThatWritesTooFastIsRefused) {
  ASSERT_TRUE(store_.set_setting("rate.writes", "1"));
  int begun = 0;
  for (int i = 0; i < 40; ++i) {
    begun += store_.begin_write({profile('a'), origin_of(kA), hash_of("x")}) ? 1 : 0;
  }
  EXPECT_GE(begun, 10);
  EXPECT_LE(begun, 20);
  EXPECT_TRUE(store_.begin_write({profile('a'), origin_of(kB), hash_of("x")}));
}

TEST_F(LookupsTest, ASitesPagesStoreSoManyFilesADay) {
  ASSERT_TRUE(store_.set_setting("write.files", "4"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(put("https://w" + std::to_string(i) + ".a.test", text_of(i)));
  }
  ASSERT_TRUE(put_request({profile('a'), origin_of(kC), hash_of("frame"), {}, "", origin_of(kA)}, "frame"))
      << "frames draw on the page's budget";
  restart();
  EXPECT_EQ(put(kA, text_of(4)).error().code, ErrorCode::kQuotaExceeded);
  EXPECT_TRUE(put(kB, text_of(4))) << "another site has its own";
  EXPECT_TRUE(put(kA, text_of(4), {}, profile('b'))) << "and another profile";
  EXPECT_EQ(incoming_files(), 0U);
  clock_.advance(25 * kHour);
  EXPECT_TRUE(put(kA, text_of(4)));
}

TEST_F(LookupsTest, WhatIsBeingWrittenCountsAndWhatFailedDoesNot) {
  ASSERT_TRUE(store_.set_setting("write.files", "2"));
  {
    const auto one = store_.begin_write({profile('a'), origin_of(kA), hash_of("1")});
    const auto two = store_.begin_write({profile('a'), origin_of(kA), hash_of("2")});
    ASSERT_TRUE(one && two);
    EXPECT_EQ(store_.begin_write({profile('a'), origin_of(kA), hash_of("3")}).error().code, ErrorCode::kQuotaExceeded);
  }
  EXPECT_EQ(put_as(kA, hash_of("right"), "wrong").error().code, ErrorCode::kData);
  ASSERT_TRUE(put(kA, "1"));
  ASSERT_TRUE(put(kA, "1")) << "storing again what it stored costs nothing";
  ASSERT_TRUE(put(kA, "2"));
  EXPECT_EQ(put(kA, "3").error().code, ErrorCode::kQuotaExceeded);
}

TEST_F(LookupsTest, WhatAFrameStoredOnOnePageDoesNotShowInItsWriteBudgetOnAnother) {
  ASSERT_TRUE(store_.set_setting("write.files", "2"));
  const auto framed_put = [&](const std::string& page, const std::string& text) {
    return put_request({profile('a'), origin_of(kC), hash_of(text), {}, "", origin_of(page)}, text).has_value();
  };
  ASSERT_TRUE(framed_put(kA, "1"));
  for (const std::string& page : {kA, kB}) {
    EXPECT_TRUE(framed_put(page, "1"));
  }
  EXPECT_TRUE(framed_put(kB, "2"));
  EXPECT_FALSE(framed_put(kB, "3")) << "the file that it had stored on the other page was counted here";
  EXPECT_TRUE(framed_put(kA, "2")) << "and storing again on the same page was not";
}

TEST_F(LookupsTest, LargeWritesAreWeighed) {
  ASSERT_TRUE(store_.set_setting("write.files", "2"));
  auto writer = store_.begin_write({profile('a'), origin_of(kA), hash_of("x")});
  ASSERT_TRUE(writer);
  const std::vector<std::uint8_t> block(1U << 20U);
  EXPECT_TRUE(writer->write(100U << 20U, block)) << "two units";
  EXPECT_EQ(writer->write(128U << 20U, block).error().code, ErrorCode::kQuotaExceeded) << "three";
  EXPECT_EQ(writer->truncate(128U << 20U).error().code, ErrorCode::kQuotaExceeded) << "a hole counts as bytes do";
}

// With many accounts that cannot be written none can be given up, and the first payer's must outlast the second's
// coming.
TEST_F(LookupsTest, TwoPayersAreChargedWhileNoAccountCanBeWritten) {
  ASSERT_TRUE(store_.set_setting("frames.partition", "off"));
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(
        store_.request_read({profile('a'), origin_of("https://s" + std::to_string(i) + ".test")}, hash_of("x")));
  }
  ASSERT_TRUE(store_.request_read(framed("https://frame.test", "https://page.test"), hash_of("x")));
  ASSERT_TRUE(other->execute("COMMIT"));
  ASSERT_TRUE(store_.request_read(framed("https://frame.test", "https://page.test"), hash_of("y")));
  for (const char* payer : {"https://frame.test", "https://page.test"}) {
    EXPECT_EQ(other->integer("SELECT counted FROM lookup_account WHERE site = ?1", std::string(payer))->value_or(0), 2)
        << payer;
  }
}

}  // namespace
}  // namespace libcos
