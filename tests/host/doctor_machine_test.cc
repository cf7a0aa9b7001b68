// `cos doctor` on machines that lack something: hosts, owners and disks, each in a place of its own.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/doctor_fixture.h"
#include "host/small_machine.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

class DoctorOnAMachineTest : public DoctorTest {
 protected:
  void SetUp() override {
    machine_.emplace(disk(), path("ready"), home_.environment({"COS_HOME=" + (disk() / "store").string()}));
    if (const std::string why_not = machine_->obstacle(); !why_not.empty()) {
      GTEST_SKIP() << why_not;
    }
  }
  [[nodiscard]] fs::path disk() const { return path("disk"); }
  [[nodiscard]] Finished shell(const std::string& command) const { return machine_->shell(command); }
  [[nodiscard]] json look(const std::string& check) const {
    const Finished done = shell("cos doctor --json");
    const json all = json::parse(done.out);
    for (const json& one : all.at("findings")) {
      if (one.at("check") == check) {
        return one;
      }
    }
    ADD_FAILURE() << check << " is not told about: " << done.out;
    return {{"state", ""}, {"sentence", ""}, {"command", ""}};
  }
  void expect_mended_here(const std::string& check, const std::string& words) const {
    const json broken = look(check);
    EXPECT_EQ(broken.at("state"), "bad") << broken;
    EXPECT_TRUE(mentions(broken.at("sentence"), words)) << broken;
    const Finished mended = shell(broken.at("command"));
    EXPECT_EQ(mended.code, 0) << broken << mended.err;
    EXPECT_EQ(look(check).at("state"), "good");
  }

  std::optional<SmallMachine> machine_;
};

TEST_F(DoctorOnAMachineTest, AStoreThatCanOnlyBeReadIsMountedForWriting) {
  ASSERT_EQ(shell("cos config set disk.reserve 0 && mount -o remount,ro '" + disk().string() + "'").code, 0);
  expect_mended_here("store", "can only be read");
  EXPECT_EQ(shell("cos add " + cos_executable() + " >/dev/null; cos ls --json").code, 0);
}

TEST_F(DoctorOnAMachineTest, AFullDiskIsMadeRoomOn) {
  ASSERT_EQ(shell("cos config set disk.reserve 1MiB && cd '" + disk().string() +
                  "' && head -c 8000000 /dev/urandom > entry && cos add entry && rm entry && "
                  "fallocate -l $(($(stat -f -c '%a * %S' .) - 500000)) filler")
                .code,
            0);
  expect_mended_here("disk", "nothing can be stored");
}

TEST_F(DoctorOnAMachineTest, AFullDiskWithNothingThatCouldGoIsNotEvictedFrom) {
  ASSERT_EQ(shell("cos config set disk.reserve 1MiB && cd '" + disk().string() +
                  "' && fallocate -l $(($(stat -f -c '%a * %S' .) - 500000)) filler")
                .code,
            0);
  const json full = look("disk");
  EXPECT_EQ(full.at("state"), "bad");
  EXPECT_EQ(full.at("command"), "") << full;
}

TEST_F(DoctorOnAMachineTest, AStoreOnAnotherFileSystemIsNoted) {
  ASSERT_EQ(shell("cos config set disk.reserve 0").code, 0);
  install();
  const json noted = look("handover");
  EXPECT_EQ(noted.at("state"), "note");
  EXPECT_TRUE(mentions(noted.at("sentence"), "on different file systems")) << noted;
}

TEST_F(DoctorOnAMachineTest, WithoutAHostItSaysWhatStartsOne) {
  install();
  const json none = look("hosts");
  EXPECT_EQ(none.at("state"), "note");
  EXPECT_TRUE(mentions(none.at("sentence"), "No host runs")) << none;
  EXPECT_NE(none.at("mend"), "");
}

TEST_F(DoctorOnAMachineTest, HostsOfThisExecutableAreGoodAndOthersAreNoted) {
  install();
  // Starts a host as a browser does, and waits until doctor says these words about hosts.
  const auto is_told = [&](const std::string& executable, const std::string& words) {
    EXPECT_EQ(shell("sleep 300 | '" + executable + "' " + NativeHost::kExtension + "/ >/dev/null 2>&1 &").code, 0);
    for (int i = 0; i < 100; ++i) {
      if (mentions(look("hosts").at("sentence"), words)) {
        return true;
      }
      ::usleep(50'000);
    }
    return false;
  };
  EXPECT_TRUE(is_told(cos_executable(), "Browsers run 1 of this executable as hosts."));
  fs::copy_file(cos_executable(), path("copy"));
  EXPECT_TRUE(is_told(path("copy").string(), "A browser runs another executable than this one"));
}

TEST_F(DoctorOnAMachineTest, AStoreOfAnotherUserBecomesOnesOwn) {
  ASSERT_EQ(shell("cos config set disk.reserve 0 && chown -R 65534 '" + disk().string() + "/store'").code, 0);
  expect_mended_here("permissions", "belongs to another user");
  ASSERT_EQ(shell("chown 65534 '" + disk().string() + "/store/store.db'").code, 0);
  expect_mended_here("permissions", "store.db belongs to another user");
}

TEST_F(DoctorOnAMachineTest, WhatItsOwnerMayNotWriteIsMadeWritable) {
  // Root may write everything: the owner is somebody else here.
  fs::permissions(home_.path(), fs::perms::all);
  const auto theirs = [&](const std::string& command) {
    return shell("export COS_HOME='" + disk().string() +
                 "/theirs/store'; setpriv --reuid=65534 --regid=65534 --clear-groups /bin/sh -c '" + cos_executable() +
                 " " + command + "'");
  };
  ASSERT_EQ(shell("mkdir -m 777 '" + disk().string() + "/theirs'").code, 0);
  if (theirs("--version").code != 0) {
    GTEST_SKIP() << "another user cannot reach the executable";
  }
  ASSERT_EQ(theirs("config set disk.reserve 0").code, 0);
  for (const auto& [part, mode] :
       std::vector<std::pair<std::string, std::string>>{{"incoming", "500"}, {"blobs", "500"}, {"store.db", "400"}}) {
    const std::string whole = (disk() / "theirs" / "store" / part).string();
    ASSERT_EQ(shell("chmod " + mode + " '" + whole + "'").code, 0);
    const json broken = json::parse(theirs("doctor --json").out);
    std::string command;
    for (const json& one : broken.at("findings")) {
      if (one.at("check") == "store" && one.at("state") == "bad") {
        EXPECT_TRUE(mentions(one.at("sentence"), "cannot write " + whole)) << one;
        command = one.at("command");
      }
    }
    ASSERT_NE(command, "") << broken;
    EXPECT_EQ(shell(command).code, 0);
    EXPECT_TRUE(mentions(theirs("doctor").out, "The store opens, and can be written.")) << part;
  }
}

}  // namespace
}  // namespace libcos
