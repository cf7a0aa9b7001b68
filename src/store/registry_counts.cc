// The part of the registry that counts for the user, up to a bound: no question of a person's may walk over a store of
// a million entries while pages wait for it.
#include <algorithm>
#include <string>
#include <utility>

#include "base/try.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

Registry::Count counted(std::int64_t rows, std::size_t most) {
  const auto count = static_cast<std::uint64_t>(rows);
  return {std::min<std::uint64_t>(count, most), count > most};
}

// `rows`: a query that ends with LIMIT ?1.
Result<Registry::Count> count_rows(sqlite::Database& database, const std::string& rows, std::size_t most) {
  COS_TRY(const auto count, database.integer("SELECT count(*) FROM (" + rows + ")", most + 1));
  return counted(count.value_or(0), most);
}

// The same for the distinct entries among the rows.
Result<Registry::Count> count_entries(sqlite::Database& database, const std::string& rows, std::string_view which,
                                      std::size_t most) {
  COS_TRY(auto query, database.query("SELECT count(*), count(DISTINCT CASE WHEN " + std::string(which) +
                                         " THEN entry END) FROM (" + rows + ") AS row",
                                     most + 1));
  COS_TRY(const bool row, query.next());
  return row ? Registry::Count{static_cast<std::uint64_t>(query.integer(1)),
                               query.integer(0) > static_cast<std::int64_t>(most)}
             : Registry::Count{};
}

}  // namespace

Result<std::vector<SiteLookups>> Registry::lookup_accounts_since(std::int64_t when, std::size_t most) {
  COS_TRY(auto query, database_.query("SELECT " + std::string(kLookupAccountColumns) +
                                          ", site FROM lookup_account WHERE window_start >= ?1 LIMIT ?2",
                                      when, most));
  return sqlite::collect(std::move(query), [](const sqlite::Query& row) {
    return Result<SiteLookups>({row.text(kLookupAccountWidth), read_lookup_account(row)});
  });
}

Result<std::vector<SiteWrites>> Registry::write_accounts_since(std::int64_t when, std::size_t most) {
  COS_TRY(auto query,
          database_.query("SELECT site, window_start, units FROM write_account WHERE window_start >= ?1 LIMIT ?2", when,
                          most));
  return sqlite::collect(std::move(query), [](const sqlite::Query& row) {
    return Result<SiteWrites>({row.text(0), {row.integer(1), static_cast<std::uint64_t>(row.integer(2))}});
  });
}

Result<Registry::Count> Registry::count_decisions(const Realm& realm, std::size_t most) {
  COS_TRY(const auto count,
          database_.integer("SELECT count(*) FROM (SELECT 1 FROM site_decision WHERE"
                            " realm = (SELECT id FROM realm WHERE name = ?2) AND decision <> 0 LIMIT ?1)",
                            most + 1, realm.name()));
  return counted(count.value_or(0), most);
}

Result<Registry::Count> Registry::count_readers(std::size_t most) {
  return count_rows(database_, "SELECT 1 FROM reader LIMIT ?1", most);
}

Result<Registry::Count> Registry::count_framed(std::size_t most) {
  return count_entries(database_, "SELECT entry FROM storing_origin WHERE framed LIMIT ?1", "1", most);
}

Result<Registry::Count> Registry::count_untouched(std::size_t most) {
  return count_entries(database_, "SELECT entry, realm FROM storing_origin WHERE NOT gesture LIMIT ?1",
                       "EXISTS (SELECT 1 FROM listing AS g WHERE g.entry = row.entry AND g.realm = row.realm"
                       " AND g.globally_disclosable AND NOT g.global_gesture)"
                       " OR EXISTS (SELECT 1 FROM listed_origin AS l WHERE l.entry = row.entry AND l.realm = row.realm"
                       " AND NOT l.gesture)",
                       most);
}

Result<Registry::Elsewhere> Registry::global_elsewhere(const Realm& realm, std::size_t most) {
  COS_TRY(auto query,
          database_.query("SELECT entry.algorithm, entry.digest, row.globally_disclosable AND NOT EXISTS"
                          " (SELECT 1 FROM listing AS own WHERE own.entry = row.entry AND own.globally_disclosable"
                          " AND own.realm IN (SELECT id FROM realm WHERE name IN (?2, 'local'))) FROM"
                          " (SELECT entry, globally_disclosable FROM listing"
                          " WHERE realm IN (SELECT id FROM realm WHERE name NOT IN (?2, 'local')) LIMIT ?1) AS row"
                          " JOIN entry ON entry.id = row.entry AND NOT entry.damaged",
                          most + 1, realm.name()));
  using Listing = std::pair<Hash, bool>;
  COS_TRY(const auto rows, sqlite::collect(std::move(query), [](const sqlite::Query& row) -> Result<Listing> {
            COS_TRY(const Hash hash, read_hash(row, 0));
            return Listing{hash, row.boolean(2)};
          }));
  Elsewhere elsewhere{{}, rows.size() > most};
  for (const auto& [hash, counts] : rows) {
    if (counts) {
      elsewhere.hashes.push_back(hash);
    }
  }
  std::sort(elsewhere.hashes.begin(), elsewhere.hashes.end());
  elsewhere.hashes.erase(std::unique(elsewhere.hashes.begin(), elsewhere.hashes.end()), elsewhere.hashes.end());
  return elsewhere;
}

}  // namespace libcos
