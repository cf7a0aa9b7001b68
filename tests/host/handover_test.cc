// `cos host` as a browser's extension sees it: direct hand-over (docs/protocol.md).
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
    return {"/bin/sh", "-c", "\"$1\" host; exit $?", "browser", cos_executable(), argument};
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

TEST_F(HandoverTest, AMarkedFileThatIsReachedThroughASymlinkIsNotTouched) {
  const fs::path outside = home_.path() / "outside" / "00000001";
  mark(outside, marker_);
  fs::create_directories(shelf_in(user_data()));
  fs::create_symlink(outside, shelf_in(user_data()) / "00000001");
  fs::create_directory_symlink(outside.parent_path(), shelf_in(user_data()).parent_path() / "01");
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  const std::string handle = store_text(host, kA, "text");
  EXPECT_EQ(refusal(hand_over(host, handle, marker_)), "HandoverFailed");
  EXPECT_EQ(content(outside), "cos-handover-marker-v1:" + marker_);
  EXPECT_TRUE(fs::is_symlink(shelf_in(user_data()) / "00000001"));
  EXPECT_EQ(fs::hard_link_count(blob("text")), 1U);
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

TEST_F(HandoverTest, ASelfTestWhileHandOverIsSwitchedOffSaysSoAndNothingElse) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(file, marker_);
  ASSERT_TRUE(Store::open({home_.store(), {}})->set_setting("handover.enabled", "off"));
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  EXPECT_EQ(refusal(host.ask({{"cmd", "handover.test"}, {"marker", marker_}})), "HandoverOff");
  EXPECT_EQ(host.ask({{"cmd", "status"}}).at("handover"), "unknown");
}

TEST_F(HandoverTest, RemovingAnEntryOnTheCommandLineRemovesItsLink) {
  const fs::path file = shelf_in(user_data()) / "00000001";
  mark(file, marker_);
  NativeHost host(home_.environment(), started_by("--user-data-dir=" + user_data().string()));
  host.hello();
  const std::string handle = store_text(host, kA, "text");
  ASSERT_EQ(refusal(hand_over(host, handle, marker_)), "");
  const Finished rm = run({cos_executable(), "rm", hash_of("text").hex()}, {.environment = home_.environment()});
  EXPECT_EQ(rm.code, 0) << rm.err;
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(refusal(host.ask({{"cmd", "open"}, {"handle", handle}, {"via", "handover"}})), "NotFoundError");
}

}  // namespace
}  // namespace libcos
