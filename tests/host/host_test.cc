// `cos host` as a browser's extension sees it: messages over real pipes (docs/protocol.md).
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "host/host_fixture.h"
#include "store/sqlite.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

json hello_message(const json& changes) {
  json message{
      {"cmd", "hello"}, {"protocol", 1}, {"extension", "0.1.0"}, {"realm", std::string(32, 'a')}, {"private", false}};
  message.update(changes);
  return message;
}

// Names, sizes and times of everything below a directory.
std::set<std::string> listing(const fs::path& directory) {
  std::set<std::string> all;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; it != end; ++it) {
    struct stat status {};
    ::lstat(it->path().c_str(), &status);
    all.insert(it->path().string() + " " + std::to_string(status.st_size) + " " + std::to_string(mtime_ns(status)));
  }
  return all;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Hello ----------------------------------------------------------------------------------------------

class HelloTest : public testing::Test {
 protected:
  [[nodiscard]] json error_of(const json& message, const std::vector<std::string>& environment = {}) const {
    NativeHost host(home_.environment(environment));
    const json reply = host.ask(message);
    EXPECT_FALSE(reply.at("ok").get<bool>()) << reply;
    return reply.value("error", json::object());
  }

  const Home home_;
};

TEST_F(HelloTest, TheReplySaysWhereTheStoreAndTheLoopbackAre) {
  NativeHost host(home_.environment());
  const json reply = host.hello();
  ASSERT_EQ(refusal(reply), "");
  EXPECT_EQ(reply.at("protocol"), 1);
  EXPECT_EQ(reply.at("store").at("path"), home_.store().string());
  EXPECT_GT(reply.at("loopback").at("port").get<int>(), 1023);
  EXPECT_EQ(reply.at("loopback").at("token").get<std::string>().size(), 64U);
  EXPECT_TRUE(is_lowercase_hex(host.token()));
}

TEST_F(HelloTest, TheStoreIsForItsOwnerAlone) {
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello()), "");
  EXPECT_EQ(fs::status(home_.store()).permissions(), fs::perms::owner_all);
}

TEST_F(HelloTest, NothingIsAnsweredBeforeIt) {
  NativeHost host(home_.environment());
  for (const char* command : {"status", "find", "create", "open", "handover", "handover.test", "write.open",
                              "write.truncate", "write.close", "write.abort", "release"}) {
    EXPECT_EQ(refusal(host.ask({{"cmd", command}})), "ProtocolError") << command;
  }
  EXPECT_EQ(refusal(host.hello()), "") << "and it may still come";
}

// Commands that may take long run on other threads; one that overtakes hello must not meet a half-made store.
TEST_F(HelloTest, ALongCommandSentJustBeforeItIsRefusedToo) {
  NativeHost host(home_.environment());
  const auto early = host.send({{"cmd", "open"}, {"handle", "?"}, {"via", "loopback"}});
  EXPECT_EQ(refusal(host.hello()), "");
  EXPECT_EQ(refusal(host.reply_to(early)), "ProtocolError");
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(HelloTest, ASecondOneIsRefused) {
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello()), "");
  EXPECT_EQ(refusal(host.hello('b')), "ProtocolError");
}

TEST_F(HelloTest, AnotherProtocolIsAVersionMismatchThatSaysWhichSideToUpdate) {
  const json newer = error_of(hello_message({{"protocol", 2}}));
  EXPECT_EQ(newer.at("name"), "VersionMismatch");
  EXPECT_NE(newer.at("mend").get<std::string>().find("Update cos"), std::string::npos);
  for (const json& older : {json(0), json(nullptr), json("1"), json(-1)}) {
    const json error = error_of(hello_message({{"protocol", older}}));
    EXPECT_EQ(error.at("name"), "VersionMismatch") << older;
    EXPECT_NE(error.at("mend").get<std::string>().find("Update the extension"), std::string::npos) << older;
  }
}

TEST_F(HelloTest, ARealmMustBe32LowercaseHexDigits) {
  for (const json& realm : {json(""), json("local"), json(std::string(31, 'a')), json(std::string(32, 'A')),
                            json("../../../../../../../../../etc/pa"), json(7), json(nullptr)}) {
    EXPECT_EQ(error_of(hello_message({{"realm", realm}})).at("name"), "ProtocolError") << realm;
  }
}

TEST_F(HelloTest, AStoreOfANewerVersionIsAStoreErrorWithAMend) {
  ASSERT_TRUE(Store::open({home_.store(), {}}));
  {
    auto database = sqlite::Database::open(home_.store() / "store.db");
    ASSERT_TRUE(database && database->execute("PRAGMA user_version = 99"));
  }
  const json error = error_of(hello_message(json::object()));
  EXPECT_EQ(error.at("name"), "StoreError");
  EXPECT_NE(error.at("mend").get<std::string>().find("Update cos"), std::string::npos);
}

TEST_F(HelloTest, AStoreThatCannotBeADirectoryIsAStoreError) {
  std::ofstream(home_.path() / "file") << "text";
  for (const std::string& place : {(home_.path() / "file").string(), (home_.path() / "file" / "below").string()}) {
    EXPECT_EQ(error_of(hello_message(json::object()), {"COS_HOME=" + place}).at("name"), "StoreError") << place;
  }
  EXPECT_EQ(content(home_.path() / "file"), "text");
}

TEST_F(HelloTest, AStoreThatCannotBeWrittenIsAStoreError) {
  // Two places in which not even root may create anything; they refuse in different words.
  EXPECT_EQ(error_of(hello_message(json::object()), {"COS_HOME=/sys/cos"}).at("name"), "StoreError");
  EXPECT_EQ(error_of(hello_message(json::object()), {"COS_HOME=/proc/cos"}).at("name"), "StoreError");
}

TEST_F(HelloTest, AfterAFailedOneAnotherMaySucceed) {
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.ask(hello_message({{"protocol", 2}}))), "VersionMismatch");
  EXPECT_EQ(refusal(host.ask({{"cmd", "status"}})), "ProtocolError");
  EXPECT_EQ(refusal(host.hello()), "");
}

// Frames ---------------------------------------------------------------------------------------------

class FrameTest : public HostTest {
 protected:
  FrameTest() : host_(home_.environment()) {
    EXPECT_EQ(refusal(host_.hello()), "");
    store_text(host_, kA, "kept");
    open_write(host_, create(host_, kA, hash_of("begun")));
    EXPECT_EQ(incoming_files(), 1U);
  }

  // The host has said nothing more, ended by itself, and left the store in order.
  void expect_a_quiet_end() {
    EXPECT_TRUE(host_.has_closed_its_output());
    EXPECT_EQ(host_.wait(), 1);
    EXPECT_EQ(incoming_files(), 0U);
    EXPECT_EQ(store().verify(hash_of("kept"), {}).value(), VerifyOutcome::kIntact);
  }

  NativeHost host_;
};

TEST_F(FrameTest, OneThatIsTooLongEndsTheHost) {
  const std::uint32_t length = (1U << 20U) + 1;
  host_.send_bytes({reinterpret_cast<const char*>(&length), sizeof length});
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneOfTheGreatestLengthIsAnswered) {
  const std::string begin = R"({"id":77,"cmd":"status","x":")";
  host_.send_frame(begin + std::string((1U << 20U) - begin.size() - 2, 'x') + "\"}");
  EXPECT_EQ(refusal(host_.reply_to(77)), "");
}

TEST_F(FrameTest, OneThatIsNotJsonEndsTheHost) {
  host_.send_frame("{\"id\":1,");
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneThatIsNotUtf8EndsTheHost) {
  host_.send_frame("{\"id\":1,\"cmd\":\"\xff\"}");
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneThatIsNoObjectEndsTheHost) {
  host_.send_frame("[]");
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneThatIsEmptyEndsTheHost) {
  host_.send_frame("");
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneWhoseLengthIsCutOffEndsTheHost) {
  host_.send_bytes("ab");
  host_.hang_up();
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneThatIsCutOffEndsTheHost) {
  const std::uint32_t length = 100;
  host_.send_bytes({reinterpret_cast<const char*>(&length), sizeof length});
  host_.send_bytes("{\"id\":1");
  host_.hang_up();
  expect_a_quiet_end();
}

TEST_F(FrameTest, OneThatComesInPiecesIsAnswered) {
  const std::string text = R"({"id":77,"cmd":"status"})";
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::string frame = std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
  for (const char byte : frame) {
    host_.send_bytes({&byte, 1});
  }
  EXPECT_EQ(refusal(host_.reply_to(77)), "");
}

TEST_F(FrameTest, ARequestWithoutAnIntegerIdIsAProtocolError) {
  for (const char* text : {R"({"cmd":"status"})", R"({"id":"1","cmd":"status"})", R"({"id":1.5,"cmd":"status"})",
                           R"({"id":null,"cmd":"status"})", R"({"id":{},"cmd":"open"})"}) {
    host_.send_frame(text);
    const json reply = host_.receive();
    EXPECT_EQ(refusal(reply), "ProtocolError") << text;
    EXPECT_TRUE(reply.at("id").is_null()) << text;
  }
}

TEST_F(FrameTest, AnUnknownCommandIsAProtocolError) {
  for (const json& command : {json("delete"), json(""), json(nullptr), json(1), json("Status")}) {
    EXPECT_EQ(refusal(host_.ask({{"cmd", command}})), "ProtocolError") << command;
  }
}

TEST_F(FrameTest, ValuesOfTheWrongTypeAreRefused) {
  const json hash = json_of(hash_of("kept"));
  EXPECT_EQ(refusal(host_.ask({{"cmd", "find"}, {"hash", hash}})), "ProtocolError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "find"}, {"caller", kA}, {"hash", hash}})), "ProtocolError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "find"}, {"caller", caller(kA)}})), "ProtocolError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "find"}, {"caller", caller(kA)}, {"hash", "SHA-256"}})), "ProtocolError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "open"}, {"handle", 7}})), "NotAllowedError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.close"}, {"session", json::array()}})), "InvalidStateError");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "release"}, {"handles", 7}, {"sessions", json::array({1, nullptr})}})), "");
}

std::string deeply_nested(const std::string& command, int id) {
  constexpr std::size_t kDepth = 500'000;
  return R"({"id":)" + std::to_string(id) + R"(,"cmd":")" + command + R"(","x":)" + std::string(kDepth, '[') +
         std::string(kDepth, ']') + "}";
}

TEST_F(FrameTest, DeepNestingIsAnsweredLikeAnythingElse) {
  host_.send_frame(deeply_nested("status", 77));
  EXPECT_EQ(refusal(host_.reply_to(77)), "");
}

TEST_F(FrameTest, DeepNestingInALongCommandIsAnsweredLikeAnythingElse) {
  host_.send_frame(deeply_nested("open", 77));
  EXPECT_EQ(refusal(host_.reply_to(77)), "NotAllowedError");
}

// Reading and writing --------------------------------------------------------------------------------

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
    found += is_found(host_, "https://s" + std::to_string(i) + ".test", hash_of("text")) ? 1 : 0;
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

// Hosts come and go ----------------------------------------------------------------------------------

TEST_F(HostTest, AHostThatIsKilledInTheMiddleOfAWriteLeavesNothingThatAnyoneCanObserve) {
  {
    NativeHost host(home_.environment());
    host.hello();
    const OpenedWrite write = open_write(host, create(host, kA, hash_of("text")));
    put(host, write.ticket, "text");
    host.kill();
  }
  EXPECT_EQ(incoming_files(), 1U) << "its file is still there, but no one looks at it";
  NativeHost next(home_.environment());
  next.hello();
  EXPECT_FALSE(is_found(next, kA, hash_of("text")));
  EXPECT_EQ(incoming_files(), 0U) << "and the next host has swept it";
  EXPECT_EQ(entries(), 0U);
}

TEST_F(HostTest, AHostLeavesAnotherHostsWritesAlone) {
  NativeHost first(home_.environment());
  first.hello('a');
  const std::string handle = create(first, kA, hash_of("text"));
  const OpenedWrite write = open_write(first, handle);
  put(first, write.ticket, "te");
  NativeHost second(home_.environment());
  second.hello('b');
  EXPECT_EQ(incoming_files(), 1U);
  EXPECT_EQ(put(first, write.ticket, "xt", "?position=2").status, 204);
  EXPECT_EQ(refusal(close_write(first, write.session)), "");
}

TEST_F(HostTest, WhatOneProfileStoredForItsSiteAnotherProfileCannotFind) {
  NativeHost one(home_.environment());
  one.hello('a');
  NativeHost other(home_.environment());
  other.hello('b');
  store_text(one, kA, "text");
  store_text(one, kA, "text for everyone, not listed", "*");
  store_text(one, kA, "text for b", kB);
  for (const char* text : {"text", "text for everyone, not listed", "text for b"}) {
    EXPECT_TRUE(is_found(one, kA, hash_of(text))) << text;
    EXPECT_FALSE(is_found(other, kA, hash_of(text))) << text;
    EXPECT_FALSE(is_found(other, kB, hash_of(text))) << text;
  }
  const std::string handle = store_text(other, kB, "text");
  EXPECT_EQ(post(other, read_ticket(other, handle)).body, "text") << "a stranger may store the same bytes";
  EXPECT_EQ(entries(), 3U) << "which are kept once";
  EXPECT_FALSE(is_found(one, kB, hash_of("text")));
}

TEST_F(HostTest, AHandleOrTicketOfOneHostIsNothingToAnother) {
  NativeHost one(home_.environment());
  one.hello('a');
  NativeHost other(home_.environment());
  other.hello('a');
  const std::string handle = store_text(one, kA, "text");
  EXPECT_EQ(refusal(other.ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}})), "NotAllowedError");
  EXPECT_EQ(post(other, read_ticket(one, handle)).status, 403);
}

TEST_F(HostTest, TheHostEndsWithTheBrowser) {
  NativeHost host(home_.environment());
  host.hello();
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(HostTest, AHostThatWasNeverSpokenToEndsWithTheBrowser) {
  NativeHost host(home_.environment());
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(HostTest, NeitherAnUnfinishedWriteNorASlowReaderKeepsTheHost) {
  NativeHost host(home_.environment());
  host.hello();
  const std::string large(std::size_t{32} << 20U, 'x');
  const std::string handle = store_text(host, kA, large);
  HttpConnection reader(host.port());
  reader.send(head("POST", "/read/" + read_ticket(host, handle), good_headers(host)));
  ASSERT_TRUE(reader.answers_within(kPatience));

  const OpenedWrite write = open_write(host, create(host, kA, hash_of("text")));
  HttpConnection writer(host.port());
  auto headers = good_headers(host);
  headers["Content-Length"] = "4";
  writer.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "te");
  host.ask({{"cmd", "status"}});

  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_FALSE(store().stat(hash_of("text")).value());
}

TEST_F(HostTest, AWriteThatIsBeingClosedWhenTheBrowserEndsIsStoredInFullOrNotAtAll) {
  const std::string text(std::size_t{8} << 20U, 'x');
  {
    NativeHost host(home_.environment());
    host.hello();
    const OpenedWrite write = open_write(host, create(host, kA, hash_of(text)));
    put(host, write.ticket, text);
    host.send({{"cmd", "write.close"}, {"session", write.session}});
    host.hang_up();
    EXPECT_EQ(host.wait(), 0);
  }
  EXPECT_EQ(incoming_files(), 0U);
  if (store().stat(hash_of(text)).value()) {
    EXPECT_EQ(store().verify(hash_of(text), {}).value(), VerifyOutcome::kIntact);
  }
}

TEST_F(HostTest, TheCommandLinesHostSpeaksTheSameProtocol) {
  NativeHost host(home_.environment(), {COS_EXECUTABLE, "host", "--origin", std::string(NativeHost::kExtension) + "/"});
  host.hello();
  EXPECT_EQ(post(host, read_ticket(host, store_text(host, kA, "text"))).body, "text");
}

// Private windows ------------------------------------------------------------------------------------

TEST_F(HostTest, APrivateWindowLeavesTheStoresDirectoryAsItWas) {
  {
    NativeHost host(home_.environment());
    host.hello();
    store_text(host, kA, "text", "*");
    host.hang_up();
    ASSERT_EQ(host.wait(), 0);
  }
  put_on_public_hash_list(hash_of("text"));
  const auto before = listing(home_.path());
  NativeHost host(home_.environment());
  const json reply = host.hello_in_private();
  ASSERT_EQ(refusal(reply), "");
  EXPECT_EQ(reply.at("store").at("path"), "");
  EXPECT_FALSE(is_found(host, kA, hash_of("text"))) << "it sees nothing of the store";
  EXPECT_FALSE(is_found(host, kB, hash_of("text"))) << "not even what everyone may see";
  const std::string handle = store_text(host, kA, "secret");
  EXPECT_TRUE(is_found(host, kA, hash_of("secret")));
  EXPECT_EQ(post(host, read_ticket(host, handle)).body, "secret");
  EXPECT_EQ(refusal(host.ask({{"cmd", "open"}, {"handle", handle}, {"via", "handover"}})), "HandoverFailed");
  EXPECT_EQ(refusal(host.ask({{"cmd", "handover"}, {"handle", handle}, {"marker", std::string(64, 'a')}})),
            "HandoverFailed");
  const OpenedWrite begun = open_write(host, create(host, kA, hash_of("begun")));
  put(host, begun.ticket, "begun");
  EXPECT_EQ(listing(home_.path()), before) << "while it lives";
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(listing(home_.path()), before) << "and after";
}

TEST_F(HelloTest, APrivateWindowDoesNotEvenMakeTheStoresDirectory) {
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello_in_private()), "");
  store_text(host, kA, "secret");
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_TRUE(listing(home_.path()).empty());
}

TEST_F(HostTest, WhatAPrivateWindowStoredNoOneElseSees) {
  NativeHost private_host(home_.environment());
  private_host.hello_in_private();
  store_text(private_host, kA, "secret", "*");
  put_on_public_hash_list(hash_of("secret"));
  NativeHost other_private(home_.environment());
  other_private.hello_in_private();
  NativeHost normal(home_.environment());
  normal.hello();
  for (NativeHost* host : {&other_private, &normal}) {
    EXPECT_FALSE(is_found(*host, kA, hash_of("secret")));
    EXPECT_FALSE(is_found(*host, kB, hash_of("secret")));
  }
}

// Direct hand-over -----------------------------------------------------------------------------------

class HandoverTest : public HostTest {
 protected:
  // Where Chromium keeps the files of an extension's origin private file system.
  [[nodiscard]] fs::path shelf_in(const fs::path& user_data) const {
    return user_data / "Default" / "File System" / "000" / "t" / "00";
  }
  [[nodiscard]] fs::path user_data() const { return home_.path() / "user data"; }

  static void mark(const fs::path& path, const std::string& marker) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "cos-handover-marker-v1:" << marker;
  }

  // A "browser": a process with that argument, which starts the host and waits for it.
  [[nodiscard]] std::vector<std::string> started_by(const std::string& argument) const {
    return {"/bin/sh", "-c", "\"$1\" host; exit $?", "browser", COS_EXECUTABLE, argument};
  }

  static json hand_over(NativeHost& host, const std::string& handle, const std::string& marker) {
    return host.ask({{"cmd", "handover"}, {"handle", handle}, {"marker", marker}});
  }
  static std::string link_of(NativeHost& host, const std::string& handle) {
    return host.ask({{"cmd", "open"}, {"handle", handle}, {"via", "handover"}}).at("link");
  }
  [[nodiscard]] fs::path blob(const std::string& text) const { return StorePaths(home_.store()).blob(hash_of(text)); }

  const std::string marker_ = std::string(32, 'a') + std::string(32, '7');
};

TEST_F(HandoverTest, AMarkedFileBelowTheBrowsersProfilesBecomesALinkToTheStoresBytes) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(shelf_in(user_data()) / "00000000", std::string(64, 'b'));
  mark(file, marker_);
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  const std::string handle = store_text(host, kA, "text");
  EXPECT_EQ(link_of(host, handle), "absent");
  const json reply = hand_over(host, handle, marker_);
  ASSERT_EQ(refusal(reply), "") << reply;
  EXPECT_EQ(reply.at("size"), 4);
  EXPECT_EQ(reply.at("link"), "current");
  EXPECT_EQ(content(file), "text");
  EXPECT_TRUE(fs::equivalent(file, blob("text"))) << "one file with two names";
  EXPECT_EQ(content(shelf_in(user_data()) / "00000000"), "cos-handover-marker-v1:" + std::string(64, 'b'));
  EXPECT_EQ(link_of(host, handle), "current");
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(HandoverTest, ALinkServesTheNextHostOfTheProfileAndNoOther) {
  mark(shelf_in(user_data()) / "00000001", marker_);
  const auto browser = started_by("--user-data-dir=" + user_data().string());
  {
    NativeHost host(home_.environment(), browser);
    host.hello('a');
    ASSERT_EQ(refusal(hand_over(host, store_text(host, kA, "text"), marker_)), "");
    host.hang_up();
    ASSERT_EQ(host.wait(), 0);
  }
  NativeHost next(home_.environment(), browser);
  next.hello('a');
  EXPECT_EQ(link_of(next, find(next, kA, hash_of("text")).at("handle")), "current");
  NativeHost other(home_.environment(), browser);
  other.hello('b');
  EXPECT_EQ(link_of(other, store_text(other, kA, "text")), "absent");
}

TEST_F(HandoverTest, TheProfileIsAlsoFoundByTheFilesThatTheBrowserHasOpen) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(file, marker_);
  const auto open = open_file(file, O_RDONLY);  // this process is the host's parent: its "browser"
  ASSERT_TRUE(open);
  NativeHost host(home_.environment());
  host.hello();
  EXPECT_EQ(refusal(hand_over(host, store_text(host, kA, "text"), marker_)), "");
  EXPECT_EQ(content(file), "text");
}

TEST_F(HandoverTest, TheProfileIsElseLookedForInTheUsualPlaces) {
  const fs::path file = shelf_in(home_.configuration() / "chromium") / "00000001";
  mark(file, marker_);
  NativeHost host(home_.environment());
  host.hello();
  EXPECT_EQ(refusal(hand_over(host, store_text(host, kA, "text"), marker_)), "");
  EXPECT_EQ(content(file), "text");
}

TEST_F(HandoverTest, WithoutTheMarkerNothingIsTouched) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  const fs::path text_file = home_.path() / "outside";
  mark(file, marker_);
  mark(text_file, std::string(64, 'c'));
  fs::create_symlink(text_file, file.parent_path() / "00000002");
  std::ofstream(file.parent_path() / "00000003") << "cos-handover-marker-v1:" << std::string(64, 'd') << "\n";
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  const std::string handle = store_text(host, kA, "text");
  const auto before = listing(user_data());
  for (const std::string& marker :
       {std::string(64, 'b'), std::string(64, 'c'), std::string(64, 'd'), std::string(), marker_.substr(1),
        std::string(64, 'A'), std::string(58, '.') + "/../..", marker_ + "\n"}) {
    EXPECT_EQ(refusal(hand_over(host, handle, marker)), "HandoverFailed") << marker;
  }
  EXPECT_EQ(refusal(host.ask({{"cmd", "handover"}, {"handle", handle}})), "HandoverFailed");
  EXPECT_EQ(listing(user_data()), before);
  EXPECT_EQ(link_of(host, handle), "absent");
}

TEST_F(HandoverTest, AHandleThatMayNotReadIsHandedNothing) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(file, marker_);
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  store_text(host, kB, "text");
  EXPECT_EQ(refusal(hand_over(host, create(host, kA, hash_of("text")), marker_)), "NotAllowedError");
  EXPECT_EQ(content(file), "cos-handover-marker-v1:" + marker_);
}

TEST_F(HandoverTest, TheSelfTestPutsAFileOfItsOwnInPlaceAndIsRemembered) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(file, marker_);
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  const json reply = host.ask({{"cmd", "handover.test"}, {"marker", marker_}});
  ASSERT_EQ(refusal(reply), "") << reply;
  EXPECT_EQ(content(file).size(), reply.at("size").get<std::size_t>());
  EXPECT_EQ(hash_of(content(file)).hex(), reply.at("sha256"));
  EXPECT_EQ(host.ask({{"cmd", "status"}}).at("handover"), "works");
  EXPECT_EQ(refusal(host.ask({{"cmd", "handover.test"}, {"marker", std::string(64, 'b')}})), "HandoverFailed");
  EXPECT_EQ(host.ask({{"cmd", "status"}}).at("handover"), "fails");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(HandoverTest, RemovingAnEntryOnTheCommandLineRemovesItsLink) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(file, marker_);
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  const std::string handle = store_text(host, kA, "text");
  ASSERT_EQ(refusal(hand_over(host, handle, marker_)), "");
  const Finished rm = run({COS_EXECUTABLE, "rm", hash_of("text").hex()}, {.environment = home_.environment()});
  EXPECT_EQ(rm.code, 0) << rm.err;
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(refusal(host.ask({{"cmd", "open"}, {"handle", handle}, {"via", "handover"}})), "NotFoundError");
}

}  // namespace
}  // namespace libcos
