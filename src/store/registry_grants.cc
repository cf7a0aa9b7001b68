// The part of the registry that knows who stored an entry and who may read it.
#include <algorithm>

#include "base/try.h"
#include "store/registry.h"

namespace libcos {

Result<std::int64_t> Registry::id_of(std::string_view table, std::string_view column, std::string_view text) {
  // Table and column are this file's own words, never a caller's.
  const std::string name(table);
  const std::string key(column);
  COS_TRY(const auto known, database_.integer("SELECT id FROM " + name + " WHERE " + key + " = ?1", text));
  if (known) {
    return *known;
  }
  COS_CHECK(database_.run("INSERT INTO " + name + " (" + key + ") VALUES (?1)", text));
  return database_.last_insert_id();
}

Result<std::int64_t> Registry::realm_id(const Realm& realm) { return id_of("realm", "name", realm.name()); }

Result<std::int64_t> Registry::origin_id(const SitedOrigin& sited) {
  const std::string serialized = sited.origin.serialize();
  COS_TRY(const auto known, database_.integer("SELECT id FROM origin WHERE serialized = ?1", serialized));
  if (known) {
    return *known;
  }
  COS_TRY(const std::int64_t site, id_of("site", "serialized", sited.site.serialized));
  COS_CHECK(database_.run("INSERT INTO origin (serialized, site) VALUES (?1, ?2)", serialized, site));
  return database_.last_insert_id();
}

Result<DisclosureFacts> Registry::facts(std::int64_t entry, const Realm& realm, const SitedOrigin& reader,
                                        bool share_across_realms) {
  // Within the realm: storing origin, same site, list, flag. From elsewhere: the lists and flags that the
  // user set by hand, and (unless switched off) other realms' flags. Nothing else crosses.
  constexpr std::string_view kSql =
      "WITH me AS (SELECT (SELECT id FROM realm WHERE name = ?2) AS realm,"
      " (SELECT id FROM realm WHERE name = 'local') AS by_hand,"
      " (SELECT id FROM origin WHERE serialized = ?3) AS origin,"
      " (SELECT id FROM site WHERE serialized = ?4) AS site)"
      " SELECT EXISTS (SELECT 1 FROM storing_origin AS s WHERE s.entry = ?1 AND s.realm = me.realm AND s.origin = "
      "me.origin),"
      " EXISTS (SELECT 1 FROM storing_origin AS s WHERE s.entry = ?1 AND s.realm = me.realm AND s.site = me.site),"
      " EXISTS (SELECT 1 FROM listed_origin AS l WHERE l.entry = ?1 AND l.realm IN (me.realm, me.by_hand)"
      " AND l.origin = me.origin),"
      " EXISTS (SELECT 1 FROM listing AS g WHERE g.entry = ?1 AND g.globally_disclosable"
      " AND (?5 OR g.realm IN (me.realm, me.by_hand))) FROM me";
  COS_TRY(auto query, database_.query(kSql, entry, realm.name(), reader.origin.serialize(), reader.site.serialized,
                                      share_across_realms));
  COS_TRY(const bool row, query.next());
  if (!row) {
    return DisclosureFacts{};
  }
  return DisclosureFacts{query.boolean(0), query.boolean(1), query.boolean(2), query.boolean(3)};
}

Result<bool> Registry::is_storing_origin(std::int64_t entry, const Realm& realm, const Origin& origin) {
  COS_TRY(const auto row, database_.integer("SELECT 1 FROM storing_origin WHERE entry = ?1"
                                            " AND realm = (SELECT id FROM realm WHERE name = ?2)"
                                            " AND origin = (SELECT id FROM origin WHERE serialized = ?3)",
                                            entry, realm.name(), origin.serialize()));
  return row.has_value();
}

Status Registry::add_listing(std::int64_t entry, std::int64_t realm) {
  return database_.run("INSERT OR IGNORE INTO listing (entry, realm) VALUES (?1, ?2)", entry, realm);
}

Status Registry::add_storing_origin(std::int64_t entry, const Realm& realm, const SitedOrigin& sited,
                                    std::string_view source_url, std::int64_t now) {
  COS_TRY(const bool known, is_storing_origin(entry, realm, sited.origin));
  if (known) {
    return {};
  }
  COS_TRY(const std::int64_t realm_row, realm_id(realm));
  COS_TRY(const std::int64_t origin_row, origin_id(sited));
  COS_CHECK(add_listing(entry, realm_row));
  // Plain INSERT: an OR clause would take over the conflict handling of the trigger that keeps the usage.
  return database_.run(
      "INSERT INTO storing_origin (entry, realm, origin, site, stored_at, source_url)"
      " VALUES (?1, ?2, ?3, (SELECT site FROM origin WHERE id = ?3), ?4, nullif(?5, ''))",
      entry, realm_row, origin_row, now, source_url);
}

Status Registry::mark_manual(std::int64_t entry, const Realm& realm) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  COS_CHECK(add_listing(entry, id));
  return database_.run("UPDATE listing SET manual = 1 WHERE entry = ?1 AND realm = ?2", entry, id);
}

Result<std::vector<Origin>> Registry::listed(std::int64_t entry, std::int64_t realm) {
  COS_TRY(auto query, database_.query("SELECT origin.serialized FROM listed_origin JOIN origin"
                                      " ON origin.id = listed_origin.origin WHERE entry = ?1 AND realm = ?2"
                                      " ORDER BY used, origin.id",
                                      entry, realm));
  return sqlite::collect(std::move(query),
                         [](const sqlite::Query& row) { return Origin::from_serialized(row.text(0)); });
}

Result<std::vector<Origin>> Registry::merge_scope(std::int64_t entry, const Realm& realm, const Scope& scope,
                                                  const std::vector<SitedOrigin>& sited, std::int64_t now) {
  COS_TRY(const std::int64_t realm_row, realm_id(realm));
  COS_CHECK(add_listing(entry, realm_row));
  COS_TRY(std::vector<Origin> before, listed(entry, realm_row));
  Grants grants(before, false);
  std::vector<Origin> dropped = grants.merge(scope);
  if (grants.globally_disclosable()) {
    COS_CHECK(
        database_.run("UPDATE listing SET globally_disclosable = 1 WHERE entry = ?1 AND realm = ?2", entry, realm_row));
  }
  for (const Origin& added : grants.origins().subspan(before.size())) {
    const auto found =
        std::find_if(sited.begin(), sited.end(), [&](const SitedOrigin& s) { return s.origin == added; });
    COS_TRY(const std::int64_t origin_row, origin_id(*found));
    COS_CHECK(database_.run("INSERT INTO listed_origin (entry, realm, origin, used) VALUES (?1, ?2, ?3, ?4)", entry,
                            realm_row, origin_row, now));
  }
  return dropped;
}

Status Registry::refresh_listed(std::int64_t entry, const Realm& realm, const Origin& origin, std::int64_t now) {
  return database_.run(
      "UPDATE listed_origin SET used = ?4 WHERE entry = ?1"
      " AND realm = (SELECT id FROM realm WHERE name = ?2)"
      " AND origin = (SELECT id FROM origin WHERE serialized = ?3)",
      entry, realm.name(), origin.serialize(), now);
}

Status Registry::describe(std::int64_t entry, EntryInfo& info) {
  {
    COS_TRY(auto query,
            database_.query("SELECT max(globally_disclosable), max(manual) FROM listing WHERE entry = ?1", entry));
    COS_TRY(const bool row, query.next());
    info.globally_disclosable = row && query.boolean(0);
    info.manual = row && query.boolean(1);
  }
  {
    COS_TRY(auto query, database_.query("SELECT realm.name, origin.serialized, s.stored_at, s.source_url"
                                        " FROM storing_origin AS s JOIN realm ON realm.id = s.realm"
                                        " JOIN origin ON origin.id = s.origin WHERE s.entry = ?1 ORDER BY s.stored_at",
                                        entry));
    COS_TRY(info.storing_origins, sqlite::collect(std::move(query), [](const sqlite::Query& row) {
              return Result<StoringOrigin>({row.text(0), row.text(1), row.integer(2), row.text(3)});
            }));
  }
  COS_TRY(auto query, database_.query("SELECT DISTINCT origin.serialized FROM listed_origin JOIN origin"
                                      " ON origin.id = listed_origin.origin WHERE entry = ?1 ORDER BY 1",
                                      entry));
  COS_TRY(info.listed_origins,
          sqlite::collect(std::move(query), [](const sqlite::Query& row) { return Result<std::string>(row.text(0)); }));
  return {};
}

}  // namespace libcos
