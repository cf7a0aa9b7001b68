// Hand-over where the profile is on another mount than the store: the link is a copy that shares the blob's bytes
// (FICLONE), a file of its own. Few file systems can do that, so the calls stand here.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <fstream>
#include <functional>
#include <utility>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace {

bool on_other_mounts = false;
bool dies_when_placed = false;
std::function<void()> before_linking;  // called once

int clone(int to, int from) {
  struct stat status {};
  off_t at = 0;
  return ::fstat(from, &status) == 0 && ::sendfile(to, from, &at, static_cast<std::size_t>(status.st_size)) >= 0 ? 0
                                                                                                                 : -1;
}

}  // namespace

extern "C" int linkat(int from, const char* old_name, int to, const char* name, int flags) noexcept {
  if (const auto now = std::exchange(before_linking, nullptr)) {
    now();
  }
  if (on_other_mounts) {
    errno = EXDEV;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_linkat, from, old_name, to, name, flags));
}

extern "C" int renameat(int from, const char* old_name, int to, const char* name) noexcept {
  const auto renamed = static_cast<int>(::syscall(SYS_renameat2, from, old_name, to, name, 0));
  if (dies_when_placed) {
    ::_exit(0);
  }
  return renamed;
}

extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {  // NOLINT: as the system declares it
  va_list arguments;
  va_start(arguments, request);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (on_other_mounts && request == FICLONE) {
    return clone(fd, static_cast<int>(reinterpret_cast<std::intptr_t>(argument)));
  }
  return static_cast<int>(::syscall(SYS_ioctl, fd, request, argument));
}

namespace libcos {
namespace {

namespace fs = std::filesystem;

const Site kPage{"https://a.test"};

class CopiedLinksTest : public StoreTest {
 protected:
  CopiedLinksTest() {
    EXPECT_TRUE(put("https://a.test", "text"));
    std::ofstream(path()) << "marker";
  }

  [[nodiscard]] fs::path path() const { return temp_.path() / "1"; }

  static Status hand_over(Store& store, const fs::path& path) {
    on_other_mounts = true;
    Status handed = store.hand_over(profile('a'), kPage, hash_of("text"), path);
    on_other_mounts = false;
    return handed;
  }
};

TEST_F(CopiedLinksTest, ACopyIsAFileOfItsOwnAndGoesWithItsEntry) {
  const Status handed = hand_over(store_, path());
  ASSERT_TRUE(handed) << handed.error().message;
  EXPECT_FALSE(fs::equivalent(path(), blob_path(hash_of("text"))));
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), path());
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(CopiedLinksTest, ACopyThatAKilledProcessHasPutInPlaceGoesWithItsEntry) {
  store_ = Store::open_private({temp_.path() / "elsewhere", {}}).value();
  const pid_t child = ::fork();
  if (child == 0) {
    Result<Store> store = Store::open({directory(), clock_.function()});
    dies_when_placed = true;
    (void)(store && hand_over(*store, path()));
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  restart();
  ASSERT_EQ(fs::file_size(path()), 4U) << "it stands";
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(fs::exists(path()));
}

class TwoHandOversTest : public StoreTest {};

TEST_F(TwoHandOversTest, OfTwoAtOnceOneLinkStandsAndIsKnown) {
  ASSERT_TRUE(put("https://a.test", "text"));
  const fs::path first = temp_.path() / "1";
  const fs::path second = temp_.path() / "2";
  for (const fs::path& path : {first, second}) {
    std::ofstream(path) << "marker";
  }
  before_linking = [&] { EXPECT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), second)); };
  (void)store_.hand_over(profile('a'), kPage, hash_of("text"), first);
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), second);
  ASSERT_TRUE(store_.clear_all(std::nullopt));
  EXPECT_FALSE(fs::exists(first));
  EXPECT_FALSE(fs::exists(second));
}

}  // namespace
}  // namespace libcos
