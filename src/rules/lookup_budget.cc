#include "rules/lookup_budget.h"

#include <algorithm>
#include <cmath>

namespace libcos {
namespace {

// Rounding must not cost a page its last lookup.
constexpr double kSlack = 1e-9;

const std::array<std::uint32_t, 2>* context(const LookupAccount& account, LookupKind kind) {
  if (kind == LookupKind::kRecheck) {
    return &account.rechecked;
  }
  switch (account.last) {
    case LookupAccount::Last::kMiss:
      return &account.after_miss;
    case LookupAccount::Last::kHit:
      return &account.after_hit;
    case LookupAccount::Last::kNone:
      break;
  }
  return nullptr;
}

}  // namespace

void refill(LookupAccount& account, const LookupLimits& limits, std::int64_t now, bool user_active) {
  if (account.window_start == 0) {
    account.window_start = now;
    account.month_start = now;
    return;
  }
  // A clock that was set back must not make a window last for years.
  account.window_start = std::min(account.window_start, now);
  account.month_start = std::min(account.month_start, now);
  if (limits.refill_needs_activation && !user_active) {
    return;
  }
  if (now - account.month_start >= kLookupMonthMs) {
    account.month_start = now;
    account.month_bits = 0;
    account.rechecked = {};
  }
  if (now - account.window_start >= limits.window_ms) {
    begin_window(account, now);
  }
}

void begin_window(LookupAccount& account, std::int64_t now) {
  account.window_start = now;
  account.counted = 0;
  account.bits = 0;
  account.last = LookupAccount::Last::kNone;
  account.after_miss = {};
  account.after_hit = {};
}

double surprise(const LookupAccount& account, LookupKind kind, bool hit) {
  const auto* seen = context(account, kind);
  if (seen == nullptr) {
    return 1;
  }
  // Laplace's rule of succession in the context of the last answer: a run of n equal answers costs log2(n + 1)
  // bits, answers without a pattern one bit each and a little more.
  const double n = (*seen)[0] + (*seen)[1];
  return std::log2((n + 2) / ((*seen)[hit ? 1 : 0] + 1.0));
}

bool can_pay(const LookupAccount& account, LookupKind kind, const LookupLimits& limits) {
  const double most = std::max(surprise(account, kind, false), surprise(account, kind, true));
  return account.counted < limits.hashes && account.bits + most <= limits.bits + kSlack &&
         account.month_bits + most <= limits.month_bits + kSlack;
}

void charge(LookupAccount& account, LookupKind kind, LookupOutcome outcome) {
  const bool hit = outcome != LookupOutcome::kMiss;
  const double bits = surprise(account, kind, hit);
  account.bits += bits;
  account.month_bits += bits;
  if (kind == LookupKind::kRecheck) {
    ++account.rechecked[hit ? 1 : 0];
    // Still missing: that was counted when it was asked for first.
    account.counted += outcome == LookupOutcome::kSmallHit ? 1U : 0U;
    return;
  }
  account.counted += outcome == LookupOutcome::kLargeHit ? 0U : 1U;
  if (account.last != LookupAccount::Last::kNone) {
    auto& seen = account.last == LookupAccount::Last::kHit ? account.after_hit : account.after_miss;
    ++seen[hit ? 1 : 0];
  }
  account.last = hit ? LookupAccount::Last::kHit : LookupAccount::Last::kMiss;
}

}  // namespace libcos
