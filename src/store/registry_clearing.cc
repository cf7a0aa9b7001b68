// The part of the registry that forgets: origins, realms, accounts.
#include <algorithm>

#include "base/try.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

bool is_below(std::string_view name, std::string_view host) {
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

Result<std::string> read_text(const sqlite::Query& query) { return query.text(0); }

// A condition on `realm`; the parameter is empty for all realms.
std::string of_realm(int parameter) {
  const std::string name = "?" + std::to_string(parameter);
  return "(" + name + " = '' OR realm = (SELECT id FROM realm WHERE name = " + name + "))";
}

std::string_view name_of(const Realm* realm) { return realm == nullptr ? std::string_view() : realm->name(); }

}  // namespace

Result<std::vector<Realm>> Registry::realms() {
  COS_TRY(auto query, database_.query("SELECT name FROM realm ORDER BY id"));
  return sqlite::collect(std::move(query), [](const sqlite::Query& row) {
    return row.text(0) == "local" ? Result<Realm>(Realm::local()) : Realm::profile(row.text(0));
  });
}

Result<std::vector<Origin>> Registry::origins_below(std::string_view host) {
  COS_TRY(auto query, database_.query("SELECT serialized FROM origin"));
  COS_TRY(const auto names, sqlite::collect(std::move(query), read_text));
  std::vector<Origin> below;
  for (const std::string& name : names) {
    if (is_below(host_in(name), host)) {
      COS_TRY(Origin origin, Origin::from_serialized(name));
      below.push_back(std::move(origin));
    }
  }
  return below;
}

Result<std::vector<EntryRow>> Registry::entries_naming(const Origin& origin, const Realm* realm, std::size_t limit) {
  static const std::string kSql = entry_query(
      "FROM entry WHERE id IN (SELECT entry FROM storing_origin WHERE origin = (SELECT id FROM origin"
      " WHERE serialized = ?1) AND " +
      of_realm(2) +
      " UNION SELECT entry FROM listed_origin WHERE origin = (SELECT id FROM origin WHERE serialized = ?1)"
      " AND " +
      of_realm(2) + " UNION SELECT entry FROM reader WHERE origin = ?1 AND " + of_realm(2) + ") LIMIT ?3");
  COS_TRY(auto query, database_.query(kSql, origin.serialize(), name_of(realm), limit));
  return sqlite::collect(std::move(query), read_entry);
}

Result<std::vector<std::string>> Registry::pages_below(std::string_view host) {
  COS_TRY(auto query,
          database_.query("SELECT top_level FROM storing_origin UNION SELECT top_level FROM listed_origin"));
  COS_TRY(auto pages, sqlite::collect(std::move(query), read_text));
  std::erase_if(pages, [&](const std::string& page) { return !is_below(host_in(page), host); });
  return pages;
}

Result<std::vector<EntryRow>> Registry::entries_on_page(std::string_view page, const Realm* realm, std::size_t limit) {
  static const std::string kSql =
      entry_query("FROM entry WHERE id IN (SELECT entry FROM storing_origin WHERE top_level = ?1 AND " + of_realm(2) +
                  " UNION SELECT entry FROM listed_origin WHERE top_level = ?1 AND " + of_realm(2) + ") LIMIT ?3");
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
                                of_realm(3),
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
  for (const char* table : {"lookup_account", "lookup", "write_account", "site_decision", "reader"}) {
    const std::string name(table);
    const std::string column = name == "reader" ? "origin" : "site";
    COS_TRY(auto query,
            database_.query("SELECT DISTINCT " + column + " FROM " + name + " WHERE " + of_realm(1), name_of(realm)));
    COS_TRY(const auto keys, sqlite::collect(std::move(query), read_text));
    for (const std::string& key : keys) {
      if (host.empty() || is_below(host_in(key), host)) {
        COS_CHECK(database_.run("DELETE FROM " + name + " WHERE " + column + " = ?2 AND " + of_realm(1), name_of(realm),
                                key));
      }
    }
  }
  return {};
}

}  // namespace libcos
