#include "torture/together.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/try.h"
#include "support/store_words.h"
#include "torture/history.h"
#include "torture/invariants.h"
#include "torture/scenarios.h"
#include "torture/work_directory.h"

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr unsigned kProcesses = 16;
constexpr unsigned kFiles = 12;
constexpr std::chrono::seconds kFirstKill{2};  // after the disturbances began: what was called before has returned
constexpr std::size_t kMostOperations = 1'000'000;
constexpr std::array<const char*, 3> kOrigins{"https://a.test", "https://b.test", "https://c.test"};

std::string text_of(unsigned file) {
  std::string text;
  while (text.size() < 1000 + 20'000 * file) {
    text += "file " + std::to_string(file) + " at " + std::to_string(text.size()) + '\n';
  }
  return text;
}

// In memory that all processes share.
struct Shared {
  std::atomic<bool> wild = false;
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> operations = 0;
  std::atomic<int> wrong_bytes = 0;
  std::atomic<int> busy = 0;
  std::atomic<int> failed = 0;
  std::array<Operation, kMostOperations> history;
};

struct Unmap {
  void operator()(Shared* shared) const { (void)::munmap(shared, sizeof(Shared)); }
};

std::unique_ptr<Shared, Unmap> make_shared_memory() {
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return std::unique_ptr<Shared, Unmap>(memory == MAP_FAILED ? nullptr : new (memory) Shared);
}

std::int64_t now() { return Clock::now().time_since_epoch().count(); }

// What one process does.
class Worker {
 public:
  Worker(Shared& shared, Store& store, unsigned seed) : shared_(shared), store_(store), random_(seed) {
    for (unsigned file = 0; file < kFiles; ++file) {
      texts_.push_back(text_of(file));
      hashes_.push_back(hash_of(texts_.back()));
    }
  }

  void run() {
    while (!shared_.stop) {
      if (shared_.wild && random_() % 8 == 0) {
        disturb();
      } else {
        act();
      }
    }
  }

 private:
  // `what` returns whether the file was there; kBusy and failures have no effect.
  template <class What>
  void note(Operation::Kind kind, unsigned file, What what) {
    const bool counts = !shared_.wild;
    const std::int64_t from = now();
    const Result<bool> found = what();
    // What returns among the disturbances is only known to have been called.
    const std::int64_t to = shared_.wild ? kNeverReturned : now();
    if (!found) {
      ++(found.error().code == ErrorCode::kBusy ? shared_.busy : shared_.failed);
      return;
    }
    if (counts) {
      const std::size_t index = shared_.operations++;
      if (index < kMostOperations) {
        shared_.history[index] = {kind, static_cast<std::uint8_t>(file), *found, from, to};
      }
    }
  }

  void act() {
    const auto file = static_cast<unsigned>(random_() % kFiles);
    switch (random_() % 8) {
      case 0:
      case 1:
        note(Operation::Kind::kWrite, file, [&] { return write(file); });
        break;
      case 2:
        note(Operation::Kind::kRemove, file, [&] { return store_.remove(hashes_[file]); });
        break;
      default:
        note(Operation::Kind::kRead, file, [&] { return read(file); });
    }
  }

  Result<bool> write(unsigned file) {
    const Origin origin = origin_of(kOrigins.at(random_() % kOrigins.size()));
    COS_TRY(Writer writer, store_.begin_write({profile('a'), origin, hashes_[file], Scope::global()}));
    COS_CHECK(writer.append(bytes_of(texts_[file])));
    COS_TRY(const Published published, writer.close());
    return published.already_stored;
  }

  Result<bool> read(unsigned file) {
    const auto reader = store_.open_entry(hashes_[file]);
    if (!reader) {
      return reader.error().code == ErrorCode::kNotFound ? Result<bool>(false) : tl::unexpected(reader.error());
    }
    std::string text(reader->size(), '\0');
    COS_TRY(const std::size_t got, reader->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
    if (got != text.size() || text != texts_[file]) {
      ++shared_.wrong_bytes;
    }
    return true;
  }

  void disturb() {
    switch (random_() % 5) {
      case 0:
        (void)store_.clear_site("a.test", std::nullopt);
        break;
      case 1:
        (void)store_.evict_to(random_() % 1'000'000, false);
        break;
      case 2:
        (void)store_.verify(hashes_[random_() % kFiles], {});
        break;
      case 3:
        (void)store_.collect_orphans();
        break;
      default:
        // Killed between two instructions, wherever the others are.
        (void)::kill(::getpid(), random_() % 16 == 0 ? SIGKILL : 0);
    }
  }

  Shared& shared_;
  Store& store_;
  std::minstd_rand random_;
  std::vector<std::string> texts_;
  std::vector<Hash> hashes_;
};

pid_t start(Shared& shared, const fs::path& directory, unsigned seed) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open({directory, {}});
    if (store) {
      Worker(shared, *store, seed).run();
    }
    std::_Exit(store ? 0 : 1);
  }
  return child;
}

bool prepare(const fs::path& directory) {
  auto store = Store::open({directory, {}});
  for (const char* key : {"disk.reserve", "rate.reads", "rate.writes", "write.files", "grease.percent"}) {
    if (!store || !store->set_setting(key, "0")) {
      return false;
    }
  }
  return store.has_value();
}

// Starts a new process for each that was killed, from the half of the time on. Returns how many were.
int watch(Shared& shared, const fs::path& directory, std::vector<pid_t>& processes, int seconds) {
  int killed = 0;
  unsigned seed = 1000;
  const auto begin = Clock::now();
  while (Clock::now() - begin < std::chrono::seconds(seconds)) {
    shared.wild = Clock::now() - begin > std::chrono::milliseconds(500 * seconds);
    for (pid_t& process : processes) {
      if (::waitpid(process, nullptr, WNOHANG) == process) {
        ++killed;
        process = start(shared, directory, ++seed);
      } else if (Clock::now() - begin > kFirstKill + std::chrono::milliseconds(500 * seconds) &&
                 std::rand() % 200 == 0) {  // NOLINT: any will do
        (void)::kill(process, SIGKILL);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  shared.stop = true;
  for (const pid_t process : processes) {
    (void)::waitpid(process, nullptr, 0);
  }
  return killed;
}

int unexplained_files(const Shared& shared) {
  const std::size_t count = std::min(shared.operations.load(), kMostOperations);
  int unexplained = 0;
  for (unsigned file = 0; file < kFiles; ++file) {
    std::vector<Operation> operations;
    for (std::size_t index = 0; index < count; ++index) {
      if (shared.history[index].file == file) {
        operations.push_back(shared.history[index]);
      }
    }
    if (!is_linearizable(operations)) {
      std::cout << "BROKEN no order explains what was answered about file " << file << '\n';
      ++unexplained;
    }
  }
  return unexplained;
}

}  // namespace

int run_together(int seconds) {
  const auto shared = make_shared_memory();
  const WorkDirectory work;
  const fs::path directory = work.path() / "store";
  if (!shared || !prepare(directory)) {
    std::cout << "BROKEN the store could not be prepared\n";
    return 1;
  }
  std::vector<pid_t> processes;
  for (unsigned number = 0; number < kProcesses; ++number) {
    processes.push_back(start(*shared, directory, number));
  }
  const int killed = watch(*shared, directory, processes, seconds);
  int broken = unexplained_files(*shared) + (shared->wrong_bytes != 0 ? 1 : 0) + (shared->failed != 0 ? 1 : 0);
  if (const std::string invariant = broken_invariant(directory, {}, false); !invariant.empty()) {
    std::cout << "BROKEN " << invariant << '\n';
    ++broken;
  }
  std::cout << "together: " << kProcesses << " processes, " << shared->operations << " operations explained, " << killed
            << " processes killed, " << shared->busy << " times too busy, " << shared->failed << " failed, "
            << shared->wrong_bytes << " wrong reads, " << broken << " broken\n";
  return broken == 0 ? 0 : 1;
}

}  // namespace libcos::torture
