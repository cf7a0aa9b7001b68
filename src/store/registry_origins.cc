// The part of the registry that tells the user what each origin stored. A page is found by a walk over the realm's
// origins, or over what one of them stored: an index for an order would cost every write, and among 100,000 origins the
// walk takes some 15 ms.
#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/try.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

// What an order goes by. Entries that are equal by it go by when they were stored.
std::string column_of(ListOrder order) {
  switch (order) {
    case ListOrder::kRead:
      return "last_read";
    case ListOrder::kSize:
      return "size";
    case ListOrder::kStored:
      return "entry.id";
    case ListOrder::kHash:
      break;
  }
  return "digest";
}

// ?2 to ?4: the place's realm, origin and key.
std::string after_place(OriginOrder order) {
  const std::string by_name = "(serialized, name) > (?3, ?2)";
  if (order == OriginOrder::kName) {
    return by_name + " ORDER BY serialized, name";
  }
  const std::string column = order == OriginOrder::kEntries ? "entries" : "bytes";
  return "(" + column + " < ?4 OR (" + column + " = ?4 AND " + by_name + ")) ORDER BY " + column +
         " DESC, serialized, name";
}

Result<OriginUsage> read_usage(const sqlite::Query& query) {
  return OriginUsage{query.text(0), query.text(1), static_cast<std::uint64_t>(query.integer(2)),
                     static_cast<std::uint64_t>(query.integer(3))};
}

}  // namespace

Result<std::vector<EntryRow>> Registry::list_stored_by(const Realm& realm, const Origin& origin, ListOrder order,
                                                       const std::optional<ListPlace>& after, std::size_t limit) {
  const bool by_hash = order == ListOrder::kHash;
  const std::string column = column_of(order);
  const std::string direction = by_hash ? "" : " DESC";
  // CROSS JOIN: beginning with the origin's entries, never with those that come next in the order.
  const std::string sql = entry_query(
      "FROM (SELECT DISTINCT entry FROM storing_origin WHERE realm = (SELECT id FROM realm WHERE name = ?1)"
      " AND origin = (SELECT id FROM origin WHERE serialized = ?2)) AS stored"
      " CROSS JOIN entry ON entry.id = stored.entry WHERE (" +
      column + ", entry.id)" + (by_hash ? " > " : " < ") + "(?3, ?4) ORDER BY " + column + direction + ", entry.id" +
      direction + " LIMIT ?5");
  if (by_hash) {
    const std::span<const std::uint8_t> digest = after ? after->hash.digest() : std::span<const std::uint8_t>();
    COS_TRY(auto query,
            database_.query(sql, realm.name(), origin.serialize(), digest, after ? after->id : INT64_MIN, limit));
    return sqlite::collect(std::move(query), read_entry);
  }
  COS_TRY(auto query, database_.query(sql, realm.name(), origin.serialize(), after ? after->key : INT64_MAX,
                                      after ? after->id : INT64_MAX, limit));
  return sqlite::collect(std::move(query), read_entry);
}

Result<OriginPage> Registry::storing_origins(const Realm* realm, OriginOrder order,
                                             const std::optional<OriginPlace>& after, std::size_t limit) {
  COS_TRY(auto query,
          database_.query("SELECT name, serialized, entries, bytes FROM usage JOIN origin ON origin.id = usage.origin"
                          " JOIN realm ON realm.id = usage.realm"
                          " WHERE usage.realm IN (SELECT id FROM realm WHERE ?1 IN ('', name)) AND " +
                              after_place(order) + " LIMIT ?5",
                          realm == nullptr ? std::string_view() : realm->name(), after ? after->realm : std::string(),
                          after ? after->origin : std::string(), after ? after->key : std::uint64_t{INT64_MAX},
                          std::min<std::size_t>(limit, INT32_MAX) + 1));
  OriginPage page;
  COS_TRY(page.origins, sqlite::collect(std::move(query), read_usage));
  if (page.origins.size() > limit) {
    page.origins.pop_back();
    if (limit > 0) {
      const OriginUsage& last = page.origins.back();
      page.next = OriginPlace{order == OriginOrder::kEntries ? last.entries : last.bytes, last.origin, last.realm};
    }
  }
  return page;
}

}  // namespace libcos
