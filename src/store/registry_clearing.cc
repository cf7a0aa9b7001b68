// The part of the registry that forgets: origins, realms, accounts.
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/try.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

// The root's dot at the end of a name makes no difference here.
bool is_below(std::string_view name, std::string_view host) {
  name = name.substr(0, name.find_last_not_of('.') + 1);
  return name == host ||
         (name.size() > host.size() && name.ends_with(host) && name[name.size() - host.size() - 1] == '.');
}

// The host in "https://www.example.com:8443" (a serialized origin or site).
std::string_view host_in(std::string_view serialized) {
  const std::size_t begin = serialized.find("://");
  if (begin == std::string_view::npos) {
    return {};
  }
  std::string_view host = serialized.substr(begin + 3);
  const std::size_t port = host.find_last_of(':');
  const bool has_port = port != std::string_view::npos && host.find(']', port) == std::string_view::npos;
  return has_port ? host.substr(0, port) : host;
}

// What an index over the names in `column` goes by: SQLite cannot look for names that end in something, but for names
// whose last characters are given. A port is taken off, and with it the digits that some hosts end in. The indexes in
// schema.cc say the same in the same words.
std::string host_key(std::string_view column) {
  return "substr(rtrim(" + std::string(column) + ", '0123456789:'), -8)";
}
constexpr std::size_t kHostKeySize = 8;

// A key of a shorter host would have characters of what stands before it.
bool is_long(std::string_view host) {
  const std::size_t last = host.find_last_not_of("0123456789:");
  return last != std::string_view::npos && last + 1 >= kHostKeySize;
}

// A condition on `column` that holds for all names of `host` and of hosts below it, and for few others. `parameter`
// is bound to the host, in one of its forms.
std::string may_be_below(std::string_view column, std::string_view host, int parameter) {
  return is_long(host) ? host_key(column) + " = " + host_key("?" + std::to_string(parameter))
                       : "?" + std::to_string(parameter) + " IS NOT NULL";
}

// A host as names may end in it: with the root's dot and without. Of a short one all names are looked at anyway.
std::vector<std::string> forms_of(std::string_view host) {
  std::vector<std::string> forms{std::string(host)};
  if (is_long(host)) {
    forms.push_back(forms.front() + ".");
  }
  return forms;
}

Result<std::string> read_text(const sqlite::Query& query) { return query.text(0); }

// A condition on `realm`; the parameter is empty for all realms.
std::string of_realm(int parameter) {
  const std::string name = "?" + std::to_string(parameter);
  return "(" + name + " = '' OR realm = (SELECT id FROM realm WHERE name = " + name + "))";
}

// The same, for indexes that begin with the realm.
std::string in_realms(int parameter) {
  const std::string name = "?" + std::to_string(parameter);
  return "realm IN (SELECT id FROM realm WHERE " + name + " = '' OR name = " + name + ")";
}

Result<Realm> read_realm(const sqlite::Query& row) {
  return row.text(0) == "local" ? Result<Realm>(Realm::local()) : Realm::profile(row.text(0));
}

std::string_view name_of(const Realm* realm) { return realm == nullptr ? std::string_view() : realm->name(); }

}  // namespace

Result<std::vector<Realm>> Registry::realms() {
  COS_TRY(auto query, database_.query("SELECT name FROM realm ORDER BY id"));
  return sqlite::collect(std::move(query), read_realm);
}

Result<std::vector<Realm>> Registry::holders(std::int64_t entry) {
  COS_TRY(auto query, database_.query("SELECT realm.name FROM listing JOIN realm ON realm.id = listing.realm"
                                      " WHERE entry = ?1 ORDER BY realm.id",
                                      entry));
  return sqlite::collect(std::move(query), read_realm);
}

bool Registry::is_at_or_below(std::string_view origin, std::string_view host) {
  return is_below(host_in(origin), host);
}

Result<std::vector<Origin>> Registry::origins_below(std::string_view host) {
  COS_TRY(const auto names, names_below("origin WHERE", "serialized", host));
  std::vector<Origin> below;
  for (const std::string& name : names) {
    COS_TRY(Origin origin, Origin::from_serialized(name));
    below.push_back(std::move(origin));
  }
  return below;
}

Result<std::vector<std::string>> Registry::names_below(std::string_view from, std::string_view column,
                                                       std::string_view host) {
  std::vector<std::string> below;
  for (const std::string& form : forms_of(host)) {
    // `from` and `column` are this file's own words, never a caller's.
    COS_TRY(auto query, database_.query("SELECT DISTINCT " + std::string(column) + " FROM " + std::string(from) + " " +
                                            may_be_below(column, form, 1),
                                        form));
    COS_TRY(const auto names, sqlite::collect(std::move(query), read_text));
    std::copy_if(names.begin(), names.end(), std::back_inserter(below),
                 [&](const std::string& name) { return is_below(host_in(name), host); });
  }
  return below;
}

Result<std::vector<EntryRow>> Registry::entries_naming(const Origin& origin, const Realm* realm, std::size_t limit) {
  // Each part is cut off by itself: of an origin with a million entries a few are wanted at a time. (Not DISTINCT: for
  // that SQLite would rather walk over the whole table, in the order of entries. And a plus before the column that is
  // compared: else SQLite puts the value in for the column in the key, too, and no index is left that has it.)
  const auto part = [](std::string_view from) {
    return "SELECT entry FROM (SELECT entry FROM " + std::string(from) + " AND " + of_realm(2) + " LIMIT ?3)";
  };
  static const std::string kSql = entry_query(
      "FROM entry WHERE id IN (" + part("storing_origin WHERE origin = (SELECT id FROM origin WHERE serialized = ?1)") +
      " UNION " + part("listed_origin WHERE origin = (SELECT id FROM origin WHERE serialized = ?1)") + " UNION " +
      part("reader WHERE " + host_key("origin") + " = " + host_key("?1") + " AND +origin = ?1") + ") LIMIT ?3");
  COS_TRY(auto query, database_.query(kSql, origin.serialize(), name_of(realm), limit));
  return sqlite::collect(std::move(query), read_entry);
}

Result<std::vector<std::string>> Registry::pages_below(std::string_view host) {
  COS_TRY(auto pages, names_below("listed_origin WHERE", "top_level", host));
  // What was stored outside of frames is found by its origin.
  COS_TRY(const auto framed, names_below("storing_origin WHERE framed AND", "top_level", host));
  for (const std::string& page : framed) {
    if (std::find(pages.begin(), pages.end(), page) == pages.end()) {
      pages.push_back(page);
    }
  }
  return pages;
}

Result<std::vector<std::string>> Registry::readers_below(std::string_view host) {
  COS_TRY(auto names, names_below("reader WHERE", "origin", host));
  for (const auto& [table, column] :
       {std::pair("lookup_account WHERE", "site"), std::pair("origin WHERE", "serialized"),
        std::pair("listed_origin WHERE", "top_level")}) {
    COS_TRY(const auto more, names_below(table, column, host));
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

Result<std::vector<EntryRow>> Registry::entries_on_page(std::string_view page, const Realm* realm, std::size_t limit) {
  const auto part = [](std::string_view from) {
    return "SELECT entry FROM (SELECT entry FROM " + std::string(from) + host_key("top_level") + " = " +
           host_key("?1") + " AND +top_level = ?1 AND " + of_realm(2) + " LIMIT ?3)";
  };
  static const std::string kSql = entry_query("FROM entry WHERE id IN (" + part("storing_origin WHERE framed AND ") +
                                              " UNION " + part("listed_origin WHERE ") + ") LIMIT ?3");
  COS_TRY(auto query, database_.query(kSql, page, name_of(realm), limit));
  return sqlite::collect(std::move(query), read_entry);
}

Status Registry::forget_page(std::int64_t entry, std::string_view page, const Realm* realm) {
  for (const char* table : {"storing_origin", "listed_origin"}) {
    COS_CHECK(
        database_.run("DELETE FROM " + std::string(table) + " WHERE entry = ?1 AND top_level = ?2 AND " + of_realm(3),
                      entry, page, name_of(realm)));
  }
  return {};
}

Result<std::vector<EntryRow>> Registry::entries_of_realm(const Realm& realm, std::size_t limit) {
  static const std::string kSql = entry_query(
      "FROM listing JOIN entry ON entry.id = listing.entry"
      " WHERE listing.realm = (SELECT id FROM realm WHERE name = ?1) LIMIT ?2");
  COS_TRY(auto query, database_.query(kSql, realm.name(), limit));
  return sqlite::collect(std::move(query), read_entry);
}

Status Registry::forget_origin(std::int64_t entry, const Origin& origin, const Realm* realm) {
  for (const char* table : {"storing_origin", "listed_origin"}) {
    COS_CHECK(database_.run("DELETE FROM " + std::string(table) +
                                " WHERE entry = ?1 AND origin = (SELECT id FROM origin WHERE serialized = ?2) AND " +
                                in_realms(3),
                            entry, origin.serialize(), name_of(realm)));
  }
  return database_.run("DELETE FROM reader WHERE entry = ?1 AND origin = ?2 AND " + of_realm(3), entry,
                       origin.serialize(), name_of(realm));
}

Status Registry::forget_realm(std::int64_t entry, const Realm& realm) {
  for (const char* table : {"storing_origin", "listed_origin", "reader", "listing"}) {
    COS_CHECK(database_.run(
        "DELETE FROM " + std::string(table) + " WHERE entry = ?1 AND realm = (SELECT id FROM realm WHERE name = ?2)",
        entry, realm.name()));
  }
  return {};
}

Result<bool> Registry::drop_unheld_listings(std::int64_t entry) {
  constexpr std::string_view kUnheld =
      " WHERE entry = ?1 AND realm IN (SELECT realm FROM listing WHERE entry = ?1 AND NOT manual AND NOT EXISTS"
      " (SELECT 1 FROM storing_origin AS s WHERE s.entry = ?1 AND s.realm = listing.realm))";
  for (const char* table : {"listed_origin", "reader", "listing"}) {
    COS_CHECK(database_.run("DELETE FROM " + std::string(table) + std::string(kUnheld), entry));
  }
  COS_TRY(const auto held, database_.integer("SELECT 1 FROM listing WHERE entry = ?1", entry));
  return !held.has_value();
}

Status Registry::forget_accounts(std::string_view host, const Realm* realm) {
  constexpr std::array<const char*, 5> kTables{"lookup", "lookup_account", "write_account", "site_decision", "reader"};
  if (host.empty()) {
    for (const char* table : kTables) {
      COS_CHECK(database_.run("DELETE FROM " + std::string(table) + " WHERE " + of_realm(1), name_of(realm)));
    }
    return {};
  }
  // A site that has paid for lookups has an account.
  COS_TRY(const auto asked, names_below("lookup_account WHERE", "site", host));
  COS_TRY(const auto wrote, names_below("write_account WHERE", "site", host));
  COS_TRY(const auto decided, names_below("site_decision WHERE", "site", host));
  COS_TRY(const auto read, names_below("reader WHERE", "origin", host));
  for (const auto& [table, names] : {std::pair(kTables[0], &asked), std::pair(kTables[1], &asked),
                                     std::pair(kTables[2], &wrote), std::pair(kTables[3], &decided)}) {
    for (const std::string& site : *names) {
      COS_CHECK(database_.run("DELETE FROM " + std::string(table) + " WHERE site = ?2 AND " + in_realms(1),
                              name_of(realm), site));
    }
  }
  for (const std::string& origin : read) {
    COS_CHECK(database_.run("DELETE FROM reader WHERE " + host_key("origin") + " = " + host_key("?2") +
                                " AND origin = ?2 AND " + of_realm(1),
                            name_of(realm), origin));
  }
  return {};
}

Status Registry::note_activity_erased(const Realm* realm, std::int64_t now) {
  constexpr std::int64_t kAll = 0;
  COS_TRY(const std::int64_t id, realm == nullptr ? Result<std::int64_t>(kAll) : realm_id(*realm));
  return database_.run("INSERT OR REPLACE INTO activity_erased VALUES (?1, ?2)", id, now);
}

Status Registry::forget_activity(std::string_view host, const Realm* realm, std::int64_t now) {
  COS_TRY(const bool there, has_activity());
  if (!there) {
    return {};
  }
  if (host.empty()) {
    COS_CHECK(database_.run("DELETE FROM activity WHERE " + of_realm(1), name_of(realm)));
    return note_activity_erased(realm, now);
  }
  for (const char* column : {"origin", "top_level"}) {
    COS_TRY(const auto names, names_below("activity WHERE", column, host));
    for (const std::string& name : names) {
      COS_CHECK(database_.run("DELETE FROM activity WHERE " + host_key(column) + " = " + host_key("?2") + " AND +" +
                                  column + " = ?2 AND " + of_realm(1),
                              name_of(realm), name));
    }
  }
  return note_activity_erased(realm, now);
}

Status Registry::forget_activity_of(const Origin& origin, const Realm* realm, std::int64_t now) {
  COS_TRY(const bool there, has_activity());
  if (!there) {
    return {};
  }
  COS_CHECK(database_.run("DELETE FROM activity WHERE " + host_key("origin") + " = " + host_key("?2") +
                              " AND +origin = ?2 AND " + of_realm(1),
                          name_of(realm), origin.serialize()));
  return note_activity_erased(realm, now);
}

}  // namespace libcos
