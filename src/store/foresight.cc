// What a change of a setting would do, for the user to see before it is made. It must be what happens then, so it asks
// what decides then; and it must be quick, so it looks at a bounded number of rows.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/try.h"
#include "rules/budgets.h"
#include "rules/lookup_budget.h"
#include "store/settings.h"
#include "store/state.h"

namespace libcos {
namespace {

using internal::StoreState;

constexpr std::size_t kMostLookedAt = 4000;
constexpr std::size_t kMostEvicted = 2048;  // each costs a look at its file
constexpr std::size_t kEvictedAtOnce = 32;

SettingEffect counted(const Registry::Count& count) {
  SettingEffect effect;
  effect.count = count.count;
  effect.more = count.more;
  return effect;
}

Result<std::uint64_t> budget_with(StoreState& state, std::string_view key, std::int64_t value) {
  const auto setting = [&](std::string_view name) {
    return name == key ? Result<std::int64_t>(value) : state.setting_value(name);
  };
  COS_TRY(const DiskSpace space, state.blobs->space());
  COS_TRY(const std::int64_t percent, setting(setting::kBudgetPercent));
  COS_TRY(const std::int64_t ceiling, setting(setting::kBudgetCeiling));
  return budget_from(space.capacity, static_cast<std::uint64_t>(percent), static_cast<std::uint64_t>(ceiling), 100)
      .total;
}

// Step by step: pages do not wait until all files have been looked at.
Result<SettingEffect> of_budget(StoreState& state, std::string_view key, std::int64_t value) {
  SettingEffect effect;
  internal::Eviction eviction{};
  std::uint64_t held = 0;
  {
    const std::lock_guard lock(state.mutex);
    COS_TRY(effect.budget, budget_with(state, key, value));
    (void)state.flush_reads();
    COS_TRY(const Usage total, state.registry.total());
    held = total.bytes;
  }
  eviction.left = held;
  eviction.over = held <= effect.budget;
  for (std::size_t looked_at = 0; !eviction.over && looked_at < kMostEvicted; looked_at += kEvictedAtOnce) {
    const std::lock_guard lock(state.mutex);
    COS_CHECK(internal::choose_more(state, effect.budget, kEvictedAtOnce, eviction));
  }
  effect.count = eviction.entries.size();
  effect.more = !eviction.over;
  // Of more files than were looked at it is known how much they must come to.
  effect.bytes = held - (effect.more ? effect.budget : eviction.left);
  effect.left = effect.budget - std::min(effect.budget, eviction.left);
  effect.full = eviction.over && eviction.left > effect.budget;
  return effect;
}

// Sites that would have to wait, and sites that would not have to any more.
class Waiting {
 public:
  void note(const std::string& site, bool waits_now, bool would_wait) {
    if (would_wait) {
      held_.insert(site);
    } else if (waits_now) {
      freed_.insert(site);
    }
  }
  [[nodiscard]] SettingEffect effect(bool more) const {
    SettingEffect effect;
    effect.count = held_.size();
    effect.more = more;
    effect.freed = freed_.size();
    return effect;
  }

 private:
  std::set<std::string> held_;
  std::set<std::string> freed_;
};

Result<SettingEffect> of_lookups(StoreState& state, std::string_view key, std::int64_t value) {
  COS_TRY(const internal::PolicySettings* const policy, state.policy());
  const LookupLimits now_limits = policy->limits;
  LookupLimits limits = now_limits;
  if (key == setting::kLookupHashes) {
    limits.hashes = static_cast<std::uint32_t>(value);
  } else {
    limits.bits = static_cast<double>(value);
  }
  const std::int64_t now = state.clock();
  (void)state.ledger.flush(now);
  COS_TRY(const auto accounts, state.registry.lookup_accounts_since(now - limits.window_ms, kMostLookedAt + 1));
  Waiting waiting;
  for (const auto& [site, kept] : accounts) {
    LookupAccount account = kept;
    refill(account, limits, now, true);
    if (limits.on) {
      waiting.note(site, !can_pay(account, LookupKind::kNew, now_limits), !can_pay(account, LookupKind::kNew, limits));
    }
  }
  return waiting.effect(accounts.size() > kMostLookedAt);
}

Result<SettingEffect> of_writes(StoreState& state, std::int64_t value) {
  COS_TRY(const internal::PolicySettings* const policy, state.policy());
  const std::uint64_t most_now = policy->write_units;
  const auto most = static_cast<std::uint64_t>(value);
  const std::int64_t now = state.clock();
  COS_TRY(const auto accounts, state.registry.write_accounts_since(now - kWriteWindowMs, kMostLookedAt + 1));
  Waiting waiting;
  for (const auto& [site, account] : accounts) {
    const std::uint64_t wanted = units_in_window(account.window_start, account.units, now) + write_units(0);
    waiting.note(site, most_now > 0 && wanted > most_now, most > 0 && wanted > most);
  }
  return waiting.effect(accounts.size() > kMostLookedAt);
}

// Of what stands for everybody in other profiles only what is on the Public Hash List passes from one to the other.
Result<SettingEffect> of_sharing(StoreState& state, const Realm& realm) {
  COS_TRY(const internal::PolicySettings* const policy, state.policy());
  const bool model_hubs = policy->model_hubs;
  COS_TRY(const auto elsewhere, state.registry.global_elsewhere(realm, kMostLookedAt));
  SettingEffect effect;
  effect.count =
      static_cast<std::uint64_t>(std::count_if(elsewhere.hashes.begin(), elsewhere.hashes.end(), [&](const Hash& hash) {
        return state.lists.contains(hash, model_hubs);
      }));
  effect.more = elsewhere.more;
  return effect;
}

Result<SettingEffect> of_switch(StoreState& state, const Realm& realm, std::string_view key) {
  Registry& registry = state.registry;
  if (key == setting::kShareRealms) {
    return of_sharing(state, realm);
  }
  if (key == setting::kGateGesture) {
    return registry.count_untouched(kMostLookedAt).map(counted);
  }
  if (key == setting::kPartitionFrames) {
    return registry.count_framed(kMostLookedAt).map(counted);
  }
  if (key == setting::kHistoryReads) {
    (void)state.flush_reads();
    return registry.count_readers(kMostLookedAt).map(counted);
  }
  if (key == setting::kGateAsk) {
    return registry.count_decisions(realm, kMostLookedAt).map(counted);
  }
  return SettingEffect{};
}

}  // namespace

Result<SettingEffect> Store::foresee(const Realm& realm, std::string_view key, std::string_view value) {
  COS_TRY(const std::int64_t wanted, internal::accepted_value(*state_, key, value));
  if (key == setting::kBudgetPercent || key == setting::kBudgetCeiling) {
    return of_budget(*state_, key, wanted);
  }
  const std::lock_guard lock(state_->mutex);
  if (key == setting::kLookupHashes || key == setting::kLookupBits) {
    return of_lookups(*state_, key, wanted);
  }
  if (key == setting::kWriteFiles) {
    return of_writes(*state_, wanted);
  }
  return of_switch(*state_, realm, key);
}

}  // namespace libcos
