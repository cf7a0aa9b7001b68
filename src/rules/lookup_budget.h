// The lookup budget (specification, section 6): how much a site may learn by asking for hashes across sites.
//
// Two bounds hold at once. The count is the drafts': so many distinct hashes a window, not counting large files
// that were found. The bits bound what the count cannot: a page that loads a model in a hundred shards asks for a
// hundred hashes and learns next to nothing, since they are all there or all missing; a tracker that reads an
// identifier asks for a few hashes whose answers it cannot foretell. So each answer is charged with its surprise,
// the code length -log2 q(answer), where q is what the answers to the same site so far foretell. Of all sequences
// of answers whose charges add up to B bits there are at most 2^B (Kraft), whatever is asked and however it was
// written: nobody learns more than B bits in a window. docs/privacy.md has the argument.
//
// Pure: callers say what time it is and keep the account.
#pragma once

#include <array>
#include <cstdint>

namespace libcos {

struct LookupLimits {
  bool on = true;
  std::uint32_t hashes = 16;  // distinct misses and small files a window
  double bits = 20;           // a window
  double month_bits = 64;     // in kLookupMonthMs
  std::int64_t window_ms = 24LL * 3600 * 1000;
  std::uint32_t resolvable = 256;   // hashes whose answer a site may have again for nothing, at a time
  std::uint64_t large = 8'000'000;  // bytes; found files of this size are not counted among `hashes`
  bool refill_needs_activation = true;
};

inline constexpr std::int64_t kLookupMonthMs = 30LL * 24 * 3600 * 1000;

// One site's account in one realm. A value: what the registry keeps.
struct LookupAccount {
  enum class Last : std::uint8_t { kNone, kMiss, kHit };

  std::int64_t window_start = 0;  // 0: never used
  std::int64_t month_start = 0;
  std::uint32_t counted = 0;
  double bits = 0;
  double month_bits = 0;
  Last last = Last::kNone;
  // How often a miss [0] or a hit [1] followed a miss, and a hit, in this window.
  std::array<std::uint32_t, 2> after_miss{};
  std::array<std::uint32_t, 2> after_hit{};
  // How often a hash that was missing in an earlier window was still missing [0] or there [1], this month.
  std::array<std::uint32_t, 2> rechecked{};

  friend bool operator==(const LookupAccount&, const LookupAccount&) = default;
};

enum class LookupOutcome { kMiss, kSmallHit, kLargeHit };

// Begins a new window when the old one is over. `user_active`: the user has interacted with the page; without
// that a page could refill its budget by waiting in a background tab.
void refill(LookupAccount& account, const LookupLimits& limits, std::int64_t now, bool user_active);

// Begins a new window before the old one is over. What was learned in the month still counts.
void begin_window(LookupAccount& account, std::int64_t now);

// A hash that the site asks for the first time, or one that it was told in an earlier window is missing. Within a
// window that answer stands: a page that asks every minute must not learn in which minute a file came.
enum class LookupKind { kNew, kRecheck };

// The charge in bits if the next answer is a miss or a hit.
double surprise(const LookupAccount& account, LookupKind kind, bool hit);

// Whether the account can pay for either answer. It must be able to pay for both: an answer that is withheld
// because of what it would have been is an answer.
bool can_pay(const LookupAccount& account, LookupKind kind, const LookupLimits& limits);

void charge(LookupAccount& account, LookupKind kind, LookupOutcome outcome);

}  // namespace libcos
