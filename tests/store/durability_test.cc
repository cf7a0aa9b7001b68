// What a store asks of the disk, and in which order: what is acknowledged by itself, such as a changed setting, waits
// for the disk whatever went before it, and no row of a link goes for good before its link has.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace {

std::mutex calls_mutex;
std::vector<std::string> calls;  // "sync PATH" and "unlink PATH"
std::function<void(const std::string& path)> before_unlink;

void note(const std::string& call) {
  const std::lock_guard lock(calls_mutex);
  calls.push_back(call);
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

int noted_sync(const char* name, int fd) {
  std::error_code error;
  note("sync " + std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error).string());
  return next<int (*)(int)>(name)(fd);
}

}  // namespace

// SQLite's calls come here, too.
extern "C" {
[[gnu::visibility("default")]] int fdatasync(int fd) { return noted_sync("fdatasync", fd); }
[[gnu::visibility("default")]] int fsync(int fd) { return noted_sync("fsync", fd); }
[[gnu::visibility("default")]] int unlink(const char* path) noexcept {
  note(std::string("unlink ") + path);
  if (before_unlink) {
    before_unlink(path);
  }
  return next<int (*)(const char*)>("unlink")(path);
}
}

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const Site kPage{"https://a.test"};

class DurabilityTest : public StoreTest {
 protected:
  template <class Work>
  static std::size_t syncs_of(Work work) {
    calls.clear();
    EXPECT_TRUE(work());
    return static_cast<std::size_t>(
        std::count_if(calls.begin(), calls.end(), [](const std::string& call) { return call.starts_with("sync "); }));
  }
  [[nodiscard]] sqlite::Database another_process() const {
    return std::move(*sqlite::Database::open(directory() / "store.db"));
  }
  std::filesystem::path marked(const std::string& name) {
    const auto path = temp_.path() / name / "file";
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "marker";
    return path;
  }
};

TEST_F(DurabilityTest, SettingsPinsAndDecisionsWaitForTheDiskAfterNotesThatDoNot) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kA, hash_of("text"));
  EXPECT_EQ(syncs_of([&] { return store_.settle(); }), 0U) << "what a host notes once a minute";
  EXPECT_GT(syncs_of([&] { return store_.set_setting("gates.ask", "on"); }), 0U);
  EXPECT_GT(syncs_of([&] { return store_.pin(hash_of("text"), true); }), 0U);
  EXPECT_GT(syncs_of([&] { return store_.decide_site(profile('a'), kPage, SiteDecision::kBlocked); }), 0U);
}

TEST_F(DurabilityTest, ASettingWaitsForTheDiskAfterNotesThatCouldNotBeWritten) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kA, hash_of("text"));
  auto busy = another_process();
  ASSERT_TRUE(busy.execute("BEGIN IMMEDIATE"));
  EXPECT_FALSE(store_.settle());
  ASSERT_TRUE(busy.execute("COMMIT"));
  EXPECT_GT(syncs_of([&] { return store_.set_setting("gates.ask", "on"); }), 0U);
}

TEST_F(DurabilityTest, AFormerLinkIsGoneForGoodBeforeItsRowIs) {
  ASSERT_TRUE(put(kA, "text"));
  const auto first = marked("old");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), first));
  const auto second = marked("new");
  calls.clear();
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), second));
  const auto unlinked = std::find(calls.begin(), calls.end(), "unlink " + first.string());
  const auto synced = std::find(unlinked, calls.end(), "sync " + first.parent_path().string());
  const auto noted =
      std::find_if(unlinked, calls.end(), [](const std::string& call) { return call.ends_with("store.db-wal"); });
  ASSERT_NE(noted, calls.end());
  EXPECT_LT(synced - calls.begin(), noted - calls.begin());
}

TEST_F(DurabilityTest, ALinkThatIsMadeInThePlaceOfOneThatGoesIsKnownForAsLongAsItStands) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("profile");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  Store other = open_again();
  std::thread quick;
  std::atomic<bool> done = false;
  const auto store_and_hand_over = [&] {
    auto writer = other.begin_write({profile('a'), origin_of(kA), hash_of("text"), Scope::same_site()});
    EXPECT_TRUE(writer && writer->append(bytes_of("text")) && writer->close());
    EXPECT_TRUE(other.hand_over(profile('a'), kPage, hash_of("text"), marked("profile")));
    done = true;
  };
  before_unlink = [&](const std::string& gone) {
    if (gone != path.parent_path() / ".cos-file" || quick.joinable()) {
      return;
    }
    quick = std::thread(store_and_hand_over);
    // Where it has to wait for this process, it does so after a moment.
    for (int i = 0; i < 100 && !done; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  };
  ASSERT_TRUE(store_.remove(hash_of("text")));
  ASSERT_TRUE(quick.joinable());
  quick.join();
  before_unlink = nullptr;
  ASSERT_TRUE(std::filesystem::equivalent(path, blob_path(hash_of("text"))));
  ASSERT_TRUE(store_.remove(hash_of("text")));
  EXPECT_FALSE(std::filesystem::exists(path)) << "the entry's bytes would stay in the profile for good";
}

}  // namespace
}  // namespace libcos
