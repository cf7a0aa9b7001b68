// `cos host` as a browser's extension sees it: the first message, and frames that are none (docs/protocol.md).
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
  EXPECT_EQ(error.at("code"), "newer-store");
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

TEST_F(HelloTest, APrivateWindowDoesNotEvenMakeTheStoresDirectory) {
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello_in_private()), "");
  store_text(host, kA, "secret");
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_TRUE(listing(home_.path()).empty());
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

}  // namespace
}  // namespace libcos
