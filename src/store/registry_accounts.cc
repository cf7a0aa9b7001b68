// The part of the registry that keeps budgets, the user's decisions in ask mode, and secrets.
#include <cmath>
#include <utility>

#include "base/random.h"
#include "base/try.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

// The database holds whole numbers.
constexpr double kBitUnit = 1e6;

std::int64_t stored_bits(double bits) { return std::llround(bits * kBitUnit); }

std::int64_t number_of(const Hash& hash) { return static_cast<std::int64_t>(hash.algorithm()); }

Result<PaidLookup> read_paid(const sqlite::Query& query) {
  COS_TRY(const Hash hash, read_hash(query, 0));
  return PaidLookup{hash, query.boolean(2), query.integer(3), query.integer(4)};
}

}  // namespace

Result<std::optional<LookupAccount>> Registry::lookup_account(const Realm& realm, const Site& site) {
  COS_TRY(auto query, database_.query("SELECT " + std::string(kLookupAccountColumns) +
                                          " FROM lookup_account"
                                          " WHERE realm = (SELECT id FROM realm WHERE name = ?1) AND site = ?2",
                                      realm.name(), site.serialized));
  COS_TRY(const bool row, query.next());
  return row ? std::optional(read_lookup_account(query)) : std::nullopt;
}

Result<std::vector<PaidLookup>> Registry::paid_lookups(const Realm& realm, const Site& site) {
  COS_TRY(auto query, database_.query("SELECT algorithm, digest, hit, answered, used FROM lookup"
                                      " WHERE realm = (SELECT id FROM realm WHERE name = ?1) AND site = ?2"
                                      " ORDER BY used, digest",
                                      realm.name(), site.serialized));
  return sqlite::collect(std::move(query), read_paid);
}

Status Registry::put_lookup_account(const Realm& realm, const Site& site, const LookupAccount& account) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  // Every charge comes through here. One that begins no window leaves the indexes as they are.
  COS_CHECK(database_.run(
      "UPDATE lookup_account SET month_start = ?4, counted = ?5, bits = ?6, month_bits = ?7, last = ?8,"
      " miss_after_miss = ?9, hit_after_miss = ?10, miss_after_hit = ?11, hit_after_hit = ?12,"
      " still_missing = ?13, no_longer_missing = ?14"
      " WHERE realm = ?1 AND site = ?2 AND window_start = ?3",
      id, site.serialized, account.window_start, account.month_start, account.counted, stored_bits(account.bits),
      stored_bits(account.month_bits), static_cast<std::int64_t>(account.last), account.after_miss[0],
      account.after_miss[1], account.after_hit[0], account.after_hit[1], account.rechecked[0], account.rechecked[1]));
  if (database_.changes() > 0) {
    return {};
  }
  return database_.run(
      "INSERT OR REPLACE INTO lookup_account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
      " ?12, ?13, ?14)",
      id, site.serialized, account.window_start, account.month_start, account.counted, stored_bits(account.bits),
      stored_bits(account.month_bits), static_cast<std::int64_t>(account.last), account.after_miss[0],
      account.after_miss[1], account.after_hit[0], account.after_hit[1], account.rechecked[0], account.rechecked[1]);
}

Status Registry::put_paid_lookup(const Realm& realm, const Site& site, const PaidLookup& lookup) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  return database_.run("INSERT OR REPLACE INTO lookup VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", id, site.serialized,
                       lookup.hash.digest(), number_of(lookup.hash), lookup.hit, lookup.answered, lookup.used);
}

Status Registry::remove_paid_lookup(const Realm& realm, const Site& site, const Hash& hash) {
  return database_.run(
      "DELETE FROM lookup WHERE realm = (SELECT id FROM realm WHERE name = ?1) AND site = ?2 AND digest = ?3"
      " AND algorithm = ?4",
      realm.name(), site.serialized, hash.digest(), number_of(hash));
}

Status Registry::forget_accounts_before(std::int64_t when) {
  using Account = std::pair<std::int64_t, std::string>;
  COS_TRY(auto query, database_.query("SELECT realm, site FROM lookup_account WHERE window_start < ?1", when));
  COS_TRY(const auto old, sqlite::collect(std::move(query), [](const sqlite::Query& row) {
            return Result<Account>({row.integer(0), row.text(1)});
          }));
  // One by one: for (realm, site) IN (…) SQLite walks over all lookups of the realm.
  for (const auto& [realm, site] : old) {
    COS_CHECK(database_.run("DELETE FROM lookup WHERE realm = ?1 AND site = ?2", realm, site));
  }
  COS_CHECK(database_.run("DELETE FROM write_account WHERE window_start < ?1", when));
  return database_.run("DELETE FROM lookup_account WHERE window_start < ?1", when);
}

Result<WriteAccount> Registry::write_account(const Realm& realm, const Site& site) {
  COS_TRY(auto query, database_.query("SELECT window_start, units FROM write_account"
                                      " WHERE realm = (SELECT id FROM realm WHERE name = ?1) AND site = ?2",
                                      realm.name(), site.serialized));
  COS_TRY(const bool row, query.next());
  return row ? WriteAccount{query.integer(0), static_cast<std::uint64_t>(query.integer(1))} : WriteAccount{};
}

Status Registry::put_write_account(const Realm& realm, const Site& site, const WriteAccount& account) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  return database_.run("INSERT OR REPLACE INTO write_account VALUES (?1, ?2, ?3, ?4)", id, site.serialized,
                       account.window_start, account.units);
}

Result<std::optional<SiteDecision>> Registry::site_decision(const Realm& realm, const Site& site) {
  COS_TRY(const auto decision, database_.integer("SELECT decision FROM site_decision"
                                                 " WHERE realm = (SELECT id FROM realm WHERE name = ?1) AND site = ?2",
                                                 realm.name(), site.serialized));
  return decision ? std::optional(static_cast<SiteDecision>(*decision)) : std::nullopt;
}

Status Registry::put_site_decision(const Realm& realm, const Site& site, std::optional<SiteDecision> decision,
                                   std::int64_t now) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  if (!decision) {
    return database_.run("DELETE FROM site_decision WHERE realm = ?1 AND site = ?2", id, site.serialized);
  }
  return database_.run("INSERT OR REPLACE INTO site_decision VALUES (?1, ?2, ?3, ?4)", id, site.serialized,
                       static_cast<std::int64_t>(*decision), now);
}

Result<std::vector<SiteDecisionInfo>> Registry::site_decisions() {
  COS_TRY(auto query, database_.query("SELECT realm.name, site, decision, at FROM site_decision"
                                      " JOIN realm ON realm.id = site_decision.realm ORDER BY decision, site"));
  return sqlite::collect(std::move(query), [](const sqlite::Query& row) {
    return Result<SiteDecisionInfo>(
        {row.text(0), row.text(1), static_cast<SiteDecision>(row.integer(2)), row.integer(3)});
  });
}

Result<std::vector<std::uint8_t>> Registry::secret(std::string_view name) {
  constexpr std::size_t kSecretSize = 32;
  const auto read = [&]() -> Result<std::vector<std::uint8_t>> {
    COS_TRY(auto query, database_.query("SELECT value FROM secret WHERE name = ?1", name));
    COS_TRY(const bool row, query.next());
    return row ? query.blob(0) : std::vector<std::uint8_t>();
  };
  COS_TRY(auto known, read());
  if (!known.empty()) {
    return known;
  }
  // Of two processes that make one at the same time the first wins.
  COS_CHECK(database_.run("INSERT OR IGNORE INTO secret VALUES (?1, ?2)", name, random_bytes(kSecretSize)));
  return read();
}

}  // namespace libcos
