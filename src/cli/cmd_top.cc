#include <poll.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"
#include "host/running_hosts.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kRows = 6;
constexpr std::size_t kShortHash = 12;
constexpr int kEveryMs = 1000;

struct Use {
  Hash hash;
  std::uint64_t size;
  std::int64_t at;
  std::string origin;  // empty: the user
};

struct Snapshot {
  Totals totals;
  std::vector<Use> reads;
  std::vector<Use> writes;
  std::vector<pid_t> hosts;
};

// The last of the entries that were used so, and by whom.
Result<std::vector<Use>> last_used(Store& store, ListOrder order, HistoryEvent::Kind kind) {
  std::vector<Use> uses;
  COS_TRY(const EntryPage page, store.list(order, std::nullopt, kRows));
  for (const EntryInfo& entry : page.entries) {
    COS_TRY(const auto events, store.history(entry.hash));
    const auto last = std::find_if(events.rbegin(), events.rend(), [&](const HistoryEvent& event) {
      return event.kind == kind || (kind == HistoryEvent::Kind::kStored && event.kind == HistoryEvent::Kind::kAdded);
    });
    if (last != events.rend()) {
      uses.push_back({entry.hash, entry.size, last->at, last->origin});
    }
  }
  return uses;
}

Result<Snapshot> look(Store& store) {
  COS_TRY(const Totals totals, store.totals());
  COS_TRY(auto reads, last_used(store, ListOrder::kRead, HistoryEvent::Kind::kRead));
  COS_TRY(auto writes, last_used(store, ListOrder::kStored, HistoryEvent::Kind::kStored));
  return Snapshot{totals, std::move(reads), std::move(writes), running_hosts()};
}

nlohmann::ordered_json as_json(const std::vector<Use>& uses) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Use& use : uses) {
    list.push_back({{"algorithm", algorithm_name(use.hash.algorithm())},
                    {"value", use.hash.hex()},
                    {"size", use.size},
                    {"at", use.at},
                    {"origin", use.origin}});
  }
  return list;
}

nlohmann::ordered_json as_json(const Snapshot& now) {
  return {{"entries", now.totals.entries}, {"bytes", now.totals.bytes},
          {"budget", now.totals.budget},   {"hosts", now.hosts},
          {"reads", as_json(now.reads)},   {"writes", as_json(now.writes)}};
}

void print(const char* title, const std::vector<Use>& uses) {
  std::printf("\n%s\n", paint(title, Color::kBold, stdout).c_str());
  if (uses.empty()) {
    std::printf("nothing yet\n");
    return;
  }
  const std::int64_t now = system_clock()();
  Table table{{"WHEN", "HASH", "SIZE", "WHO"}, {false, false, true, false}, {}, 3};
  for (const Use& use : uses) {
    table.rows.push_back({human_ago(use.at, now), use.hash.hex().substr(0, kShortHash), human_size(use.size),
                          use.origin.empty() ? "(by hand)" : use.origin});
  }
  print_table(table);
}

void print(const Snapshot& now) {
  constexpr std::size_t kBar = 30;
  const double share =
      now.totals.budget == 0 ? 1 : static_cast<double>(now.totals.bytes) / static_cast<double>(now.totals.budget);
  const auto filled = std::min(kBar, static_cast<std::size_t>(share * static_cast<double>(kBar)));
  std::printf("%llu entries, %s of %s  [%s%s]\n", static_cast<unsigned long long>(now.totals.entries),
              human_size(now.totals.bytes).c_str(), human_size(now.totals.budget).c_str(),
              std::string(filled, '#').c_str(), std::string(kBar - filled, '.').c_str());
  std::printf("%zu %s for browsers\n", now.hosts.size(), now.hosts.size() == 1 ? "host runs" : "hosts run");
  print("Last read", now.reads);
  print("Last stored", now.writes);
}

// A screen of its own, and keys that arrive at once; the terminal is as before when it ends, also when a signal ends
// it.
class Screen {
 public:
  Screen() {
    // A signal that would end us is held back while the screen is ours. It is looked for and never taken: it comes
    // through once the destructor has put the terminal back, and does then what it always does.
    ::sigemptyset(&ends_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
      ::sigaddset(&ends_, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &ends_, &mask_before_);
    signals_ = UniqueFd(::signalfd(-1, &ends_, SFD_CLOEXEC));
    ::tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    // Ctrl-C comes as a key, too, so that it leaves by the same way.
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    std::fputs("\x1b[?1049h\x1b[?25l", stdout);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen() {
    std::fputs("\x1b[?25h\x1b[?1049l", stdout);
    std::fflush(stdout);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  // False when the user wants to leave, or is gone, or a signal wants us to.
  [[nodiscard]] bool wait() const {
    std::array<pollfd, 2> ends{{{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
    if (::poll(ends.data(), ends.size(), kEveryMs) <= 0) {
      return true;
    }
    if (ends[1].revents != 0) {
      return false;
    }
    char key = 'q';
    return ::read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q' && key != '\x03' && key != '\x04';
  }

 private:
  termios before_{};
  sigset_t ends_{};
  sigset_t mask_before_{};
  UniqueFd signals_;
};

Result<int> watch(Store& store) {
  const Screen screen;
  do {
    COS_TRY(const Snapshot now, look(store));
    std::fputs("\x1b[H\x1b[2J", stdout);
    print(now);
    std::printf("\n%s\n", paint("q leaves", Color::kDim, stdout).c_str());
    std::fflush(stdout);
  } while (screen.wait());
  return kDone;
}

Result<int> top(const App& app, Store& store, bool once) {
  if (!app.json && !once && ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0) {
    return watch(store);
  }
  COS_TRY(const Snapshot now, look(store));
  if (app.json) {
    print_json(as_json(now));
  } else {
    print(now);
  }
  return kDone;
}

}  // namespace

void add_top(Command cos, App& app) {
  auto once = std::make_shared<bool>(false);
  const Command command =
      add_command(cos, app, "top", "Watch the store: its size, last reads and writes",
                  [&app, once] { return with_store(app, [&](Store& store) { return top(app, store, *once); }); });
  command.add_flag("--once", *once, "Print it once, also on a terminal");
}

}  // namespace libcos::cli
