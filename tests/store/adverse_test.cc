// Clocks that jump, disks that are small or cannot be written, another process that holds the registry.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kYear = 365 * kDay;

class AdverseTest : public StoreTest {
 protected:
  // Runs `body` in a process of its own with file systems of its own. Returns its exit code; nullopt where a process
  // may not have such.
  template <class Body>
  static std::optional<int> with_own_mounts(Body body) {
    constexpr int kNotAllowed = 77;
    const pid_t child = ::fork();
    if (child == 0) {
      const bool own = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
      ::_exit(own ? body() : kNotAllowed);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return code == kNotAllowed ? std::nullopt : std::optional(code);
  }
  static constexpr const char* kNoMounts = "this user may not mount file systems here";
};

TEST_F(AdverseTest, AClockThatWasFarAheadLocksNoSiteOutOfWriting) {
  ASSERT_TRUE(store_.set_setting("write.files", "2"));
  clock_.advance(10 * kYear);
  ASSERT_TRUE(put(kA, "one"));
  ASSERT_TRUE(put(kA, "two"));
  ASSERT_EQ(put(kA, "three").error().code, ErrorCode::kQuotaExceeded);
  clock_.advance(-10 * kYear);
  EXPECT_EQ(put(kA, "three").error().code, ErrorCode::kQuotaExceeded) << "setting a clock back refills nothing";
  clock_.advance(kDay + 1);
  EXPECT_TRUE(put(kA, "three"));
}

TEST_F(AdverseTest, AClockThatWasFarAheadLocksNoSiteOutOfFinding) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  ASSERT_TRUE(store_.set_setting("lookup.hashes", "1"));
  put_on_public_hash_list({hash_of("one"), hash_of("two")});
  ASSERT_TRUE(put(kA, "one", Scope::global()));
  ASSERT_TRUE(put(kA, "two", Scope::global()));
  clock_.advance(10 * kYear);
  const Caller caller{profile('a'), origin_of(kB), std::nullopt, true};
  EXPECT_EQ(ask_as(caller, hash_of("one")), Disclosure::kGlobal);
  EXPECT_EQ(ask_as(caller, hash_of("two")), Disclosure::kRefused);
  clock_.advance(-10 * kYear);
  EXPECT_EQ(ask_as(caller, hash_of("two")), Disclosure::kRefused) << "setting a clock back refills nothing";
  clock_.advance(kDay + 1);
  EXPECT_EQ(ask_as(caller, hash_of("two")), Disclosure::kGlobal);
}

TEST_F(AdverseTest, WhereverTheClockJumpsBytesStayAndTotalsAreRight) {
  int number = 0;
  for (const std::int64_t jump : {kYear, -20 * kYear, 300 * kYear, -300 * kYear, std::int64_t{1}, -kDay}) {
    clock_.advance(jump);
    const std::string text = "text " + std::to_string(++number);
    ASSERT_TRUE(put(kA, text));
    EXPECT_EQ(ask(kA, hash_of(text)), Disclosure::kStoringOrigin);
    EXPECT_EQ(read(hash_of("text 1")), "text 1");
    restart();
  }
  EXPECT_EQ(*store_.verify(hash_of("text 1"), {}), VerifyOutcome::kIntact);
  EXPECT_EQ(store_.evict_to(0, false)->size(), 6U) << "and all can be evicted";
  expect_totals_to_be_right();
}

TEST_F(AdverseTest, ReadsGoOnWhileAnotherProcessHoldsTheRegistry) {
  ASSERT_TRUE(put(kA, "text"));
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  const auto begin = std::chrono::steady_clock::now();
  clock_.advance(120'000);  // dates of reads are due to be written
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
  EXPECT_EQ(read(hash_of("text")), "text");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(sqlite::kPatienceMs))
      << "nobody waited for the other";
}

TEST_F(AdverseTest, AStoreOnAFullFileSystemRefusesWritesAndKeepsWhatItHas) {
  const auto mounted = temp_.path() / "small";
  std::filesystem::create_directories(mounted);
  const auto code = with_own_mounts([&] {
    if (::mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=64m") != 0) {
      return 77;
    }
    auto store = Store::open({mounted / "store", clock_.function()});
    if (!store || !store->set_setting("disk.reserve", "0") || !store->set_setting("budget.percent", "95") ||
        !store->set_setting("budget.origin-percent", "100")) {
      return 2;
    }
    // What does not count against the budget fills the disk meanwhile.
    { std::ofstream(mounted / "other") << std::string(30'000'000, 'x'); }
    int stored = 0;
    int refused = 0;
    for (int number = 0; number < 40; ++number) {
      const std::string text = std::to_string(number) + std::string(1'000'000, 'y');
      auto writer = store->begin_write({profile('a'), origin_of(kA), hash_of(text), Scope::same_site()});
      const bool written = writer && writer->append(bytes_of(text)) && writer->close();
      const bool there = store->stat(hash_of(text))->has_value();
      if (written != there) {
        return 3;  // acknowledged and not there, or the other way round
      }
      ++(written ? stored : refused);
    }
    std::uint64_t bytes = 0;
    const auto entries = store->list(std::nullopt, 100);
    for (const EntryInfo& entry : *entries) {
      bytes += entry.size;
      if (*store->verify(entry.hash, {}) != VerifyOutcome::kIntact) {
        return 4;
      }
    }
    const auto totals = store->totals();
    return stored > 10 && refused > 0 && totals->bytes == bytes && totals->entries == entries->size() ? 0 : 5;
  });
  if (!code) {
    GTEST_SKIP() << kNoMounts;
  }
  EXPECT_EQ(*code, 0);
}

TEST_F(AdverseTest, AReadOnlyStoreIsReadAndRefusesWritesWithWhatToDo) {
  ASSERT_TRUE(put(kA, "text"));
  const auto code = with_own_mounts([&] {
    const std::string path = directory().string();
    if (::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        ::mount("none", path.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      return 77;
    }
    auto store = Store::open({directory(), {}});
    const auto reader = store ? store->open_entry(hash_of("text")) : tl::unexpected(store.error());
    if (!reader || reader->size() != 4 || !reader->check(0, 4)) {
      return 2;
    }
    const auto writer = store->begin_write({profile('a'), origin_of(kA), hash_of("new"), Scope::same_site()});
    return !writer && writer.error().code == ErrorCode::kIo && !writer.error().mend.empty() ? 0 : 3;
  });
  if (!code) {
    GTEST_SKIP() << kNoMounts;
  }
  EXPECT_EQ(*code, 0);
  EXPECT_EQ(read(hash_of("text")), "text");
}

TEST_F(AdverseTest, AReadDoesNotWaitBehindAWriteThatWaitsForAnotherProcess) {
  ASSERT_TRUE(put(kA, "text"));
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  std::atomic<bool> stored = false;
  std::thread writer([&] { stored = put(kB, "other").has_value(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
  EXPECT_FALSE(stored) << "the read was answered while the write was waiting";
  ASSERT_TRUE(other->execute("COMMIT"));
  writer.join();
  EXPECT_TRUE(stored);
}

TEST_F(AdverseTest, AReadDoesNotWaitBehindWhatAUserChangesMeanwhile) {
  ASSERT_TRUE(put(kA, "text"));
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  std::vector<std::thread> waiting;
  waiting.emplace_back([&] { EXPECT_TRUE(store_.pin(hash_of("text"), true)); });
  waiting.emplace_back([&] { EXPECT_TRUE(store_.set_setting("gates.ask", "on")); });
  waiting.emplace_back([&] { EXPECT_TRUE(store_.decide_site(profile('a'), Site{kA}, SiteDecision::kBlocked)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
  // Far from the twenty seconds that a statement waits, and from what a busy machine takes.
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
  ASSERT_TRUE(other->execute("COMMIT"));
  for (std::thread& thread : waiting) {
    thread.join();
  }
}

TEST_F(AdverseTest, AWriteThatWaitedForAnotherProcessEvictsWhatWasReadLongestAgo) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "5MiB"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "100"));
  const auto file = [](char name) { return std::string((std::size_t{2} << 20U) - 1, name); };
  ASSERT_TRUE(put(kA, file('1')));
  clock_.advance(kDay);
  ASSERT_TRUE(put(kB, file('2')));
  clock_.advance(kDay);
  ASSERT_EQ(ask(kA, hash_of(file('1'))), Disclosure::kStoringOrigin);
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  std::thread writer([&] { EXPECT_TRUE(put("https://c.test", file('3'))); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  ASSERT_TRUE(other->execute("COMMIT"));
  writer.join();
  EXPECT_EQ(ask(kA, hash_of(file('1'))), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask(kB, hash_of(file('2'))), Disclosure::kRefused);
}

}  // namespace
}  // namespace libcos
