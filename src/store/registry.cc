#include "store/registry.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "base/hex.h"
#include "base/try.h"
#include "store/digest.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

std::int64_t number_of(HashAlgorithm algorithm) { return static_cast<std::int64_t>(algorithm); }

Result<Hash> read_bare_hash(const sqlite::Query& query) { return read_hash(query, 0); }

Result<LinkRow> read_link(const sqlite::Query& query) {
  COS_TRY(const Hash hash, read_hash(query, 0));
  return LinkRow{hash,          query.text(2),   {query.integer(3), query.integer(4)}, query.integer(5),
                 query.text(6), query.integer(7)};
}

// A row that names no possible hash is read as none.
Result<std::optional<LinkRow>> read_link_if_sound(const sqlite::Query& query) {
  Result<LinkRow> link = read_link(query);
  return link ? std::optional(std::move(*link)) : std::nullopt;
}

constexpr std::string_view kStaleLinks =
    " FROM link WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.digest = link.digest"
    " AND entry.algorithm = link.algorithm AND NOT entry.damaged AND entry.file_inode = link.blob)";

}  // namespace

Result<std::optional<EntryRow>> Registry::find(const Hash& hash) {
  static const std::string kSql = entry_query("FROM entry WHERE digest = ?1 AND algorithm = ?2");
  COS_TRY(auto query, database_.query(kSql, hash.digest(), number_of(hash.algorithm())));
  COS_TRY(const bool row, query.next());
  if (!row) {
    return std::nullopt;
  }
  COS_TRY(EntryRow entry, read_entry(query));
  return std::optional(entry);
}

Result<std::vector<EntryRow>> Registry::list(const std::optional<Hash>& after, std::size_t limit) {
  static const std::string kFirst = entry_query("FROM entry ORDER BY digest, algorithm LIMIT ?1");
  static const std::string kNext =
      entry_query("FROM entry WHERE (digest, algorithm) > (?2, ?3) ORDER BY digest, algorithm LIMIT ?1");
  if (!after) {
    COS_TRY(auto query, database_.query(kFirst, limit));
    return sqlite::collect(std::move(query), read_entry);
  }
  COS_TRY(auto query, database_.query(kNext, limit, after->digest(), number_of(after->algorithm())));
  return sqlite::collect(std::move(query), read_entry);
}

Result<std::vector<EntryRow>> Registry::list(ListOrder order, const std::optional<ListPlace>& after,
                                             std::size_t limit) {
  if (order == ListOrder::kHash) {
    return list(after ? std::optional(after->hash) : std::nullopt, limit);
  }
  static const std::string kByRead =
      entry_query("FROM entry WHERE (last_read, digest) < (?2, ?3) ORDER BY last_read DESC, digest DESC LIMIT ?1");
  // Ids grow, so the order of ids is that of storing.
  static const std::string kByStored = entry_query("FROM entry WHERE id < ?2 ORDER BY id DESC LIMIT ?1");
  static const std::string kOfThatSize =
      entry_query("FROM entry WHERE size = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?1");
  static const std::string kSmaller = entry_query("FROM entry WHERE size < ?2 ORDER BY size DESC, id DESC LIMIT ?1");
  const std::int64_t key = after ? after->key : INT64_MAX;
  if (order == ListOrder::kStored) {
    COS_TRY(auto query, database_.query(kByStored, limit, key));
    return sqlite::collect(std::move(query), read_entry);
  }
  if (order == ListOrder::kSize) {
    // In two steps: asked for (size, id) below a pair, SQLite walks over all entries of that size.
    COS_TRY(auto same, database_.query(kOfThatSize, limit, key, after ? after->id : INT64_MAX));
    COS_TRY(auto rows, sqlite::collect(std::move(same), read_entry));
    COS_TRY(auto query, database_.query(kSmaller, limit - rows.size(), key));
    COS_TRY(const auto smaller, sqlite::collect(std::move(query), read_entry));
    rows.insert(rows.end(), smaller.begin(), smaller.end());
    return rows;
  }
  const std::span<const std::uint8_t> digest = after ? after->hash.digest() : std::span<const std::uint8_t>();
  COS_TRY(auto query, database_.query(kByRead, limit, key, digest));
  return sqlite::collect(std::move(query), read_entry);
}

Result<std::vector<Hash>> Registry::match(std::string_view hex_prefix, std::size_t limit) {
  // Digests between the prefix filled up with zeros and the prefix filled up with ones.
  std::string low(hex_prefix);
  std::string high(hex_prefix);
  low.resize(128, '0');
  high.resize(128, 'f');
  const auto low_bytes = from_lowercase_hex(std::string_view(low).substr(0, hex_prefix.size() + hex_prefix.size() % 2));
  const auto high_bytes = from_lowercase_hex(high);
  if (!low_bytes || !high_bytes) {
    return std::vector<Hash>{};
  }
  COS_TRY(auto query,
          database_.query(
              "SELECT algorithm, digest FROM entry WHERE digest >= ?1 AND digest <= ?2 ORDER BY digest LIMIT ?3",
              *low_bytes, *high_bytes, limit));
  return sqlite::collect(std::move(query), read_bare_hash);
}

Result<std::int64_t> Registry::insert(const Hash& hash, const VerifiedBytes& bytes, std::int64_t now) {
  COS_CHECK(
      database_.run("INSERT INTO entry (algorithm, digest, size, created_at, last_read, file_inode, file_mtime,"
                    " verified_at, tree_root) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?4, ?7)",
                    number_of(hash.algorithm()), hash.digest(), bytes.size, now, bytes.identity.inode,
                    bytes.identity.mtime, HashTree::root_of(bytes.leaves)));
  const std::int64_t entry = database_.last_insert_id();
  COS_CHECK(database_.run("INSERT INTO hash_tree (entry, leaves) VALUES (?1, ?2)", entry, bytes.leaves));
  // The file is back: an earlier removal no longer wants it gone.
  COS_CHECK(forget_doomed(hash));
  return entry;
}

Status Registry::replace_bytes(std::int64_t entry, const VerifiedBytes& bytes, std::int64_t now) {
  COS_CHECK(
      database_.run("UPDATE entry SET damaged = 0, file_inode = ?2, file_mtime = ?3, verified_at = ?4,"
                    " tree_root = ?5 WHERE id = ?1",
                    entry, bytes.identity.inode, bytes.identity.mtime, now, HashTree::root_of(bytes.leaves)));
  return database_.run("UPDATE hash_tree SET leaves = ?2 WHERE entry = ?1", entry, bytes.leaves);
}

Status Registry::set_verified(const EntryRow& entry, const FileIdentity& identity, std::int64_t now) {
  return database_.run(
      "UPDATE entry SET file_inode = ?2, file_mtime = ?3, verified_at = ?4 WHERE id = ?1 AND NOT damaged", entry.id,
      identity.inode, identity.mtime, now);
}

Result<TreeRow> Registry::tree(std::int64_t entry) {
  COS_TRY(auto query,
          database_.query("SELECT leaves, tree_root FROM entry LEFT JOIN hash_tree ON hash_tree.entry = entry.id"
                          " WHERE entry.id = ?1",
                          entry));
  COS_TRY(const bool row, query.next());
  return row ? TreeRow{query.blob(0), query.blob(1)} : TreeRow{};
}

Status Registry::set_tree(std::int64_t entry, const std::vector<std::uint8_t>& leaves) {
  COS_CHECK(database_.run("UPDATE entry SET tree_root = ?2 WHERE id = ?1", entry, HashTree::root_of(leaves)));
  return database_.run("INSERT OR REPLACE INTO hash_tree (entry, leaves) SELECT id, ?2 FROM entry WHERE id = ?1", entry,
                       leaves);
}

Result<Unverified> Registry::next_unverified(const std::optional<Hash>& after, std::int64_t before, std::size_t most) {
  COS_TRY(const auto rows, list(after, most));
  for (const EntryRow& row : rows) {
    if (!row.damaged && row.verified_at < before) {
      return Unverified{row.hash, row.hash};
    }
  }
  return Unverified{std::nullopt, rows.size() == most ? std::optional(rows.back().hash) : std::nullopt};
}

Status Registry::set_damaged(std::int64_t entry) {
  return database_.run("UPDATE entry SET damaged = 1 WHERE id = ?1", entry);
}

Status Registry::set_pinned(std::int64_t entry, bool pinned) {
  return database_.run("UPDATE entry SET pinned = ?2 WHERE id = ?1", entry, pinned);
}

Result<bool> Registry::has_entry(std::int64_t entry) {
  COS_TRY(const auto row, database_.integer("SELECT 1 FROM entry WHERE id = ?1", entry));
  return row.has_value();
}

Status Registry::set_last_read(std::int64_t entry, std::int64_t when) {
  return database_.run("UPDATE entry SET last_read = ?2 WHERE id = ?1 AND last_read < ?2", entry, when);
}

Status Registry::remove(const EntryRow& entry) {
  COS_CHECK(database_.run("INSERT OR IGNORE INTO doomed_blob (digest, algorithm) VALUES (?1, ?2)", entry.hash.digest(),
                          number_of(entry.hash.algorithm())));
  return database_.run("DELETE FROM entry WHERE id = ?1", entry.id);
}

Result<std::vector<Hash>> Registry::doomed() {
  COS_TRY(auto query, database_.query("SELECT algorithm, digest FROM doomed_blob"));
  return sqlite::collect(std::move(query), read_bare_hash);
}

Status Registry::forget_doomed(const Hash& hash) {
  return database_.run("DELETE FROM doomed_blob WHERE digest = ?1 AND algorithm = ?2", hash.digest(),
                       number_of(hash.algorithm()));
}

Result<Usage> Registry::total() {
  COS_TRY(auto query, database_.query("SELECT entries, bytes FROM total"));
  COS_TRY(const bool row, query.next());
  return row ? Usage{static_cast<std::uint64_t>(query.integer(0)), static_cast<std::uint64_t>(query.integer(1))}
             : Usage{};
}

Result<Usage> Registry::usage(const Realm& realm, const Origin& origin) {
  COS_TRY(auto query, database_.query("SELECT entries, bytes FROM usage"
                                      " WHERE realm = (SELECT id FROM realm WHERE name = ?1)"
                                      " AND origin = (SELECT id FROM origin WHERE serialized = ?2)",
                                      realm.name(), origin.serialize()));
  COS_TRY(const bool row, query.next());
  return row ? Usage{static_cast<std::uint64_t>(query.integer(0)), static_cast<std::uint64_t>(query.integer(1))}
             : Usage{};
}

Result<std::vector<EntryRow>> Registry::eviction_candidates(const EntryRow* after, std::size_t limit) {
  static const std::string kSql =
      entry_query("FROM entry WHERE pinned = 0 AND (last_read, digest) > (?1, ?2) ORDER BY last_read, digest LIMIT ?3");
  const std::span<const std::uint8_t> digest =
      after == nullptr ? std::span<const std::uint8_t>() : after->hash.digest();
  COS_TRY(auto query, database_.query(kSql, after == nullptr ? INT64_MIN : after->last_read, digest, limit));
  return sqlite::collect(std::move(query), read_entry);
}

Result<std::vector<EntryRow>> Registry::sole_owned(const Realm& realm, const Origin& origin) {
  static const std::string kSql = entry_query(
      "FROM storing_origin AS mine JOIN entry ON entry.id = mine.entry"
      " WHERE mine.realm = (SELECT id FROM realm WHERE name = ?1)"
      " AND mine.origin = (SELECT id FROM origin WHERE serialized = ?2) AND entry.pinned = 0"
      " AND NOT EXISTS (SELECT 1 FROM listing WHERE listing.entry = entry.id AND listing.realm = mine.realm"
      " AND listing.manual)"
      " AND NOT EXISTS (SELECT 1 FROM storing_origin AS other WHERE other.entry = entry.id"
      " AND other.realm = mine.realm AND other.origin <> mine.origin)"
      " GROUP BY entry.id ORDER BY max(min(mine.stored_at), ifnull((SELECT last_at FROM reader"
      "  WHERE reader.entry = entry.id AND reader.realm = mine.realm AND reader.origin = ?2), 0)), entry.digest");
  COS_TRY(auto query, database_.query(kSql, realm.name(), origin.serialize()));
  return sqlite::collect(std::move(query), read_entry);
}

Result<bool> Registry::is_held_outside(std::int64_t entry, const Realm& realm) {
  COS_TRY(const auto row, database_.integer("SELECT 1 FROM listing WHERE entry = ?1"
                                            " AND realm <> (SELECT id FROM realm WHERE name = ?2)",
                                            entry, realm.name()));
  return row.has_value();
}

Result<std::optional<std::string>> Registry::setting(std::string_view key) {
  COS_TRY(auto query, database_.query("SELECT value FROM setting WHERE key = ?1", key));
  COS_TRY(const bool row, query.next());
  return row ? std::optional(query.text(0)) : std::nullopt;
}

Status Registry::set_setting(std::string_view key, std::string_view value) {
  return database_.run("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                       key, value);
}

Result<std::optional<LinkRow>> Registry::link(const Realm& realm, std::string_view place, const Hash& hash) {
  COS_TRY(auto links, links_in(realm, hash));
  const auto found = std::find_if(links.begin(), links.end(), [&](const LinkRow& row) { return row.place == place; });
  return found == links.end() ? std::nullopt : std::optional(std::move(*found));
}

Result<std::vector<LinkRow>> Registry::links_in(const Realm& realm, const Hash& hash) {
  COS_TRY(auto query, database_.query("SELECT algorithm, digest, path, inode, mtime, blob, place, used_at FROM link"
                                      " WHERE digest = ?1 AND algorithm = ?2"
                                      " AND realm = (SELECT id FROM realm WHERE name = ?3)",
                                      hash.digest(), number_of(hash.algorithm()), realm.name()));
  return sqlite::collect(std::move(query), read_link);
}

Status Registry::put_link(const Realm& realm, const LinkRow& link, std::int64_t now) {
  COS_TRY(const std::int64_t id, realm_id(realm));
  return database_.run(
      "INSERT INTO link (realm, digest, algorithm, place, path, inode, mtime, blob, used_at)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (realm, digest, algorithm, place)"
      " DO UPDATE SET path = excluded.path, inode = excluded.inode, mtime = excluded.mtime,"
      " blob = excluded.blob, used_at = excluded.used_at",
      id, link.hash.digest(), number_of(link.hash.algorithm()), link.place, link.path.string(), link.file.inode,
      link.file.mtime, link.blob, now);
}

Status Registry::set_link_stale(const LinkRow& link) {
  constexpr std::int64_t kNoInode = 0;
  return database_.run("UPDATE link SET blob = ?4 WHERE digest = ?1 AND algorithm = ?2 AND path = ?3",
                       link.hash.digest(), number_of(link.hash.algorithm()), link.path.string(), kNoInode);
}

Status Registry::touch_link(const Realm& realm, const LinkRow& link, std::int64_t now) {
  return database_.run(
      "UPDATE link SET used_at = ?5 WHERE digest = ?1 AND algorithm = ?2 AND place = ?4"
      " AND realm = (SELECT id FROM realm WHERE name = ?3)",
      link.hash.digest(), number_of(link.hash.algorithm()), realm.name(), link.place, now);
}

Result<bool> Registry::link_used(const Hash& hash, std::int64_t since, std::int64_t now) {
  COS_TRY(const auto row, database_.integer("SELECT 1 FROM link WHERE digest = ?1 AND algorithm = ?2"
                                            " AND used_at BETWEEN ?3 AND ?4",
                                            hash.digest(), number_of(hash.algorithm()), since, now));
  return row.has_value();
}

Result<bool> Registry::link_used(const Realm& realm, std::string_view place, const Hash& hash, std::int64_t since,
                                 std::int64_t now) {
  COS_TRY(const auto row,
          database_.integer("SELECT 1 FROM link WHERE digest = ?1 AND algorithm = ?2 AND place = ?3"
                            " AND realm = (SELECT id FROM realm WHERE name = ?4)"
                            " AND used_at BETWEEN ?5 AND ?6",
                            hash.digest(), number_of(hash.algorithm()), place, realm.name(), since, now));
  return row.has_value();
}

Result<std::vector<LinkRow>> Registry::links_of(const Hash& hash) {
  COS_TRY(auto query, database_.query("SELECT algorithm, digest, path, inode, mtime, blob, place, used_at FROM link "
                                      "WHERE digest = ?1 AND algorithm = ?2",
                                      hash.digest(), number_of(hash.algorithm())));
  return sqlite::collect(std::move(query), read_link);
}

Result<std::vector<LinkRow>> Registry::links_of(const Realm& realm) {
  COS_TRY(auto query, database_.query("SELECT algorithm, digest, path, inode, mtime, blob, place, used_at FROM link"
                                      " WHERE realm = (SELECT id FROM realm WHERE name = ?1)",
                                      realm.name()));
  return sqlite::collect(std::move(query), read_link);
}

Result<std::vector<LinkRow>> Registry::links_read_by(const Realm& realm,
                                                     const std::function<bool(const std::string&)>& is_meant) {
  const auto part = [](std::string_view origin, std::string_view from) {
    return "SELECT link.algorithm, link.digest, path, inode, mtime, blob, place, used_at, " + std::string(origin) +
           " FROM link JOIN entry ON entry.digest = link.digest AND entry.algorithm = link.algorithm JOIN " +
           std::string(from) + " WHERE link.realm = (SELECT id FROM realm WHERE name = ?1)";
  };
  static const std::string kSql =
      part("reader.origin", "reader ON reader.entry = entry.id AND reader.realm = link.realm") + " UNION ALL " +
      part("origin.serialized",
           "storing_origin AS stored ON stored.entry = entry.id AND stored.realm = link.realm"
           " JOIN origin ON origin.id = stored.origin");
  COS_TRY(auto query, database_.query(kSql, realm.name()));
  std::map<std::string, LinkRow> links;  // by path
  while (true) {
    COS_TRY(const bool more, query.next());
    if (!more) {
      break;
    }
    if (is_meant(query.text(8))) {
      COS_TRY(LinkRow link, read_link(query));
      links.emplace(link.path.string(), std::move(link));
    }
  }
  std::vector<LinkRow> rows;
  std::transform(links.begin(), links.end(), std::back_inserter(rows), [](const auto& link) { return link.second; });
  return rows;
}

Result<std::vector<LinkRow>> Registry::all_links() {
  COS_TRY(auto query, database_.query("SELECT algorithm, digest, path, inode, mtime, blob, place, used_at FROM link"));
  return sqlite::collect(std::move(query), read_link);
}

Result<bool> Registry::has_stale_links(std::size_t kept) {
  COS_TRY(const auto row, database_.integer("SELECT 1" + std::string(kStaleLinks) + " LIMIT 1 OFFSET ?1", kept));
  return row.has_value();
}

Result<std::size_t> Registry::take_stale_links(std::size_t kept, std::size_t limit,
                                               const std::function<bool(const LinkRow&)>& remove) {
  static const std::string kStep =
      std::string(kStaleLinks) + " ORDER BY realm, digest, algorithm, place LIMIT ?1 OFFSET ?2";
  COS_TRY(auto query,
          database_.query("SELECT algorithm, digest, path, inode, mtime, blob, place, used_at" + kStep, limit, kept));
  COS_TRY(const auto rows, sqlite::collect(std::move(query), read_link_if_sound));
  std::vector<LinkRow> gone;
  bool all = true;
  for (const std::optional<LinkRow>& row : rows) {
    if (row && remove(*row)) {
      gone.push_back(*row);
    } else {
      all = all && !row;
    }
  }
  if (!all) {
    for (const LinkRow& link : gone) {
      COS_CHECK(forget_link(link));
    }
    return kept + rows.size() - gone.size();
  }
  // By what the rows hold, whatever that is: a row that a flipped bit keeps from being found by its values would be
  // taken again and again.
  COS_CHECK(
      database_.run("DELETE FROM link WHERE (realm, digest, algorithm, place) IN"
                    " (SELECT realm, digest, algorithm, place" +
                        kStep + ")",
                    limit, kept));
  if (!rows.empty() && database_.changes() == 0) {
    return fail(ErrorCode::kCorrupt, "The registry holds a link that cannot be removed.", "Run `cos verify`.");
  }
  return kept;
}

Status Registry::forget_link(const LinkRow& link) {
  return database_.run("DELETE FROM link WHERE digest = ?1 AND algorithm = ?2 AND path = ?3", link.hash.digest(),
                       number_of(link.hash.algorithm()), link.path.string());
}

}  // namespace libcos
