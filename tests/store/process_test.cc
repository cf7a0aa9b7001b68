// Several processes on one store, and processes that are killed.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";

// Runs `body` in a process of its own. Its exit code is 0 when `body` returned true.
class Child {
 public:
  explicit Child(const std::function<bool()>& body) {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::_exit(body() ? 0 : 1);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill(); }

  bool succeeded() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }
  }

 private:
  pid_t pid_ = -1;
};

// Lets a child tell its parent that it has come to a point.
class Signal {
 public:
  Signal() { EXPECT_EQ(::pipe(ends_), 0); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  void raise() const { (void)!::write(ends_[1], "x", 1); }
  void await() const {
    char byte = 0;
    EXPECT_EQ(::read(ends_[0], &byte, 1), 1);
  }

 private:
  int ends_[2] = {-1, -1};
};

class ProcessTest : public StoreTest {
 protected:
  // A fork must not share the parent's SQLite connection: each process opens the directory itself.
  [[nodiscard]] Result<Store> open() const { return Store::open({directory(), {}}); }

  static bool put_in(Store& store, const std::string& origin, const std::string& text) {
    auto writer = store.begin_write({profile('a'), origin_of(origin), hash_of(text)});
    return writer && writer->append(bytes_of(text)) && writer->close();
  }
};

TEST_F(ProcessTest, TwoProcessesThatWriteOneHashBothSucceed) {
  const std::string text(3U << 20U, 't');
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(std::make_unique<Child>([&] {
      auto store = open();
      return store && put_in(*store, "https://s" + std::to_string(i) + ".test", text);
    }));
  }
  for (const auto& child : children) {
    EXPECT_TRUE(child->succeeded());
  }
  EXPECT_EQ(blob_files(), 1U);
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_EQ((*store_.stat(hash_of(text)))->storing_origins.size(), 4U);
  EXPECT_TRUE(read(hash_of(text)) == text);
  expect_totals_to_be_right();
}

TEST_F(ProcessTest, ManyProcessesWriteReadAndRemoveAndTheTotalsStayRight) {
  std::vector<std::unique_ptr<Child>> children;
  for (int p = 0; p < 4; ++p) {
    children.push_back(std::make_unique<Child>([&, p] {
      auto store = open();
      for (int i = 0; store && i < 40; ++i) {
        const std::string text = "text " + std::to_string((i * 7 + p) % 10);
        if (i % 4 == 3) {
          if (!store->remove(hash_of(text))) {
            return false;
          }
          continue;
        }
        if (!put_in(*store, kA, text)) {
          return false;
        }
        const auto reader = store->open_entry(hash_of(text));
        if (!reader && reader.error().code != ErrorCode::kNotFound) {
          return false;  // somebody may have removed it, nothing else
        }
      }
      return store.has_value();
    }));
  }
  for (const auto& child : children) {
    EXPECT_TRUE(child->succeeded());
  }
  expect_totals_to_be_right();
  EXPECT_EQ(blob_files(), store_.totals()->entries);
  const auto entries = store_.list(std::nullopt, 100);
  ASSERT_TRUE(entries);
  for (const EntryInfo& info : *entries) {
    EXPECT_EQ(store_.verify(info.hash, {}).value(), VerifyOutcome::kIntact);
  }
}

TEST_F(ProcessTest, AKilledWriterLeavesNothingThatAnyoneCanObserve) {
  const Signal written;
  Child child([&] {
    auto store = open();
    auto writer = store->begin_write({profile('a'), origin_of(kA), hash_of("text"), Scope::global()});
    (void)writer->append(bytes_of("text"));
    written.raise();
    ::pause();
    return true;
  });
  written.await();
  EXPECT_EQ(incoming_files(), 1U);
  restart();
  EXPECT_EQ(incoming_files(), 1U) << "its writer still lives";
  child.kill();
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kRefused);
  restart();
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_EQ(blob_files(), 0U);
  ASSERT_TRUE(put(kA, "text"));
}

// Kills at moments that a clock chooses; whatever close() had acknowledged must be there and right.
TEST_F(ProcessTest, WhatCloseAcknowledgedSurvivesAKill) {
  for (int round = 0; round < 12; ++round) {
    int acknowledged[2] = {-1, -1};
    ASSERT_EQ(::pipe(acknowledged), 0);
    {
      Child child([&] {
        auto store = open();
        for (int i = 0;; ++i) {
          const std::string text = "round " + std::to_string(round) + " text " + std::to_string(i);
          if (!put_in(*store, kA, text)) {
            return false;
          }
          (void)!::write(acknowledged[1], &i, sizeof i);
        }
      });
      ::usleep(static_cast<useconds_t>(15'000 + round * 7'000));
    }
    ::close(acknowledged[1]);
    restart();
    int i = 0;
    int count = 0;
    while (::read(acknowledged[0], &i, sizeof i) == sizeof i) {
      const std::string text = "round " + std::to_string(round) + " text " + std::to_string(i);
      EXPECT_EQ(read(hash_of(text)), text);
      ++count;
    }
    ::close(acknowledged[0]);
    EXPECT_EQ(incoming_files(), 0U);
    EXPECT_EQ(blob_files(), store_.totals()->entries) << "after " << count << " acknowledged writes";
  }
  expect_totals_to_be_right();
}

// Closing a descriptor of store.db drops every lock that SQLite holds on it in that process; another process
// then takes itself for the last user and throws the log away with what was committed.
TEST_F(ProcessTest, OpeningAStoreTwiceInOneProcessLosesNothingThatWasCommitted) {
  for (int i = 0; i < 5; ++i) {
    const std::string text = "text " + std::to_string(i);
    const Store second = open_again();
    ASSERT_TRUE(put(kA, text));
    Child child([&] {
      const auto store = open();
      return store.has_value();
    });
    ASSERT_TRUE(child.succeeded());
    const Store third = open_again();
    EXPECT_EQ(read(hash_of(text)), text);
    EXPECT_EQ(blob_files(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(store_.totals()->entries, static_cast<std::uint64_t>(i + 1));
  }
}

TEST_F(ProcessTest, AListInstalledByOneProcessIsInForceInAnother) {
  ASSERT_TRUE(put(kA, "text", Scope::global()));
  ASSERT_EQ(ask("https://b.test", hash_of("text")), Disclosure::kRefused);
  Child child([&] {
    auto store = open();
    return store &&
           store->install_hash_list("// ===BEGIN SHA-256===\n" + hash_of("text").hex() + "\n// ===END SHA-256===\n");
  });
  ASSERT_TRUE(child.succeeded());
  EXPECT_EQ(ask("https://b.test", hash_of("text")), Disclosure::kGlobal);
}

}  // namespace
}  // namespace libcos
