// The lookup budgets of sites, kept in the registry: what rules/lookup_budget.h computes, made to last.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/lookup_budget.h"
#include "store/registry.h"

namespace libcos::internal {

// A lookup across sites, and the sites that pay for it.
struct Lookup {
  const Realm& realm;
  std::vector<Site> payers;
  const Hash& hash;
  LookupOutcome truth;
  std::int64_t now;
  bool user_active;
};

struct LookupVerdict {
  bool told = false;      // the page is told the truth; else it is told of a miss
  bool charged = false;   // the lookup costs (or would cost) something
  bool stands = false;    // it is told what it was told before in this window
  LookupAccount account;  // of the last payer, afterwards
};

// Answers that were paid for are had again for nothing. A hash that was missing stays missing for its window; in a
// later one it is looked at again, for a charge. Accounts are held in memory while they are in use and written behind,
// since a read must not wait for another process; what could not be written yet counts already.
//
// Not thread-safe: the Store's mutex is held.
class LookupLedger {
 public:
  explicit LookupLedger(Registry& registry) : registry_(registry) {}

  Result<LookupVerdict> answer(const Lookup& lookup, const LookupLimits& limits);
  // The same without consequences.
  Result<LookupVerdict> foretell(const Lookup& lookup, const LookupLimits& limits);

  // Lets the site's answers be looked at again, for a new charge, before their window is over.
  Status begin_window(const Realm& realm, const Site& site, std::int64_t now);

  // Writes what has changed. A failure leaves it for the next time.
  Status flush(std::int64_t now);
  // The same in the caller's transaction; after its commit the caller forgets all.
  Status write_changes(std::int64_t now);
  // Another process has changed the registry: read again what this one has not changed.
  void forget_clean();
  // After clearing.
  void forget_all() { pages_.clear(); }

 private:
  struct Page {
    LookupAccount account;
    std::map<Hash, PaidLookup> paid;
    std::vector<Hash> changed;
    std::vector<Hash> removed;
    bool dirty = false;
    std::int64_t dirty_since = 0;
    std::uint64_t used = 0;
  };
  using Key = std::pair<std::string, std::string>;  // realm, site

  Result<Page*> page(const Realm& realm, const Site& site);
  // How the page's site would pay for an answer, if it must; or that it is told again what it was told before.
  struct Due {
    std::optional<LookupKind> kind;
    bool old_answer_stands;
  };
  static Due due(const Page& page, const Lookup& lookup);
  static LookupVerdict settle(const std::vector<Page*>& pages, const Lookup& lookup, const LookupLimits& limits);
  static void note_change(Page& page, std::int64_t now);
  static void note_paid(Page& page, const Lookup& lookup, const LookupLimits& limits);
  static void note_asked(Page& page, const Lookup& lookup, const LookupLimits& limits);
  // Whether another process may have cleared, since the page changed, what this one could not write yet: it has cleared
  // something, and the registry does not know the site.
  Result<bool> is_cleared(const Key& key, const Page& page, std::int64_t now);
  Status write(const Key& key, Page& page);
  void make_room();

  Registry& registry_;
  std::map<Key, Page> pages_;
  std::uint64_t uses_ = 0;
  std::int64_t tidied_at_ = 0;
};

}  // namespace libcos::internal
