#include "host/scrubber.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "base/random.h"
#include "store/paths.h"

namespace libcos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAgain = std::chrono::hours(6);
constexpr milliseconds kSettleEvery = std::chrono::minutes(1);
constexpr std::uint64_t kMiB = 1 << 20U;
constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t number(Store& store, std::string_view key) {
  std::int64_t value = 0;
  if (const auto setting = store.setting(key)) {
    std::from_chars(setting->value.data(), setting->value.data() + setting->value.size(), value);
  }
  return value;
}

// Anywhere: processes that live for minutes only reach all entries in the end.
std::optional<Hash> random_place() {
  const auto hash = Hash::parse("SHA-256", random_hex(32));
  return hash ? std::optional(*hash) : std::nullopt;
}

// Keeps a reader at so many bytes a second.
class Pace {
 public:
  explicit Pace(std::uint64_t rate) : rate_(rate), start_(steady_ms()) {}
  // How long to wait once `done` bytes have been read since the beginning.
  [[nodiscard]] milliseconds ahead(std::uint64_t done) const {
    const auto due = static_cast<std::int64_t>(done * 1000 / rate_);
    return milliseconds(due - (steady_ms() - start_));
  }

 private:
  std::uint64_t rate_;
  std::int64_t start_;
};

}  // namespace

Scrubber::Scrubber(Store& store, milliseconds idle)
    : store_(store), idle_(idle), last_activity_(steady_ms()), thread_([this] { run(); }) {}

Scrubber::~Scrubber() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Scrubber::note_activity() { last_activity_ = steady_ms(); }

bool Scrubber::wait(milliseconds how_long) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, how_long, [this] { return stopping_; });
  return !stopping_;
}

bool Scrubber::may_go_on() { return steady_ms() - last_activity_ >= idle_.count() && wait(milliseconds(0)); }

void Scrubber::run() {
  std::int64_t rests_until = 0;
  while (wait(std::min(idle_, kSettleEvery))) {
    // What reads have noted: they do not wait for it.
    (void)store_.settle();
    if (steady_ms() >= rests_until && may_go_on() && !scrub()) {
      rests_until = steady_ms() + kLookAgain.count();
    }
  }
}

bool Scrubber::scrub() {
  const std::int64_t days = number(store_, "verify.days");
  if (days == 0) {
    return false;
  }
  const Result<UniqueFd> lock =
      open_file(StorePaths(store_.directory()).verification_lock(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (!lock || ::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    return false;  // another process does it
  }
  const std::int64_t before = system_clock()() - days * kDayMs;
  std::optional<Hash> at = random_place();
  bool second_round = false;
  if (!std::exchange(orphans_collected_, true)) {
    (void)store_.collect_orphans();  // what no start sweeps; a walk over all files
  }
  while (may_go_on()) {
    const auto next = store_.next_unverified(at, before);
    if (!next) {
      return false;
    }
    at = next->after;
    if (next->hash) {
      const Pace pace(static_cast<std::uint64_t>(std::max<std::int64_t>(1, number(store_, "verify.rate"))) * kMiB);
      // What it finds is noted by the store itself: a damaged entry is set aside.
      (void)store_.verify(*next->hash,
                          [&](std::uint64_t done, std::uint64_t) { return may_go_on() && wait(pace.ahead(done)); });
    }
    if (!at && second_round) {
      return false;
    }
    second_round = second_round || !at;
  }
  return true;
}

}  // namespace libcos
