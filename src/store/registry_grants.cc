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
  std::optional<std::int64_t> known;
  bool moved = false;
  {
    COS_TRY(auto query,
            database_.query("SELECT origin.id, site.serialized FROM origin JOIN site ON site.id = origin.site"
                            " WHERE origin.serialized = ?1",
                            serialized));
    COS_TRY(const bool row, query.next());
    if (row) {
      known = query.integer(0);
      moved = query.text(1) != sited.site.serialized;
    }
  }
  if (moved) {
    COS_CHECK(move_origin(*known, sited.site));
  }
  if (known) {
    return *known;
  }
  COS_TRY(const std::int64_t site, id_of("site", "serialized", sited.site.serialized));
  COS_CHECK(database_.run("INSERT INTO origin (serialized, site) VALUES (?1, ?2)", serialized, site));
  return database_.last_insert_id();
}

// The Public Suffix List has changed since the origin was first met: it belongs to another site now, and those of its
// former site are strangers.
Status Registry::move_origin(std::int64_t origin, const Site& to) {
  COS_TRY(const auto from, database_.integer("SELECT site FROM origin WHERE id = ?1", origin));
  COS_TRY(const std::int64_t site, id_of("site", "serialized", to.serialized));
  COS_CHECK(database_.run("UPDATE origin SET site = ?2 WHERE id = ?1", origin, site));
  COS_CHECK(database_.run("UPDATE storing_origin SET site = ?2 WHERE origin = ?1", origin, site));
  return database_.run("DELETE FROM site WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM origin WHERE site = ?1)",
                       from.value_or(0));
}

Result<DisclosureFacts> Registry::facts(std::int64_t entry, const Visitor& reader, const GrantRules& rules) {
  // Within the realm: storing origin, same site, list, flag. From elsewhere: the lists and flags that the
  // user set by hand, and (unless switched off) other realms' flags. Nothing else crosses.
  //
  // A row counts if it was made on a page of the site that is being visited now, or if neither it nor this
  // reading has to do with a cross-site frame. Otherwise a frame could carry what it stored from page to page:
  // the very tracking that browsers keep storage partitioned against.
  //
  // Who stored it, or whose site did, is disclosed to whatever else is true, so nothing else is looked for: in a large
  // store each question is a page that has to be fetched. For everybody else all is asked, since a refusal must cost
  // the same, whatever its reason.
  constexpr std::string_view kSql =
      "WITH me AS MATERIALIZED (SELECT (SELECT id FROM realm WHERE name = ?2) AS realm,"
      " (SELECT id FROM realm WHERE name = 'local') AS by_hand,"
      " (SELECT id FROM origin WHERE serialized = ?3) AS origin)"
      " SELECT CASE WHEN EXISTS (SELECT 1 FROM storing_origin AS s WHERE s.entry = ?1 AND s.realm = me.realm"
      " AND s.origin = me.origin AND (?7 OR s.top_level = ?6 OR NOT (?8 OR s.framed))) THEN 8"
      " WHEN EXISTS (SELECT 1 FROM storing_origin AS s WHERE s.entry = ?1 AND s.realm = me.realm"
      " AND s.site = (SELECT id FROM site WHERE serialized = ?4)"
      " AND (?7 OR s.top_level = ?6 OR NOT (?8 OR s.framed))) THEN 4"
      " ELSE 2 * EXISTS (SELECT 1 FROM listed_origin AS l WHERE l.entry = ?1 AND l.origin = me.origin"
      " AND (l.realm = me.by_hand OR (l.realm = me.realm AND (l.gesture OR NOT ?9)"
      " AND (?7 OR l.top_level = ?6 OR NOT (?8 OR l.framed)))))"
      " + EXISTS (SELECT 1 FROM listing AS g WHERE g.entry = ?1 AND g.globally_disclosable"
      " AND (?5 OR g.realm IN (me.realm, me.by_hand)) AND (g.global_gesture OR NOT ?9)) END FROM me";
  COS_TRY(auto query, database_.query(kSql, entry, reader.realm.name(), reader.origin.origin.serialize(),
                                      reader.origin.site.serialized, rules.share_realms, reader.top_level.serialized,
                                      !rules.partition_frames, reader.is_framed(), rules.needs_gesture));
  COS_TRY(const bool row, query.next());
  if (!row) {
    return DisclosureFacts{};
  }
  const auto grants = static_cast<std::uint64_t>(query.integer(0));
  return DisclosureFacts{(grants & 8U) != 0, (grants & 4U) != 0, (grants & 2U) != 0, (grants & 1U) != 0};
}

Result<bool> Registry::is_storing_origin(std::int64_t entry, const Realm& realm, const Origin& origin) {
  COS_TRY(const auto row, database_.integer("SELECT 1 FROM storing_origin WHERE entry = ?1"
                                            " AND realm = (SELECT id FROM realm WHERE name = ?2)"
                                            " AND origin = (SELECT id FROM origin WHERE serialized = ?3)",
                                            entry, realm.name(), origin.serialize()));
  return row.has_value();
}

Result<bool> Registry::has_stored_here(std::int64_t entry, const Visitor& writer) {
  COS_TRY(const auto row,
          database_.integer("SELECT 1 FROM storing_origin WHERE entry = ?1"
                            " AND realm = (SELECT id FROM realm WHERE name = ?2)"
                            " AND origin = (SELECT id FROM origin WHERE serialized = ?3)"
                            " AND top_level = ?4",
                            entry, writer.realm.name(), writer.origin.origin.serialize(), writer.top_level.serialized));
  return row.has_value();
}

Status Registry::add_listing(std::int64_t entry, std::int64_t realm) {
  return database_.run("INSERT OR IGNORE INTO listing (entry, realm) VALUES (?1, ?2)", entry, realm);
}

Status Registry::add_storing_origin(std::int64_t entry, const Visitor& writer, Scope::Kind scope, bool gesture,
                                    std::string_view source_url, std::int64_t now) {
  COS_TRY(const std::int64_t realm_row, realm_id(writer.realm));
  COS_TRY(const std::int64_t origin_row, origin_id(writer.origin));
  COS_CHECK(add_listing(entry, realm_row));
  return database_.run(
      "INSERT INTO storing_origin (entry, realm, origin, site, top_level, framed, stored_at, source_url, scope, "
      "gesture)"
      " VALUES (?1, ?2, ?3, (SELECT site FROM origin WHERE id = ?3), ?4, ?5, ?6, nullif(?7, ''), ?8, ?9)"
      " ON CONFLICT (entry, realm, origin, top_level)"
      " DO UPDATE SET scope = max(scope, excluded.scope), gesture = max(gesture, excluded.gesture)",
      entry, realm_row, origin_row, writer.top_level.serialized, writer.is_framed(), now, source_url,
      static_cast<std::int64_t>(scope), gesture);
}

Status Registry::mark_manual(std::int64_t entry, const Realm& realm) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  COS_CHECK(add_listing(entry, id));
  return database_.run("UPDATE listing SET manual = 1 WHERE entry = ?1 AND realm = ?2", entry, id);
}

// Those that were listed on pages of one site: what is listed on others must show in nothing, and room that it takes
// would.
Result<std::vector<Origin>> Registry::listed(std::int64_t entry, std::int64_t realm, std::string_view page) {
  COS_TRY(auto query, database_.query("SELECT origin.serialized FROM listed_origin JOIN origin"
                                      " ON origin.id = listed_origin.origin WHERE entry = ?1 AND realm = ?2"
                                      " AND top_level = ?3 ORDER BY used, origin.id",
                                      entry, realm, page));
  return sqlite::collect(std::move(query),
                         [](const sqlite::Query& row) { return Origin::from_serialized(row.text(0)); });
}

Status Registry::put_listed(std::int64_t entry, std::int64_t realm, const SitedOrigin& origin, const Visitor* granter,
                            bool gesture, std::int64_t now) {
  COS_TRY(const std::int64_t origin_row, origin_id(origin));
  // Being declared again does not make an origin more recently used.
  return database_.run(
      "INSERT INTO listed_origin (entry, realm, origin, top_level, framed, used, gesture)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (entry, realm, origin, top_level)"
      " DO UPDATE SET framed = min(framed, excluded.framed), gesture = max(gesture, excluded.gesture)",
      entry, realm, origin_row, granter == nullptr ? std::string() : granter->top_level.serialized,
      granter != nullptr && granter->is_framed(), now, gesture);
}

Result<std::vector<Origin>> Registry::merge_scope(std::int64_t entry, const Realm& realm, const Visitor* granter,
                                                  bool gesture, const Scope& scope,
                                                  const std::vector<SitedOrigin>& sited, std::int64_t now) {
  COS_TRY(const std::int64_t realm_row, realm_id(realm));
  COS_CHECK(add_listing(entry, realm_row));
  COS_TRY(std::vector<Origin> before,
          listed(entry, realm_row, granter == nullptr ? std::string() : granter->top_level.serialized));
  Grants grants(std::move(before), false);
  std::vector<Origin> dropped = grants.merge(scope);
  if (grants.globally_disclosable()) {
    COS_CHECK(database_.run(
        "UPDATE listing SET global_gesture = CASE WHEN globally_disclosable THEN max(global_gesture, ?3) ELSE ?3 END,"
        " globally_disclosable = 1 WHERE entry = ?1 AND realm = ?2",
        entry, realm_row, gesture));
  }
  for (const SitedOrigin& wanted : sited) {
    if (grants.lists(wanted.origin)) {
      COS_CHECK(put_listed(entry, realm_row, wanted, granter, gesture, now));
    }
  }
  return dropped;
}

Result<bool> Registry::awaits_gesture(const Visitor& visitor) {
  COS_TRY(const auto row,
          database_.integer("SELECT 1 FROM storing_origin WHERE NOT gesture"
                            " AND realm = (SELECT id FROM realm WHERE name = ?1)"
                            " AND origin = (SELECT id FROM origin WHERE serialized = ?2)"
                            " AND top_level = ?3 LIMIT 1",
                            visitor.realm.name(), visitor.origin.origin.serialize(), visitor.top_level.serialized));
  return row.has_value();
}

Status Registry::confirm_gesture(const Visitor& visitor) {
  // What the origin granted is known by entry and page; of several origins that granted on one page the gesture
  // of one is the gesture of all.
  const std::string mine =
      " IN (SELECT entry FROM storing_origin WHERE NOT gesture AND realm = (SELECT id FROM realm WHERE name = ?1)"
      " AND origin = (SELECT id FROM origin WHERE serialized = ?2) AND top_level = ?3 AND scope >= ";
  const std::string& realm = visitor.realm.name();
  const std::string origin = visitor.origin.origin.serialize();
  const std::string& page = visitor.top_level.serialized;
  COS_CHECK(database_.run("UPDATE listing SET global_gesture = 1 WHERE globally_disclosable AND entry" + mine +
                              "2) AND realm = (SELECT id FROM realm WHERE name = ?1)",
                          realm, origin, page));
  COS_CHECK(database_.run("UPDATE listed_origin SET gesture = 1 WHERE top_level = ?3 AND entry" + mine +
                              "1) AND realm = (SELECT id FROM realm WHERE name = ?1)",
                          realm, origin, page));
  return database_.run(
      "UPDATE storing_origin SET gesture = 1 WHERE NOT gesture AND realm = (SELECT id FROM realm WHERE name = ?1)"
      " AND origin = (SELECT id FROM origin WHERE serialized = ?2) AND top_level = ?3",
      realm, origin, page);
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
    COS_TRY(auto query, database_.query("SELECT realm.name, origin.serialized, s.stored_at, s.source_url,"
                                        " CASE WHEN s.framed THEN s.top_level ELSE '' END"
                                        " FROM storing_origin AS s JOIN realm ON realm.id = s.realm"
                                        " JOIN origin ON origin.id = s.origin WHERE s.entry = ?1 ORDER BY s.stored_at",
                                        entry));
    COS_TRY(info.storing_origins, sqlite::collect(std::move(query), [](const sqlite::Query& row) {
              return Result<StoringOrigin>({row.text(0), row.text(1), row.integer(2), row.text(3), row.text(4)});
            }));
  }
  COS_TRY(auto query, database_.query("SELECT DISTINCT origin.serialized FROM listed_origin JOIN origin"
                                      " ON origin.id = listed_origin.origin WHERE entry = ?1 ORDER BY 1",
                                      entry));
  COS_TRY(info.listed_origins,
          sqlite::collect(std::move(query), [](const sqlite::Query& row) { return Result<std::string>(row.text(0)); }));
  return {};
}

Status Registry::note_reader(std::int64_t entry, const ReaderRow& reader, std::int64_t now) {
  constexpr int kMostReaders = 64;  // of one entry in one realm, besides those that stored it
  COS_TRY(const std::int64_t realm_row, realm_id(reader.realm));
  COS_CHECK(
      database_.run("INSERT INTO reader (entry, realm, origin, disclosure, first_at, last_at)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (entry, realm, origin)"
                    " DO UPDATE SET disclosure = excluded.disclosure, last_at = excluded.last_at",
                    entry, realm_row, reader.origin.serialize(), static_cast<std::int64_t>(reader.disclosure), now));
  return database_.run(
      "DELETE FROM reader WHERE entry = ?1 AND realm = ?2 AND origin IN (SELECT origin FROM reader WHERE entry = ?1"
      " AND realm = ?2 AND disclosure <> ?4 ORDER BY last_at DESC, origin LIMIT -1 OFFSET ?3)",
      entry, realm_row, kMostReaders, static_cast<std::int64_t>(Disclosure::kStoringOrigin));
}

Result<bool> Registry::has_reader(std::int64_t entry, const ReaderRow& reader) {
  COS_TRY(const auto row, database_.integer("SELECT 1 FROM reader WHERE entry = ?1 AND origin = ?2"
                                            " AND realm = (SELECT id FROM realm WHERE name = ?3)",
                                            entry, reader.origin.serialize(), reader.realm.name()));
  return row.has_value();
}

Result<std::vector<HistoryEvent>> Registry::history(std::int64_t entry) {
  std::vector<HistoryEvent> events;
  {
    COS_TRY(auto query,
            database_.query("SELECT realm.name, origin.serialized, s.stored_at, s.source_url, s.scope,"
                            " CASE WHEN s.framed THEN s.top_level ELSE '' END FROM storing_origin AS s"
                            " JOIN realm ON realm.id = s.realm JOIN origin ON origin.id = s.origin WHERE s.entry = ?1",
                            entry));
    COS_TRY(events, sqlite::collect(std::move(query), [](const sqlite::Query& row) {
              const auto scope = static_cast<Scope::Kind>(row.integer(4));
              return Result<HistoryEvent>({HistoryEvent::Kind::kStored, row.integer(2), row.integer(2), row.text(0),
                                           row.text(1), row.text(5), std::string(scope_name(scope)), row.text(3)});
            }));
  }
  COS_TRY(auto query, database_.query("SELECT realm.name, reader.origin, last_at, first_at, disclosure FROM reader"
                                      " JOIN realm ON realm.id = reader.realm WHERE entry = ?1",
                                      entry));
  COS_TRY(const auto reads, sqlite::collect(std::move(query), [](const sqlite::Query& row) {
            const auto disclosure = static_cast<Disclosure>(row.integer(4));
            return Result<HistoryEvent>({HistoryEvent::Kind::kRead,
                                         row.integer(2),
                                         row.integer(3),
                                         row.text(0),
                                         row.text(1),
                                         {},
                                         std::string(disclosure_name(disclosure)),
                                         {}});
          }));
  events.insert(events.end(), reads.begin(), reads.end());
  return events;
}

}  // namespace libcos
