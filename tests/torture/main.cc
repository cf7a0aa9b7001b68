// Interrupts every operation at every system call that changes the store, and looks at what is left.
//
//   cos_torture crash   [--points N] [--scenario NAME]   the process is killed
//   cos_torture faults  [--points N] [--scenario NAME]   system calls fail
//   cos_torture power   [--points N] [--scenario NAME]   the power goes, and with it what was not synced
//   cos_torture rot     [--points N]                        bits of its files turn round
//   cos_torture together [--seconds N]                    sixteen processes on one store
//   cos_torture waits                                     whether what a write waits for tells who else has the bytes
//
// --points N: no more than about N of all points, evenly chosen (power: N of 10,000). Exit code 1 when an invariant
// broke.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "torture/faults.h"
#include "torture/invariants.h"
#include "torture/power_loss.h"
#include "torture/rot.h"
#include "torture/scenarios.h"
#include "torture/together.h"
#include "torture/waits.h"
#include "torture/work_directory.h"

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;

constexpr int kKillsAfter = 2;
constexpr unsigned kCallsToDieIn = 60;

struct Blow {
  Fault fault;
  int error;
};

// What a child tells: its plan, and whether the operation was acknowledged.
struct Shared {
  Plan plan;
  std::atomic<bool> acknowledged = false;
};

struct Unmap {
  void operator()(Shared* shared) const { (void)::munmap(shared, sizeof(Shared)); }
};

std::unique_ptr<Shared, Unmap> make_shared_memory() {
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return std::unique_ptr<Shared, Unmap>(memory == MAP_FAILED ? nullptr : new (memory) Shared);
}

class Campaign {
 public:
  Campaign() : shared_(make_shared_memory()) {}

  // Calls that the undisturbed operation makes; 0: it does not even work so.
  int calls_of(const Scenario& scenario) {
    const bool held = strike(scenario, {Fault::kNone, 0}, 0);
    return held && shared_->acknowledged ? shared_->plan.calls.load() : 0;
  }

  // Whether all invariants held.
  bool strike(const Scenario& scenario, const Blow& blow, int at) {
    const fs::path directory = work_.path() / "store";
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    if (const Status prepared = scenario.prepare(directory); !prepared) {
      return report(scenario, blow, at, "it could not be prepared: " + prepared.error().message);
    }
    shared_.reset();
    shared_ = make_shared_memory();
    shared_->plan.fault = blow.fault;
    shared_->plan.at = at;
    shared_->plan.error = blow.error;
    const int status = in_child([&] {
      arm(directory, shared_->plan);
      const Status done = scenario.act(directory);
      shared_->acknowledged = done.has_value();
      disarm();
    });
    ++points_;
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && shared_->plan.struck;
    if (!killed && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
      return report(scenario, blow, at, "the process ended by itself: " + std::to_string(status));
    }
    if (const std::string broken = broken_invariant(directory, scenario, shared_->acknowledged); !broken.empty()) {
      return report(scenario, blow, at, broken);
    }
    return (!killed || survives_more_kills(scenario, blow, at, directory)) && recovers(scenario, blow, at, directory);
  }

  // In the long form: whoever comes after the one that was killed is killed, too.
  void kill_who_comes_after(int times) { kills_after_ = times; }

  [[nodiscard]] int points() const { return points_; }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  template <class Body>
  static int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
      body();
      ::_exit(0);
    }
    int status = 0;
    (void)::waitpid(child, &status, 0);
    return status;
  }

  bool survives_more_kills(const Scenario& scenario, const Blow& blow, int at, const fs::path& directory) {
    for (int kill = 0; kill < kills_after_; ++kill) {
      shared_ = make_shared_memory();
      shared_->plan.fault = blow.fault;
      shared_->plan.at = 1 + static_cast<int>(random_() % kCallsToDieIn);
      (void)in_child([&] {
        arm(directory, shared_->plan);
        shared_->acknowledged = scenario.act(directory).has_value();
        disarm();
      });
      ++points_;
      if (const std::string broken = broken_invariant(directory, scenario, shared_->acknowledged); !broken.empty()) {
        return report(scenario, blow, at, "the next was killed at " + std::to_string(shared_->plan.at) + ": " + broken);
      }
    }
    return true;
  }

  // The next process can do what the last one could not.
  bool recovers(const Scenario& scenario, const Blow& blow, int at, const fs::path& directory) {
    if (const Status again = scenario.act(directory); !again) {
      return report(scenario, blow, at, "it cannot be done afterwards: " + again.error().message);
    }
    if (const std::string broken = broken_invariant(directory, scenario, true); !broken.empty()) {
      return report(scenario, blow, at, "done again: " + broken);
    }
    return true;
  }

  bool report(const Scenario& scenario, const Blow& blow, int at, const std::string& what) {
    ++failures_;
    std::cout << "BROKEN " << scenario.name << ", call " << at << " " << name_of(blow.fault);
    if (blow.error != 0) {
      std::cout << " with " << ::strerrorname_np(blow.error);
    }
    std::cout << (shared_->acknowledged ? ", acknowledged" : "") << ": " << what << '\n';
    return false;
  }

  std::unique_ptr<Shared, Unmap> shared_;
  const WorkDirectory work_;
  std::mt19937 random_{20260101};
  int kills_after_ = 0;
  int points_ = 0;
  int failures_ = 0;
};

std::vector<Blow> blows_of(std::string_view kind) {
  if (kind == "crash") {
    return {{Fault::kDieBefore, 0}, {Fault::kDieAfter, 0}, {Fault::kDieHalfway, 0}};
  }
  std::vector<Blow> blows{{Fault::kShort, 0}};
  for (const int error : {ENOSPC, EIO, EDQUOT, EMFILE}) {
    blows.push_back({Fault::kFail, error});
  }
  for (const int error : {ENOSPC, EIO, EROFS}) {
    blows.push_back({Fault::kFailOn, error});
  }
  return blows;
}

int run(std::string_view kind, int wanted, std::string_view only) {
  Campaign campaign;
  std::vector<std::pair<const Scenario*, int>> plan;
  int all = 0;
  const std::vector<Blow> blows = blows_of(kind);
  for (const Scenario& scenario : scenarios()) {
    if (!only.empty() && scenario.name != only) {
      continue;
    }
    const int calls = campaign.calls_of(scenario);
    if (calls == 0) {
      std::cout << "BROKEN " << scenario.name << ": it does not work undisturbed\n";
      return 1;
    }
    plan.emplace_back(&scenario, calls);
    all += calls * static_cast<int>(blows.size());
  }
  campaign.kill_who_comes_after(wanted == 0 ? kKillsAfter : 0);
  const int step = wanted == 0 || wanted >= all ? 1 : all / wanted;
  int number = 0;
  for (const auto& [scenario, calls] : plan) {
    const int failures = campaign.failures();
    const int points = campaign.points();
    for (int at = 1; at <= calls; ++at) {
      for (const Blow& blow : blows) {
        if (number++ % step == 0) {
          (void)campaign.strike(*scenario, blow, at);
        }
      }
    }
    std::cout << scenario->name << ": " << calls << " calls, " << campaign.points() - points << " points, "
              << campaign.failures() - failures << " broken\n";
  }
  std::cout << kind << ": " << number << " points there are, " << campaign.points() << " tried, " << campaign.failures()
            << " broken\n";
  return campaign.failures() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace libcos::torture

namespace {
constexpr int kRotPoints = 5000;
}

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const std::string_view kind = arguments.empty() ? std::string_view() : arguments[0];
  int points = 0;
  int seconds = 120;
  int only_point = -1;
  std::string_view only;
  bool valid = arguments.size() % 2 == 1 && (kind == "crash" || kind == "faults" || kind == "power" || kind == "rot" ||
                                             kind == "together" || kind == "waits");
  for (std::size_t index = 1; valid && index + 1 < arguments.size(); index += 2) {
    const std::string_view value = arguments[index + 1];
    const std::array<std::pair<std::string_view, int*>, 3> numbers{
        {{"--points", &points}, {"--seconds", &seconds}, {"--point", &only_point}}};
    const auto* const named =
        std::find_if(numbers.begin(), numbers.end(), [&](const auto& one) { return one.first == arguments[index]; });
    int* const number = named == numbers.end() ? nullptr : named->second;
    if (number != nullptr) {
      valid = std::from_chars(value.data(), value.data() + value.size(), *number).ec == std::errc{};
    } else if (arguments[index] == "--scenario") {
      only = value;
    } else {
      valid = false;
    }
  }
  if (!valid) {
    std::cerr << "cos_torture crash|faults|power [--points N] [--scenario NAME]\n"
                 "cos_torture rot [--points N] [--point N]\n"
                 "cos_torture together [--seconds N]\n"
                 "cos_torture waits\n";
    return 2;
  }
  if (kind == "rot") {
    return libcos::torture::run_rot(points == 0 ? kRotPoints : points, only_point);
  }
  if (kind == "waits") {
    return libcos::torture::run_waits();
  }
  if (kind == "together") {
    return libcos::torture::run_together(seconds);
  }
  return kind == "power" ? libcos::torture::run_power_loss(points, only) : libcos::torture::run(kind, points, only);
}
