// Who may read what, decided with everything that lasts: grants, the Public Hash List, GREASE, budgets and the
// user's options (specification, sections 2 and 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cos/insight.h"
#include "store/registry.h"

namespace libcos::internal {

struct StoreState;

// The settings that a read or the start of a write asks for.
struct PolicySettings {
  GrantRules rules;
  LookupLimits limits;
  bool charge_lists = false;
  unsigned grease_percent = 0;
  std::int64_t grease_epoch_ms = 1;
  bool follow_cookies = false;
  bool ask = false;
  bool model_hubs = true;
  bool keep_readers = false;
  bool keep_activity = false;
  std::uint32_t read_rate = 0;
  std::uint32_t write_rate = 0;
  std::uint64_t write_units = 0;
};

Result<PolicySettings> load_policy(StoreState& state);

// Rate limits are per origin, and for each site on whose pages it is: a bucket that frames on several pages share
// would let one tell the other something.
std::string limiter_key(const Visitor& visitor);

struct ReadVerdict {
  std::optional<EntryRow> entry;
  Disclosure disclosure = Disclosure::kRefused;
};

// Decides, charges and notes. The mutex is held.
Result<ReadVerdict> judge_read(StoreState& state, const Caller& caller, const Hash& hash);
// Decides and explains, and changes nothing. The mutex is held.
Result<ReadExplanation> explain_read(StoreState& state, const Caller& caller, const Hash& hash);

}  // namespace libcos::internal
