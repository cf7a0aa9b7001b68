#include "torture/power_loss.h"

#include <array>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

#include "torture/disk.h"
#include "torture/faults.h"
#include "torture/invariants.h"
#include "torture/scenarios.h"
#include "torture/work_directory.h"

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::array kCuts{Cut::kAll,         Cut::kNothing,     Cut::kNamesOnly, Cut::kZeros,
                           Cut::kBytesOnly,   Cut::kTornLast,    Cut::kSome,      Cut::kSome,
                           Cut::kSomeAndTorn, Cut::kSomeAndTorn, Cut::kSomeZeros, Cut::kSomeZeros};

struct Recording {
  Disk before;
  Journal journal;
  bool acknowledged = false;
};

class Campaign {
 public:
  explicit Campaign(int wanted) : wanted_(wanted) {}

  // False when the operation does not even work undisturbed.
  bool run(const Scenario& scenario) {
    const Recording recording = record_all(scenario);
    if (!recording.acknowledged) {
      return report(scenario, 0, Cut::kAll, "it does not work undisturbed");
    }
    const int states = states_;
    const int failures = failures_;
    for (std::size_t until = 0; until <= recording.journal.size(); ++until) {
      for (const Cut cut : kCuts) {
        if (is_chosen()) {
          (void)replay(scenario, recording, until, cut);
        }
      }
    }
    std::cout << scenario.name << ": " << recording.journal.size() << " calls, " << states_ - states << " states, "
              << failures_ - failures << " broken\n";
    return true;
  }

  [[nodiscard]] int states() const { return states_; }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  [[nodiscard]] fs::path store() const { return work_.path() / "disk" / "store"; }

  // Some of them, evenly by chance, when not all are wanted.
  bool is_chosen() { return wanted_ == 0 || static_cast<int>(random_() % 10'000) < wanted_; }

  Recording record_all(const Scenario& scenario) {
    std::error_code ignored;
    fs::remove_all(work_.path(), ignored);
    fs::create_directories(store().parent_path());
    Recording recording;
    if (!scenario.prepare(store())) {
      return recording;
    }
    recording.before = Disk::read(store().parent_path());
    record(store().parent_path(), recording.journal);
    recording.acknowledged = scenario.act(store()).has_value();
    disarm();
    return recording;
  }

  bool replay(const Scenario& scenario, const Recording& recording, std::size_t until, Cut cut) {
    ++states_;
    // In the same place: the store remembers paths.
    const fs::path directory = store().parent_path();
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    Disk disk = recording.before;
    for (const Event& event : what_is_left(recording.journal, until, cut, random_)) {
      disk.apply(event);
    }
    disk.write_to(directory, directory);
    const fs::path replayed = store();
    // Before the last call nothing has been acknowledged.
    const bool acknowledged = until == recording.journal.size();
    if (const std::string broken = broken_invariant(replayed, scenario, acknowledged); !broken.empty()) {
      return report(scenario, until, cut, broken);
    }
    if (const Status again = scenario.act(replayed); !again) {
      return report(scenario, until, cut, "it cannot be done afterwards: " + again.error().message);
    }
    if (const std::string broken = broken_invariant(replayed, scenario, true); !broken.empty()) {
      return report(scenario, until, cut, "done again: " + broken);
    }
    return true;
  }

  bool report(const Scenario& scenario, std::size_t until, Cut cut, const std::string& what) {
    ++failures_;
    std::cout << "BROKEN " << scenario.name << ", power lost after call " << until << ", " << name_of(cut)
              << " on the disk: " << what << '\n';
    return false;
  }

  const int wanted_;  // of 10,000 states
  const WorkDirectory work_;
  std::mt19937 random_{20260101};
  int states_ = 0;
  int failures_ = 0;
};

}  // namespace

int run_power_loss(int wanted, std::string_view only) {
  Campaign campaign(wanted);
  for (const Scenario& scenario : scenarios()) {
    if ((only.empty() || scenario.name == only) && !campaign.run(scenario)) {
      return 1;
    }
  }
  std::cout << "power: " << campaign.states() << " states tried, " << campaign.failures() << " broken\n";
  return campaign.failures() == 0 ? 0 : 1;
}

}  // namespace libcos::torture
