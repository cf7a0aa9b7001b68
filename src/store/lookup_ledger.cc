#include "store/lookup_ledger.h"

#include <algorithm>

#include "base/try.h"

namespace libcos::internal {
namespace {

constexpr std::size_t kMostPages = 256;
// A paid answer's date is written at most this often.
constexpr std::int64_t kTouchEveryMs = 3600LL * 1000;
constexpr std::int64_t kTidyEveryMs = 24LL * 3600 * 1000;
// Accounts that nobody has used for so long are forgotten: they tell which sites asked.
constexpr std::int64_t kForgetAfterMs = 2 * kLookupMonthMs;

Result<Realm> realm_of(const std::string& name) {
  return name == "local" ? Result<Realm>(Realm::local()) : Realm::profile(name);
}

}  // namespace

Result<LookupLedger::Page*> LookupLedger::page(const Realm& realm, const Site& site) {
  const Key key(realm.name(), site.serialized);
  auto found = pages_.find(key);
  if (found == pages_.end()) {
    make_room();
    Page fresh;
    COS_TRY(const auto account, registry_.lookup_account(realm, site));
    fresh.account = account.value_or(LookupAccount{});
    COS_TRY(const auto paid, registry_.paid_lookups(realm, site));
    for (const PaidLookup& lookup : paid) {
      fresh.paid.emplace(lookup.hash, lookup);
    }
    found = pages_.emplace(key, std::move(fresh)).first;
  }
  found->second.used = ++uses_;
  return &found->second;
}

void LookupLedger::make_room() {
  if (pages_.size() < kMostPages) {
    return;
  }
  auto oldest = pages_.end();
  for (auto it = pages_.begin(); it != pages_.end(); ++it) {
    // The one that was asked for last is being used: of two payers it is the first.
    const bool may_go = !it->second.dirty && it->second.used != uses_;
    if (may_go && (oldest == pages_.end() || it->second.used < oldest->second.used)) {
      oldest = it;
    }
  }
  if (oldest != pages_.end()) {
    pages_.erase(oldest);
  }
}

void LookupLedger::note_change(Page& page, std::int64_t now) {
  if (!page.dirty) {
    page.dirty = true;
    page.dirty_since = now;
  }
}

void LookupLedger::note_paid(Page& page, const Lookup& lookup, const LookupLimits& limits) {
  const bool hit = lookup.truth != LookupOutcome::kMiss;
  page.paid.insert_or_assign(lookup.hash, PaidLookup{lookup.hash, hit, lookup.now, lookup.now});
  page.changed.push_back(lookup.hash);
  note_change(page, lookup.now);
  while (page.paid.size() > limits.resolvable) {
    const auto oldest = std::min_element(page.paid.begin(), page.paid.end(),
                                         [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    page.removed.push_back(oldest->first);
    page.paid.erase(oldest);
  }
}

// An answer that cost nothing.
void LookupLedger::note_asked(Page& page, const Lookup& lookup, const LookupLimits& limits) {
  const auto known = page.paid.find(lookup.hash);
  if (known == page.paid.end()) {
    return;
  }
  if (known->second.hit && lookup.truth == LookupOutcome::kMiss) {
    note_paid(page, lookup, limits);  // it has gone, and is missing from now on
  } else if (lookup.now - known->second.used >= kTouchEveryMs) {
    known->second.used = lookup.now;
    page.changed.push_back(lookup.hash);
    note_change(page, lookup.now);
  }
}

LookupLedger::Due LookupLedger::due(const Page& page, const Lookup& lookup) {
  const auto known = page.paid.find(lookup.hash);
  if (known == page.paid.end()) {
    return {LookupKind::kNew, false};
  }
  // A file that was there and has gone cannot be shown any more. It went because it was cleared or evicted, which
  // no site can bring about for another at will.
  if (known->second.hit) {
    return {std::nullopt, false};
  }
  if (known->second.answered < page.account.window_start) {
    return {LookupKind::kRecheck, false};
  }
  return {std::nullopt, lookup.truth != LookupOutcome::kMiss};
}

LookupVerdict LookupLedger::settle(const std::vector<Page*>& pages, const Lookup& lookup, const LookupLimits& limits) {
  LookupVerdict verdict;
  verdict.told = true;
  for (Page* page : pages) {
    const std::int64_t started = page->account.window_start;
    refill(page->account, limits, lookup.now, lookup.user_active);
    if (page->account.window_start != started) {
      note_change(*page, lookup.now);
    }
    const Due owed = due(*page, lookup);
    verdict.stands = verdict.stands || owed.old_answer_stands;
    verdict.told =
        verdict.told && !owed.old_answer_stands && (!owed.kind || can_pay(page->account, *owed.kind, limits));
  }
  for (Page* page : pages) {
    if (const Due owed = due(*page, lookup); verdict.told && owed.kind) {
      charge(page->account, *owed.kind, lookup.truth);
      note_paid(*page, lookup, limits);
      verdict.charged = true;
    } else {
      note_asked(*page, lookup, limits);
    }
    verdict.account = page->account;
  }
  return verdict;
}

Result<LookupVerdict> LookupLedger::answer(const Lookup& lookup, const LookupLimits& limits) {
  std::vector<Page*> pages;
  for (const Site& payer : lookup.payers) {
    COS_TRY(Page* const found, page(lookup.realm, payer));
    pages.push_back(found);
  }
  const LookupVerdict verdict = settle(pages, lookup, limits);
  (void)flush(lookup.now);  // what cannot be written now is written with the next
  return verdict;
}

Result<LookupVerdict> LookupLedger::foretell(const Lookup& lookup, const LookupLimits& limits) {
  std::vector<Page> copies;
  copies.reserve(lookup.payers.size());
  for (const Site& payer : lookup.payers) {
    COS_TRY(const Page* const found, page(lookup.realm, payer));
    copies.push_back(*found);
  }
  std::vector<Page*> pages;
  pages.reserve(copies.size());
  for (Page& copy : copies) {
    pages.push_back(&copy);
  }
  return settle(pages, lookup, limits);
}

Status LookupLedger::begin_window(const Realm& realm, const Site& site, std::int64_t now) {
  COS_TRY(Page* const found, page(realm, site));
  if (found->account.window_start != 0) {
    libcos::begin_window(found->account, now);
    note_change(*found, now);
    (void)flush(now);  // what cannot be written now is written with the next
  }
  return {};
}

Result<bool> LookupLedger::is_cleared(const Key& key, const Page& page, std::int64_t now) {
  COS_TRY(const Realm realm, realm_of(key.first));
  COS_TRY(const bool erased, registry_.is_erased(realm, page.dirty_since, now));
  if (!erased) {
    return false;
  }
  COS_TRY(const auto known, registry_.lookup_account(realm, Site{key.second}));
  return !known.has_value();
}

Status LookupLedger::write(const Key& key, Page& page) {
  COS_TRY(const Realm realm, realm_of(key.first));
  const Site site{key.second};
  COS_CHECK(registry_.put_lookup_account(realm, site, page.account));
  for (const Hash& hash : page.changed) {
    if (const auto paid = page.paid.find(hash); paid != page.paid.end()) {
      COS_CHECK(registry_.put_paid_lookup(realm, site, paid->second));
    }
  }
  for (const Hash& hash : page.removed) {
    if (!page.paid.contains(hash)) {
      COS_CHECK(registry_.remove_paid_lookup(realm, site, hash));
    }
  }
  return {};
}

Status LookupLedger::flush(std::int64_t now) {
  if (std::none_of(pages_.begin(), pages_.end(), [](const auto& page) { return page.second.dirty; })) {
    return {};
  }
  std::vector<Key> cleared;
  Status written = registry_.database().without_waiting([&]() -> Status {
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(registry_.database(), sqlite::Durability::kRelaxed));
    for (auto& [key, page] : pages_) {
      COS_TRY(const bool gone, page.dirty ? is_cleared(key, page, now) : Result<bool>(false));
      if (gone) {
        cleared.push_back(key);
      } else if (page.dirty) {
        COS_CHECK(write(key, page));
      }
    }
    if (now - tidied_at_ >= kTidyEveryMs) {
      COS_CHECK(registry_.forget_accounts_before(now - kForgetAfterMs));
      tidied_at_ = now;
    }
    return transaction.commit();
  });
  if (written) {
    for (const Key& key : cleared) {
      pages_.erase(key);
    }
    for (auto& [key, page] : pages_) {
      page.dirty = false;
      page.changed.clear();
      page.removed.clear();
    }
  }
  return written;
}

Status LookupLedger::write_changes(std::int64_t now) {
  for (auto& [key, page] : pages_) {
    COS_TRY(const bool cleared, page.dirty ? is_cleared(key, page, now) : Result<bool>(true));
    if (!cleared) {
      COS_CHECK(write(key, page));
    }
  }
  return {};
}

void LookupLedger::forget_clean() {
  std::erase_if(pages_, [](const auto& page) { return !page.second.dirty; });
}

}  // namespace libcos::internal
