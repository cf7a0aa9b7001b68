// A day in some minutes: two browsers with a host each and the command line on one store that is always full, and
// a process with a store whose clock runs so fast that a day goes by. At the end nobody may hold more than at the
// beginning.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "scale/browser.h"
#include "scale/population.h"
#include "scale/runs.h"
#include "support/store_words.h"

namespace libcos::scale {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr double kDayMs = 24.0 * 3600 * 1000;
constexpr std::size_t kSites = 40;
constexpr std::size_t kFiles = 400;
constexpr std::size_t kLinks = 50;  // that a profile may have
constexpr double kWarmUp = 0.2;     // of the time: caches and tables have grown by then
constexpr std::uint64_t kMostGrowth = 4'000'000;

std::string content_of(std::size_t file) {
  return std::string(1000 + file * file * 3, static_cast<char>('a' + file % 26)) + std::to_string(file);
}

std::string site(std::size_t number) { return "https://site" + std::to_string(number) + ".test"; }

struct Counts {
  std::size_t writes = 0;
  std::size_t hits = 0;
  std::size_t misses = 0;
  std::size_t handovers = 0;
  std::size_t restarts = 0;
  std::size_t cleared = 0;
  std::size_t fast_reads = 0;
};

// What is counted twice.
struct Held {
  std::vector<Holdings> hosts;
  Holdings fast;
  std::size_t links = 0;
};

class Soak {
 public:
  Soak(const fs::path& home, std::size_t minutes)
      : home_(home), length_(std::chrono::minutes(minutes)), begin_(Steady::now()), random_(1) {
    settings();
    fast_ = std::make_unique<Store>(need(Store::open({home / "store", [this] { return fast_now(); }})));
    for (const char digit : {'a', 'b'}) {
      browsers_.push_back(std::make_unique<Browser>(home, digit));
    }
  }

  int run() {
    std::optional<Held> first;
    while (passed() < 1) {
      turn();
      if (!first && passed() > kWarmUp) {
        first = held();
      }
    }
    const Held last = held();
    print(*first, last);
    // Hosts end when their browser has gone; before that nothing can be cleared away.
    for (const auto& browser : browsers_) {
      browser->hang_up();
    }
    return is_steady(*first, last) ? 0 : 1;
  }

 private:
  void settings() {
    Store store = need(Store::open({home_ / "store", {}}));
    for (const char* key : {"disk.reserve", "rate.reads", "rate.writes", "write.files"}) {
      need(store.set_setting(key, "0"));
    }
    // One site asks in a minute what others ask in a month; what it costs is computed and kept all the same.
    for (const char* key : {"lookup.hashes", "lookup.bits", "lookup.month-bits"}) {
      need(store.set_setting(key, "1000000"));
    }
    need(store.set_setting("budget.ceiling", "16MiB"));
    need(store.set_setting("budget.origin-percent", "50"));
    need(store.set_setting("handover.links", std::to_string(kLinks)));
    std::string list = "// VERSION: soak\n// ===BEGIN SHA-256===\n";
    for (std::size_t file = 0; file < kFiles; file += 2) {
      list += hash_of(content_of(file)).hex() + "\n";
    }
    need(store.install_hash_list(list + "// ===END SHA-256===\n"));
  }

  [[nodiscard]] double passed() const {
    return std::chrono::duration<double>(Steady::now() - begin_) / std::chrono::duration<double>(length_);
  }
  [[nodiscard]] std::int64_t fast_now() const { return kThen + static_cast<std::int64_t>(passed() * kDayMs); }
  std::size_t draw(std::size_t bound) { return random_() % bound; }

  void turn() {
    Browser& browser = *browsers_[draw(browsers_.size())];
    const std::size_t file = std::min(draw(kFiles), draw(kFiles));  // some more often than others
    const std::string text = content_of(file);
    const std::string origin = site(draw(kSites));
    std::string handle = browser.find(origin, hash_of(text));
    if (handle.empty()) {
      ++counts_.misses;
      handle = browser.write(origin, hash_of(text), [&](const auto& take) { take(text); });
      ++counts_.writes;
    } else {
      ++counts_.hits;
      look_at(browser, handle, text);
    }
    browser.release(handle);
    (void)need(fast_->request_read({profile('c'), origin_of(origin)}, hash_of(text)));
    ++counts_.fast_reads;
    if (const std::size_t chance = draw(1000); chance < 3) {
      clear(draw(kSites));
    } else if (chance < 5) {
      restart();
    }
  }

  void look_at(Browser& browser, const std::string& handle, const std::string& text) {
    if (draw(3) == 0) {
      (void)browser.hand_over(handle);
      ++counts_.handovers;
      return;
    }
    std::string got;
    browser.read(handle, 0, text.size(), [&](std::string_view piece) { got += piece; });
    if (got != text) {
      give_up("A read gave other bytes than were written.");
    }
  }

  void clear(std::size_t number) {
    const Finished cleared =
        libcos::run({cos_executable(), "clear", "site" + std::to_string(number) + ".test", "--yes"},
                    {{"HOME=" + home_.string(), "COS_HOME=" + (home_ / "store").string()}});
    if (cleared.code != 0) {
      give_up("cos clear: " + cleared.err);
    }
    ++counts_.cleared;
  }

  // A third browser comes and goes.
  void restart() {
    Browser short_lived(home_, 'd');
    (void)short_lived.find(site(0), hash_of(content_of(0)));
    short_lived.hang_up();
    ++counts_.restarts;
  }

  Held held() {
    Held now{{}, holdings_of(::getpid()), 0};
    for (const auto& browser : browsers_) {
      now.hosts.push_back(browser->holdings());
      now.links += browser->links();
    }
    return now;
  }

  void print(const Held& first, const Held& last) const {
    std::printf(
        "%zu writes, %zu hits, %zu misses, %zu hand-overs, %zu sites cleared, %zu more hosts, %zu reads by the "
        "fast clock\n",
        counts_.writes, counts_.hits, counts_.misses, counts_.handovers, counts_.cleared, counts_.restarts,
        counts_.fast_reads);
    const auto line = [](const char* name, const Holdings& before, const Holdings& after) {
      std::printf("%-22s resident %6.2f -> %6.2f MB   descriptors %zu -> %zu\n", name,
                  static_cast<double>(before.resident) / 1e6, static_cast<double>(after.resident) / 1e6,
                  before.descriptors, after.descriptors);
    };
    for (std::size_t i = 0; i < first.hosts.size(); ++i) {
      line(i == 0 ? "host of profile a" : "host of profile b", first.hosts[i], last.hosts[i]);
    }
    line("store with fast clock", first.fast, last.fast);
    std::printf("%-22s %zu -> %zu (at most %zu a profile)\n", "links", first.links, last.links, kLinks);
  }

  [[nodiscard]] static bool is_steady(const Held& first, const Held& last) {
    const auto steady = [](const Holdings& before, const Holdings& after) {
      return after.resident <= before.resident + kMostGrowth && after.descriptors <= before.descriptors;
    };
    bool all = steady(first.fast, last.fast) && last.links <= 2 * kLinks;
    for (std::size_t i = 0; i < first.hosts.size(); ++i) {
      all = all && steady(first.hosts[i], last.hosts[i]);
    }
    return all;
  }

  const fs::path home_;
  const Steady::duration length_;
  const Steady::time_point begin_;
  std::mt19937_64 random_;
  std::unique_ptr<Store> fast_;
  std::vector<std::unique_ptr<Browser>> browsers_;
  Counts counts_;
};

}  // namespace

int run_soak(const Options& options) {
  const WorkDirectory work(options.directory);
  return Soak(work.path(), options.minutes).run();
}

}  // namespace libcos::scale
