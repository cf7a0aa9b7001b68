// Another user of the machine, really: commands run under another user's id. Only root can start those.
#include <unistd.h>

#include "host/host_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";

class OtherUsersTest : public HostTest {
 protected:
  OtherUsersTest() {
    // Others may come as far as the store's own directory.
    fs::permissions(home_.path(), fs::perms::owner_all | fs::perms::group_all | fs::perms::others_all);
  }

  // A list with its checksum.
  [[nodiscard]] std::string list() const {
    const std::string text = "// ===BEGIN SHA-256===\n// ===END SHA-256===\n";
    const fs::path file = home_.path() / "list.txt";
    std::ofstream(file) << text;
    std::ofstream(file.string() + ".sha256") << hash_of(text).hex() << "  list.txt\n";
    return file.string();
  }

  static Finished as_another_user(const std::string& script) {
    return run({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/bash", "-c", script}, {});
  }
  // Why such a test cannot run here; empty when it can.
  static std::string obstacle() {
    if (::geteuid() != 0) {
      return "only root can become another user";
    }
    return as_another_user("true").code == 0 ? "" : "setpriv is missing or may not change the user here";
  }
};

#define REQUIRE_ANOTHER_USER()                                  \
  if (const std::string why_not = obstacle(); !why_not.empty()) \
  GTEST_SKIP() << why_not

TEST_F(OtherUsersTest, AnotherUserReadsAndChangesNothingOfTheStore) {
  REQUIRE_ANOTHER_USER();
  NativeHost host(home_.environment());
  host.hello();
  store_text(host, kA, "text");
  put_on_public_hash_list(hash_of("text"));
  open_write(host, create(host, kA, hash_of("more")));
  std::ofstream(home_.path() / "open to all") << "x";
  EXPECT_EQ(as_another_user("cat '" + (home_.path() / "open to all").string() + "'").out, "x")
      << "what is not protected can be read";
  std::size_t tried = 0;
  for (const auto& item : fs::recursive_directory_iterator(home_.store())) {
    const std::string path = "'" + item.path().string() + "'";
    const Finished theirs = as_another_user("cat " + path + "; ls " + path + "; echo x >> " + path + "; touch " + path +
                                            "/x; rm -rf " + path);
    EXPECT_EQ(theirs.out, "") << path;
    EXPECT_TRUE(fs::exists(item.path())) << path;
    ++tried;
  }
  EXPECT_GT(tried, 8U);
  EXPECT_TRUE(is_found(host, kA, hash_of("text")));
}

TEST_F(OtherUsersTest, AnotherUserGetsNoAnswerFromTheLoopbackWithAllItsSecrets) {
  REQUIRE_ANOTHER_USER();
  NativeHost host(home_.environment());
  host.hello();
  const std::string ticket = read_ticket(host, store_text(host, kA, "the bytes"));
  auto headers = good_headers(host);
  headers["Content-Length"] = "0";
  headers["Connection"] = "close";
  const fs::path request = home_.path() / "request";
  std::ofstream(request) << head("POST", "/read/" + ticket, headers);
  const std::string send_it =
      "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(host.port()) + "; cat '" + request.string() + "' >&3; cat <&3";
  EXPECT_EQ(as_another_user(send_it).out, "");
  EXPECT_NE(run({"/bin/bash", "-c", send_it}, {}).out.find("the bytes"), std::string::npos)
      << "the same from this user is served: the ticket was not spent";
}

TEST_F(OtherUsersTest, ADirectoryThatAnotherUserPreparedIsNoStore) {
  REQUIRE_ANOTHER_USER();
  const fs::path theirs = home_.path() / "theirs";
  ASSERT_EQ(as_another_user("mkdir -m 700 '" + theirs.string() + "'").code, 0);
  const fs::path link = home_.path() / "link";
  fs::create_directory_symlink(theirs, link);
  for (const fs::path& directory : {theirs, link}) {
    NativeHost host(home_.environment({"COS_HOME=" + directory.string()}));
    EXPECT_EQ(refusal(host.hello()), "StoreError") << directory;
    EXPECT_TRUE(fs::is_empty(theirs)) << directory;
  }
}

// Needs no other user: a mode says who may.
TEST_F(OtherUsersTest, NothingIsOpenToOthersWhateverTheUmaskAndTheDirectoryWere) {
  fs::remove_all(home_.store());
  fs::create_directory(home_.store());
  fs::permissions(home_.store(), fs::perms(0755));
  NativeHost host(home_.environment(), {"/bin/sh", "-c", "umask 0; exec \"$0\" host", cos_executable()});
  host.hello();
  ASSERT_TRUE(store().set_setting("disk.reserve", "0"));
  store_text(host, kA, "text");
  open_write(host, create(host, kA, hash_of("more")));
  ASSERT_EQ(run({"/bin/sh", "-c", "umask 0; exec \"$0\" phl update --from \"$1\"", cos_executable(), list()},
                {home_.environment()})
                .code,
            0);
  std::size_t seen = 0;
  for (const auto& item : fs::recursive_directory_iterator(home_.store())) {
    const bool is_blob = item.path().string().find("/blobs/") != std::string::npos && item.is_regular_file();
    const unsigned mode = static_cast<unsigned>(item.status().permissions()) & 0777U;
    EXPECT_EQ(is_blob ? mode : mode & 077U, is_blob ? 0444U : 0U) << item.path() << " " << std::oct << mode;
    ++seen;
  }
  EXPECT_GT(seen, 8U);
}

}  // namespace
}  // namespace libcos
