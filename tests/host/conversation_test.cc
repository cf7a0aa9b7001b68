// `cos host` as a browser's extension sees it: reading and writing (docs/protocol.md).
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <vector>

#include "host/handle_book.h"
#include "host/host_fixture.h"
#include "store/sqlite.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

class ConversationTest : public HostTest {
 protected:
  ConversationTest() : host_(home_.environment()) { EXPECT_EQ(refusal(host_.hello()), ""); }

  json create_reply(const std::string& origin, const json& more) {
    json request{{"cmd", "create"}, {"caller", caller(origin)}, {"hash", json_of(hash_of("text"))}};
    request.update(more);
    return host_.ask(request);
  }

  NativeHost host_;
};

TEST_F(ConversationTest, WhatOnePageWroteItMayReadThroughTheSameHandle) {
  const std::string handle = store_text(host_, kA, "text");
  const HttpReply reply = post(host_, read_ticket(host_, handle));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "text");
}

TEST_F(ConversationTest, AFoundFileHasAHandleAndASize) {
  store_text(host_, kA, "text");
  const json found = find(host_, kA, hash_of("text"));
  ASSERT_TRUE(found.at("found").get<bool>());
  EXPECT_EQ(found.at("size"), 4);
  EXPECT_EQ(post(host_, read_ticket(host_, found.at("handle"))).body, "text");
}

TEST_F(ConversationTest, SameSiteFilesAreFoundBySameSiteOriginsOnly) {
  store_text(host_, "https://www.a.test", "text");
  EXPECT_TRUE(is_found(host_, "https://www.a.test", hash_of("text")));
  EXPECT_TRUE(is_found(host_, "https://cdn.a.test", hash_of("text")));
  EXPECT_FALSE(is_found(host_, "http://www.a.test", hash_of("text"))) << "another scheme is another site";
  EXPECT_FALSE(is_found(host_, kB, hash_of("text")));
}

TEST_F(ConversationTest, AMissSaysNothingButThatItIsOne) {
  store_text(host_, kA, "text");
  const auto shape = [&](const Hash& hash) {
    json reply = find(host_, kB, hash);
    reply.erase("id");
    return reply;
  };
  EXPECT_EQ(shape(hash_of("text")), shape(hash_of("never stored")));
  EXPECT_EQ(shape(hash_of("text")), json({{"ok", true}, {"found", false}}));
}

TEST_F(ConversationTest, AListedOriginFindsTheFile) {
  store_text(host_, kA, "text", json::array({kB, "https://c.test/path?query"}));
  EXPECT_TRUE(is_found(host_, kB, hash_of("text")));
  EXPECT_TRUE(is_found(host_, "https://c.test", hash_of("text")));
  EXPECT_FALSE(is_found(host_, "https://d.test", hash_of("text")));
}

TEST_F(ConversationTest, TheCeilingRemovesOriginsAndTheyAreNamed) {
  const json both = create_reply(kA, {{"origins", {kB, "https://c.test"}}, {"ceiling", kB}});
  EXPECT_EQ(both.at("scope"), "list");
  EXPECT_EQ(both.at("dropped"), json::array({"https://c.test"}));
  const json none = create_reply(kA, {{"origins", "https://c.test"}, {"ceiling", "*"}});
  EXPECT_EQ(none.at("scope"), "same-site");
  EXPECT_EQ(none.at("dropped"), json::array({"https://c.test"}));
  const json unbounded = create_reply(kA, {{"origins", {kB, "https://c.test"}}});
  EXPECT_EQ(unbounded.at("dropped"), json::array());

  store_text(host_, kA, "text", json::array({kB, "https://c.test"}), kB);
  EXPECT_TRUE(is_found(host_, kB, hash_of("text")));
  EXPECT_FALSE(is_found(host_, "https://c.test", hash_of("text")));
}

TEST_F(ConversationTest, AFileForEveryoneIsFoundWhenItsHashIsListed) {
  store_text(host_, kA, "text", "*");
  EXPECT_FALSE(create_reply(kA, {{"origins", "*"}}).at("listed").get<bool>());
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(is_found(host_, "https://s" + std::to_string(i) + ".test", hash_of("text")));
  }
  put_on_public_hash_list(hash_of("text"));
  const json again = create_reply(kA, {{"origins", "*"}, {"ceiling", ""}});
  EXPECT_TRUE(again.at("listed").get<bool>());
  EXPECT_EQ(again.at("scope"), "global");
  int found = 0;
  for (int i = 0; i < 20; ++i) {
    found += is_found(host_, "https://t" + std::to_string(i) + ".test", hash_of("text")) ? 1 : 0;
  }
  EXPECT_GT(found, 0) << "now and then a site is told that it is not there";
}

TEST_F(ConversationTest, OpaqueAndImpossibleOriginsAreNotAllowed) {
  for (const json& origin :
       {json("null"), json(""), json(nullptr), json(7), json("https://A.test"), json("https://a.test/"),
        json("https://a.test:443"), json("file://"), json("chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj"),
        json("https://a.test\n"), json("https://"), json("a.test"), json("https://a.test https://b.test"),
        json(std::string("https://a.test\0", 15)), json("https://" + std::string(100'000, 'a'))}) {
    for (const char* command : {"find", "create"}) {
      const json reply = host_.ask({{"cmd", command},
                                    {"caller", {{"origin", origin}, {"topLevelOrigin", kA}}},
                                    {"hash", json_of(hash_of("text"))}});
      EXPECT_EQ(refusal(reply), "NotAllowedError") << command << " by " << origin.dump().substr(0, 60);
    }
  }
}

TEST_F(ConversationTest, AnImpossibleTopLevelOriginIsNoReasonToRefuse) {
  store_text(host_, kA, "text");
  for (const json& top : {json("null"), json(nullptr), json("nonsense")}) {
    const json reply = host_.ask(
        {{"cmd", "find"}, {"caller", {{"origin", kA}, {"topLevelOrigin", top}}}, {"hash", json_of(hash_of("text"))}});
    EXPECT_TRUE(reply.at("found").get<bool>()) << top;
  }
}

TEST_F(ConversationTest, WhatACallerSaysInTheWrongTypeIsAsIfItSaidNothing) {
  store_text(host_, kA, "text");
  for (const json& value : {json(nullptr), json("yes"), json(1), json::array()}) {
    const json asking{{"origin", kA}, {"topLevelOrigin", kA}, {"userActivation", value}, {"thirdPartyCookies", value}};
    const json reply = host_.ask({{"cmd", "find"}, {"caller", asking}, {"hash", json_of(hash_of("text"))}});
    ASSERT_EQ(refusal(reply), "") << value;
    EXPECT_TRUE(reply.at("found").get<bool>()) << value;
  }
  EXPECT_EQ(create_reply(kA, {{"origins", nullptr}}).at("scope"), "same-site");
}

TEST_F(ConversationTest, ABadHashIsATypeError) {
  const std::string good = hash_of("text").hex();
  for (const auto& [algorithm, value] : std::vector<std::pair<std::string, std::string>>{
           {"SHA-256", good.substr(1)},
           {"SHA-256", good + "0"},
           {"SHA-256", std::string(64, 'A')},
           {"SHA-256", "../../../../../../../../../../../../../../../../etc/passwd.......x"},
           {"SHA-512", good},
           {"MD5", std::string(32, '0')},
           {"", ""}}) {
    for (const char* command : {"find", "create"}) {
      const json reply =
          host_.ask({{"cmd", command}, {"caller", caller(kA)}, {"hash", {{"algorithm", algorithm}, {"value", value}}}});
      EXPECT_EQ(refusal(reply), "TypeError") << command << " " << algorithm << " " << value;
    }
  }
}

TEST_F(ConversationTest, BadOriginsAreATypeError) {
  json many = json::array();
  for (int i = 0; i < 101; ++i) {
    many.push_back("https://s" + std::to_string(i) + ".test");
  }
  for (const json& origins : {many, json("nonsense"), json(""), json::array({"*"}), json::array({kB, 7}), json(7),
                              json::object(), json::array({"data:text/plain,x"})}) {
    EXPECT_EQ(refusal(create_reply(kA, {{"origins", origins}})), "TypeError") << origins.dump().substr(0, 60);
  }
  many.erase(0);
  EXPECT_EQ(refusal(create_reply(kA, {{"origins", many}})), "") << "a hundred are allowed";
}

TEST_F(ConversationTest, CreatingRegistersNothing) {
  create(host_, kA, hash_of("text"), "*");
  EXPECT_FALSE(is_found(host_, kA, hash_of("text")));
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(ConversationTest, AHandleMayReadOnlyAfterItsOwnWriteHasSucceeded) {
  const std::string handle = create(host_, kA, hash_of("text"));
  const json open{{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}};
  EXPECT_EQ(refusal(host_.ask(open)), "NotAllowedError");
  store_text(host_, kA, "text");
  EXPECT_EQ(refusal(host_.ask(open)), "NotAllowedError") << "another handle's write is not its own";
  const OpenedWrite write = open_write(host_, handle);
  put(host_, write.ticket, "text");
  EXPECT_EQ(refusal(host_.ask(open)), "NotAllowedError") << "not closed yet";
  EXPECT_EQ(close_write(host_, write.session).at("size"), 4);
  EXPECT_EQ(refusal(host_.ask(open)), "");
}

TEST_F(ConversationTest, AHandleThatWasFoundMayNotWrite) {
  store_text(host_, kA, "text");
  const std::string handle = find(host_, kA, hash_of("text")).at("handle");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", handle}})), "NotAllowedError");
}

TEST_F(ConversationTest, OtherBytesThanPromisedAreADataErrorAndNothingIsStored) {
  const std::string handle = create(host_, kA, hash_of("text"));
  const OpenedWrite write = open_write(host_, handle);
  EXPECT_EQ(put(host_, write.ticket, "tex7").status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "DataError");
  EXPECT_EQ(refusal(close_write(host_, write.session)), "InvalidStateError") << "the session has ended";
  EXPECT_EQ(put(host_, write.ticket, "text").status, 403) << "and its ticket with it";
  EXPECT_EQ(refusal(host_.ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}})), "NotAllowedError");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(ConversationTest, AFailedWriteTakesNothingFromAnEarlierOne) {
  const std::string handle = store_text(host_, kA, "text");
  const OpenedWrite write = open_write(host_, handle);
  put(host_, write.ticket, "tex7");
  EXPECT_EQ(refusal(close_write(host_, write.session)), "DataError");
  EXPECT_EQ(post(host_, read_ticket(host_, handle)).body, "text");
}

TEST_F(ConversationTest, AnEmptyFileCanBeStored) {
  const std::string handle = create(host_, kA, hash_of(""));
  const OpenedWrite write = open_write(host_, handle);
  EXPECT_EQ(close_write(host_, write.session).at("size"), 0);
  const HttpReply reply = post(host_, read_ticket(host_, handle));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
}

TEST_F(ConversationTest, TruncatingCutsAndExtends) {
  const std::string text("te\0\0", 4);
  const std::string handle = create(host_, kA, hash_of(text));
  const OpenedWrite write = open_write(host_, handle);
  put(host_, write.ticket, "text and more");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.truncate"}, {"session", write.session}, {"size", 2}})), "");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.truncate"}, {"session", write.session}, {"size", 4}})), "");
  for (const json& size : {json(-1), json("4"), json(nullptr), json(1.5)}) {
    EXPECT_EQ(refusal(host_.ask({{"cmd", "write.truncate"}, {"session", write.session}, {"size", size}})),
              "ProtocolError")
        << size;
  }
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.truncate"}, {"session", write.session}, {"size", UINT64_MAX}})),
            "QuotaExceededError");
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
  EXPECT_EQ(post(host_, read_ticket(host_, handle)).body, text);
}

TEST_F(ConversationTest, AnAbortedWriteLeavesNothing) {
  const OpenedWrite write = open_write(host_, create(host_, kA, hash_of("text")));
  put(host_, write.ticket, "text");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.abort"}, {"session", write.session}})), "");
  EXPECT_EQ(put(host_, write.ticket, "text").status, 403);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "InvalidStateError");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(ConversationTest, UnknownIdsAreRefused) {
  const std::string unknown(32, '0');
  EXPECT_EQ(refusal(host_.ask({{"cmd", "open"}, {"handle", unknown}, {"via", "loopback"}})), "NotAllowedError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", unknown}})), "NotAllowedError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.truncate"}, {"session", unknown}, {"size", 1}})), "InvalidStateError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.close"}, {"session", unknown}})), "InvalidStateError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.abort"}, {"session", unknown}})), "InvalidStateError");
}

TEST_F(ConversationTest, ReleasingForgetsHandlesAndAbortsSessions) {
  const std::string handle = store_text(host_, kA, "text");
  const OpenedWrite write = open_write(host_, create(host_, kA, hash_of("other")));
  put(host_, write.ticket, "other");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "release"},
                               {"handles", {handle, std::string(32, '0')}},
                               {"sessions", {write.session, "nonsense"}}})),
            "");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}})), "NotAllowedError");
  EXPECT_EQ(refusal(close_write(host_, write.session)), "InvalidStateError");
  EXPECT_EQ(put(host_, write.ticket, "other").status, 403);
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(ConversationTest, AnOriginThatWritesVeryManyFilesAtOnceKeepsNobodyElseFromWriting) {
  constexpr int kMostOfAnOrigin = 32;
  std::vector<OpenedWrite> writes;
  for (int i = 0; i < kMostOfAnOrigin; ++i) {
    writes.push_back(open_write(host_, create(host_, kA, hash_of(std::to_string(i)))));
  }
  const std::string another = create(host_, kA, hash_of("another"));
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", another}})), "QuotaExceededError");
  (void)open_write(host_, create(host_, kB, hash_of("text")));
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.abort"}, {"session", writes.front().session}})), "");
  (void)open_write(host_, another);
}

TEST_F(ConversationTest, AnOriginsHandlesPushOutItsOwnAndNobodyElses) {
  constexpr int kMostOfAnOrigin = 8192;
  const std::string theirs = create(host_, kB, hash_of("text"));
  const std::string first = create(host_, kA, hash_of("text"));
  std::string last;
  for (int i = 0; i < kMostOfAnOrigin; ++i) {
    last = create(host_, kA, hash_of("text"));
  }
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", first}})), "NotAllowedError");
  (void)open_write(host_, last);
  (void)open_write(host_, theirs);
}

// Else a tracker's frames on two pages would know each other by what is left for them.
TEST_F(ConversationTest, WhatAFrameWritesOnOnePageTakesNothingFromItsFrameOnAnother) {
  const std::string tracker = "https://t.test";
  for (int i = 0; i < 32; ++i) {
    (void)open_write(host_, create_framed(host_, tracker, kA, hash_of(std::to_string(i))));
  }
  const std::string beyond = create_framed(host_, tracker, kA, hash_of("beyond"));
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", beyond}})), "QuotaExceededError");
  (void)open_write(host_, create_framed(host_, tracker, kB, hash_of("elsewhere")));
}

TEST_F(ConversationTest, WhatAFrameAsksForOnOnePagePushesOutNoHandleOfItsFrameOnAnother) {
  const std::string tracker = "https://t.test";
  const std::string mine = create_framed(host_, tracker, kA, hash_of("text"));
  for (int i = 0; i <= 8192; ++i) {
    (void)create_framed(host_, tracker, kB, hash_of("text"));
  }
  (void)open_write(host_, mine);
}

TEST_F(ConversationTest, HoweverManyFramesAPageHasItKeepsPagesOfOtherSitesFromNothing) {
  std::size_t open = 0;
  for (int frame = 0; frame < 4; ++frame) {
    for (int i = 0; i < 20; ++i) {
      const std::string handle =
          create_framed(host_, "https://f" + std::to_string(frame) + ".test", kA, hash_of(std::to_string(i)));
      open += refusal(host_.ask({{"cmd", "write.open"}, {"handle", handle}})).empty() ? 1U : 0U;
    }
  }
  EXPECT_EQ(open, 64U);
  (void)open_write(host_, create(host_, kB, hash_of("text")));
}

TEST_F(ConversationTest, HoweverManyOriginsFrameAPageTheirHandlesPushOutNoneOfOtherPages) {
  const std::string theirs = create_framed(host_, "https://t.test", kB, hash_of("text"));
  const std::string first = create_framed(host_, "https://f0.test", kA, hash_of("text"));
  for (int frame = 0; frame < 3; ++frame) {
    for (int i = 0; i < 6000; ++i) {
      (void)create_framed(host_, "https://f" + std::to_string(frame) + ".test", kA, hash_of("text"));
    }
  }
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", first}})), "NotAllowedError")
      << "16,384 are the page's";
  (void)open_write(host_, theirs);
}

TEST_F(ConversationTest, HandlesWithLongListsPushOutTheOldestOfTheirOwn) {
  const std::string label(60, 'a');
  json list = json::array();
  for (int i = 0; i < 100; ++i) {
    list.push_back("https://" + label + "." + label + "." + label + "." + std::to_string(i) + ".test");
  }
  const std::string theirs = create(host_, kB, hash_of("text"), list);
  const std::string first = create(host_, kA, hash_of("text"), list);
  std::string last;
  for (int i = 0; i < 400; ++i) {
    last = create(host_, kA, hash_of("text"), list);
  }
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.open"}, {"handle", first}})), "NotAllowedError");
  (void)open_write(host_, last);
  (void)open_write(host_, theirs);
}

// The book that handles are kept in: here it is filled faster than through a host.
class HandleBookTest : public testing::Test {
 protected:
  static constexpr int kMostOfParty = 8192;
  static constexpr int kMostOfPage = 16'384;
  static constexpr int kMostOfAll = 65'536;

  // The first one's id.
  std::string fill(const std::string& page, const std::string& origin, int count,
                   const Scope& scope = Scope::same_site()) {
    std::string first;
    for (int i = 0; i < count; ++i) {
      const Origin asking = Origin::from_url(origin).value();
      const std::string id =
          book_.add({asking, std::nullopt, hash_of("text"), scope, false, true, false, {page, origin}});
      first = i == 0 ? id : first;
    }
    return first;
  }
  [[nodiscard]] bool has(const std::string& id) const { return book_.find(id) != nullptr; }

  HandleBook book_;
};

TEST_F(HandleBookTest, APartyHasAsManyAsItMayAndNotOneMore) {
  const std::string first = fill(kA, kA, kMostOfParty);
  EXPECT_TRUE(has(first));
  fill(kA, kA, 1);
  EXPECT_FALSE(has(first));
}

TEST_F(HandleBookTest, WhereAPageHasTooManyItsLargestPartyLosesOne) {
  const std::string small = fill(kA, "https://a1.test", 1);
  const std::string large = fill(kA, "https://a2.test", kMostOfParty);
  const std::string other = fill(kA, "https://a3.test", kMostOfPage - kMostOfParty - 1);
  EXPECT_TRUE(has(large));
  fill(kA, "https://a4.test", 1);
  EXPECT_FALSE(has(large));
  EXPECT_TRUE(has(small) && has(other));
}

TEST_F(HandleBookTest, WhereAllHaveTooManyTheLargestPageLosesOne) {
  const std::string small = fill(kA, kA, 1);
  const std::string large = fill(kB, "https://b1.test", kMostOfParty);
  fill(kB, "https://b2.test", kMostOfPage - kMostOfParty);
  int left = kMostOfAll - kMostOfPage - 1;
  std::vector<std::string> others;
  for (int page = 0; left > 0; ++page) {
    const std::string name = "https://p" + std::to_string(page) + ".test";
    others.push_back(fill(name, name, std::min(left, kMostOfParty)));
    left -= kMostOfParty;
  }
  EXPECT_TRUE(has(large));
  fill("https://new.test", "https://new.test", 1);
  EXPECT_FALSE(has(large));
  EXPECT_TRUE(has(small));
  EXPECT_TRUE(std::all_of(others.begin(), others.end(), [&](const std::string& id) { return has(id); }));
}

TEST_F(HandleBookTest, ListsFillWhatAPartyMayTakeInMemoryAndWhatWentLeavesRoom) {
  std::vector<Origin> origins;
  std::size_t size = 0;
  for (int i = 0; i < 100; ++i) {
    origins.push_back(Origin::from_url("https://" + std::string(60, 'a') + std::to_string(i) + ".test").value());
    size += sizeof(Origin) + origins.back().host().size();
  }
  const Scope list = Scope::list(origins);
  const auto fit = static_cast<int>((std::size_t{4} << 20U) / size);
  const std::string kept = fill(kA, kA, 1);
  for (int i = 0; i < fit; ++i) {
    book_.remove(fill(kA, kA, 1, list));
  }
  const std::string first = fill(kA, kA, fit, list);
  EXPECT_TRUE(has(kept) && has(first));
  fill(kA, kA, 1, list);
  EXPECT_FALSE(has(first));
}

TEST_F(ConversationTest, AHandleWhoseEntryHasGoneIsNotFound) {
  const std::string handle = store_text(host_, kA, "text");
  const std::string ticket = read_ticket(host_, handle);
  ASSERT_TRUE(store().remove(hash_of("text")).value());
  EXPECT_EQ(refusal(host_.ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}})), "NotFoundError");
  EXPECT_EQ(post(host_, ticket).status, 404);
}

TEST_F(ConversationTest, ManyRequestsAtOnceAreAllAnswered) {
  const std::string handle = store_text(host_, kA, "text");
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 300; ++i) {
    ids.push_back(i % 2 == 0 ? host_.send({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}})
                             : host_.send({{"cmd", "status"}}));
  }
  for (const std::int64_t id : ids) {
    EXPECT_EQ(refusal(host_.reply_to(id)), "");
  }
}

TEST_F(ConversationTest, StatusCountsWhatIsStored) {
  store_text(host_, kA, "text");
  const json status = host_.ask({{"cmd", "status"}});
  EXPECT_EQ(status.at("store").at("entries"), 1);
  EXPECT_EQ(status.at("store").at("bytes"), 4);
  EXPECT_GT(status.at("store").at("capacity").get<std::uint64_t>(), 0U);
  EXPECT_EQ(status.at("handover"), "unknown");
  EXPECT_GT(status.at("phl").at("digests").get<int>(), 0);
}

}  // namespace
}  // namespace libcos
