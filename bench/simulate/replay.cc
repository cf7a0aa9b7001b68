#include "replay.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rules/grease.h"
#include "rules/lookup_budget.h"
#include "store/settings.h"

namespace cos_simulate {
namespace {

using libcos::LookupKind;
using libcos::LookupOutcome;

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

std::int64_t fallback(std::string_view key) { return libcos::find_setting(key)->fallback; }

// src/store/lookup_ledger.cc for one person, without a database.
class Ledger {
 public:
  // Whether the page of `site` is told the truth.
  bool tell(const Request& request, bool hit) {
    Account& site = sites_[request.site];
    libcos::refill(site.account, limits_, request.at, true);
    const auto known = site.paid.find(request.file);
    LookupKind kind = LookupKind::kNew;
    if (known != site.paid.end()) {
      known->second.used = request.at;
      if (known->second.hit) {
        known->second.hit = hit;
        return true;
      }
      if (known->second.answered >= site.account.window_start) {
        return !hit;
      }
      kind = LookupKind::kRecheck;
    }
    if (!libcos::can_pay(site.account, kind, limits_)) {
      return false;
    }
    const LookupOutcome large = request.bytes >= limits_.large ? LookupOutcome::kLargeHit : LookupOutcome::kSmallHit;
    libcos::charge(site.account, kind, hit ? large : LookupOutcome::kMiss);
    site.paid.insert_or_assign(request.file, Paid{hit, request.at, request.at});
    if (site.paid.size() > limits_.resolvable) {
      site.paid.erase(std::min_element(site.paid.begin(), site.paid.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second.used, a.first) < std::pair(b.second.used, b.first);
      }));
    }
    return true;
  }

 private:
  struct Paid {
    bool hit;
    std::int64_t answered;
    std::int64_t used;
  };
  struct Account {
    libcos::LookupAccount account;
    std::unordered_map<std::uint32_t, Paid> paid;
  };

  const libcos::LookupLimits limits_;
  std::unordered_map<std::uint32_t, Account> sites_;
};

// With the odds of src/rules/grease.cc; a keyed hash for each request would take longer than all else.
bool is_suppressed(const Request& request) {
  static const auto kPercent = static_cast<double>(fallback(libcos::setting::kGreasePercent));
  static const std::int64_t kEpoch = fallback(libcos::setting::kGreaseEpochDays) * kDayMs;
  Draw draw(7, {request.site, request.file, static_cast<std::uint64_t>(request.at / kEpoch)});
  return draw.uniform() * 100 < kPercent && request.bytes < libcos::kGreaseExemptSize;
}

class Replay {
 public:
  Replay(const Trace& trace, Policy policy, std::uint64_t capacity, const Rules& rules)
      : rules_(rules),
        cache_(policy, capacity, rules.partitioned ? trace.copies : trace.files),
        entries_(trace.files),
        stored_(trace.copies) {}

  void step(const Request& request, std::uint64_t now) {
    const std::uint32_t file = rules_.partitioned ? request.copy : request.file;
    const std::uint32_t next = rules_.partitioned ? request.next_copy : request.next;
    const bool there = cache_.holds(file);
    const bool hit = rules_.partitioned ? there : is_found(request, there);
    count(request, hit);
    if (there) {
      cache_.read(file, now, next);  // what was downloaded all the same joins the entry
    } else {
      cache_.store(file, request.bytes, now, next);
      ++entries_[request.file];
    }
    if (!hit) {
      stored_[request.copy] = entries_[request.file];
    }
  }

  [[nodiscard]] Outcome outcome() const {
    Outcome all = outcome_;
    all.evicted = cache_.evicted();
    all.most_bytes = cache_.most_bytes();
    return all;
  }

 private:
  void count(const Request& request, bool hit) {
    outcome_.requests += 1;
    outcome_.bytes += request.bytes;
    outcome_.firsts += request.first ? 1U : 0U;
    if (hit) {
      outcome_.hits += 1;
      outcome_.hit_bytes += request.bytes;
      outcome_.first_hits += request.first ? 1U : 0U;
      outcome_.first_hit_bytes += request.first ? request.bytes : 0U;
    }
  }

  // Disclosure: to the sites that stored it, and to all others where it is listed and nothing keeps it back.
  bool is_found(const Request& request, bool there) {
    // An entry's storing origins go with it: what was stored before the file was last evicted does not count.
    if (there && stored_[request.copy] != 0 && stored_[request.copy] == entries_[request.file]) {
      return true;
    }
    const bool suppressed = rules_.grease && there && request.listed && is_suppressed(request);
    const bool hit = there && request.listed && !suppressed;
    const bool told = !rules_.lookup_budget || ledger_.tell(request, hit);
    outcome_.suppressed += suppressed ? 1U : 0U;
    outcome_.refused += hit && !told ? 1U : 0U;
    outcome_.refused_bytes += hit && !told ? request.bytes : 0U;
    return hit && told;
  }

  const Rules rules_;
  Cache cache_;
  Ledger ledger_;
  std::vector<std::uint32_t> entries_;  // how often each file has become an entry
  std::vector<std::uint32_t> stored_;   // into which of these each site stored it; 0: none
  Outcome outcome_;
};

}  // namespace

Outcome& Outcome::operator+=(const Outcome& other) {
  requests += other.requests;
  bytes += other.bytes;
  hits += other.hits;
  hit_bytes += other.hit_bytes;
  firsts += other.firsts;
  first_hits += other.first_hits;
  first_hit_bytes += other.first_hit_bytes;
  refused += other.refused;
  refused_bytes += other.refused_bytes;
  suppressed += other.suppressed;
  evicted += other.evicted;
  most_bytes = std::max(most_bytes, other.most_bytes);
  return *this;
}

Outcome replay(const Trace& trace, Policy policy, std::uint64_t capacity, const Rules& rules) {
  Replay run(trace, policy, capacity, rules);
  for (std::uint64_t now = 0; const Request& request : trace.requests) {
    run.step(request, ++now);
  }
  return run.outcome();
}

}  // namespace cos_simulate
