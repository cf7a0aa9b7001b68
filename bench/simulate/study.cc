#include "study.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace cos_simulate {
namespace {

struct Way {
  std::string name;
  std::uint64_t capacity;
  Policy policy;
  Rules rules;
};

std::vector<Way> ways_of(const Study& study) {
  std::vector<Way> ways;
  for (const std::uint64_t capacity : study.capacities) {
    const Policy first = study.policies.front();
    ways.push_back({"without cos", capacity, Policy::kLeastRecentlyRead, {.partitioned = true}});
    for (const auto& [policy, name] : kPolicies) {
      if (std::find(study.policies.begin(), study.policies.end(), policy) != study.policies.end()) {
        ways.push_back({std::string(name), capacity, policy, {}});
      }
    }
    if (!study.controls) {
      continue;
    }
    ways.push_back({"no lookup budget", capacity, first, {.lookup_budget = false}});
    ways.push_back({"no GREASE", capacity, first, {.grease = false}});
    ways.push_back({"neither", capacity, first, {.lookup_budget = false, .grease = false}});
  }
  return ways;
}

}  // namespace

std::vector<Result> run(const Study& study, const World& world, unsigned threads,
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::vector<Way> ways = ways_of(study);
  std::vector<Result> results;
  for (const Way& way : ways) {
    results.push_back({way.name, way.capacity, {}});
  }
  std::mutex mutex;
  std::atomic<std::uint64_t> next = 0;
  std::uint64_t done = 0;
  const auto work = [&] {
    for (std::uint64_t person = next++; person < study.people; person = next++) {
      const Trace trace = world.year_of(person, study.days);
      std::vector<Outcome> outcomes;
      for (const Way& way : ways) {
        outcomes.push_back(replay(trace, way.policy, way.capacity, way.rules));
      }
      const std::lock_guard lock(mutex);
      for (std::size_t i = 0; i < ways.size(); ++i) {
        results[i].outcome += outcomes[i];
      }
      progress(++done, study.people);
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) {
    others.emplace_back(work);
  }
  work();
  for (std::thread& other : others) {
    other.join();
  }
  return results;
}

}  // namespace cos_simulate
