// Whether the registry can be believed: SQLite's pages, the references between rows, what is counted.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "store/schema.h"
#include "store/state.h"

namespace libcos {
namespace {

// Each counts what should not be there.
struct Contradiction {
  std::string sql;
  const char* sentence;
};

const std::vector<Contradiction>& contradictions() {
  static const std::vector<Contradiction> all = {
      {std::string("SELECT count(*) FROM entry WHERE ") + kImpossibleEntry, "entries have an impossible hash or size"},
      {"SELECT count(*) FROM pragma_foreign_key_check", "rows belong to rows that are not there"},
      {"SELECT count(*) FROM total WHERE entries <> (SELECT count(*) FROM entry)"
       " OR bytes <> (SELECT coalesce(sum(size), 0) FROM entry)",
       "totals are not the sum of the entries"},
      {"WITH charged AS (SELECT s.realm, s.origin, count(*) AS entries, sum(entry.size) AS bytes"
       "   FROM (SELECT DISTINCT entry, realm, origin FROM storing_origin) AS s JOIN entry ON entry.id = s.entry"
       "   GROUP BY s.realm, s.origin)"
       " SELECT count(*) FROM (SELECT realm, origin, entries, bytes FROM usage EXCEPT SELECT * FROM charged"
       "   UNION ALL SELECT * FROM (SELECT * FROM charged EXCEPT SELECT realm, origin, entries, bytes FROM usage))",
       "sites are charged for other entries than they store"},
  };
  return all;
}

// What tables, indexes and triggers a database says it has. SQLite takes any words for them that make sense.
Result<std::vector<std::string>> schema_of(sqlite::Database& database) {
  // Versions of SQLite differ in how they quote what was renamed.
  COS_TRY(auto query, database.query("SELECT type || name || replace(replace(coalesce(sql, ''), '\"', ''), ' ', '')"
                                     " FROM sqlite_schema ORDER BY 1"));
  return sqlite::collect(std::move(query), [](const sqlite::Query& row) { return Result<std::string>(row.text(0)); });
}

Result<bool> has_our_schema(sqlite::Database& database) {
  COS_TRY(sqlite::Database fresh, sqlite::Database::open_in_memory());
  COS_TRY(const auto version, database.integer("PRAGMA user_version"));
  COS_CHECK(migrate(fresh, std::clamp(static_cast<int>(version.value_or(0)), kOldestUsableVersion, kSchemaVersion)));
  COS_TRY(const auto expected, schema_of(fresh));
  COS_TRY(const auto found, schema_of(database));
  return found == expected;
}

}  // namespace

Result<std::vector<std::string>> Store::check_registry() {
  const std::lock_guard lock(state_->mutex);
  sqlite::Database& database = state_->registry.database();
  std::vector<std::string> problems;
  const auto check_pages = [&]() -> Status {
    COS_TRY(auto query, database.query("PRAGMA integrity_check(20)"));
    while (true) {
      COS_TRY(const bool row, query.next());
      if (!row) {
        return {};
      }
      if (query.text(0) != "ok") {
        problems.push_back("The database: " + query.text(0));
      }
    }
  };
  const auto count = [&](const Contradiction& contradiction) -> Status {
    COS_TRY(const auto found, database.integer(contradiction.sql));
    if (found.value_or(0) != 0) {
      problems.push_back(std::to_string(*found) + " " + contradiction.sentence);
    }
    return {};
  };
  const auto note = [&](const Status& checked) -> Status {
    if (!checked && checked.error().code == ErrorCode::kCorrupt) {
      problems.push_back(checked.error().message);
      return {};
    }
    return checked;
  };
  COS_CHECK(note(check_pages()));
  COS_CHECK(note([&]() -> Status {
    COS_TRY(const bool ours, has_our_schema(database));
    if (!ours) {
      problems.emplace_back("its tables are not those of a store");
    }
    return {};
  }()));
  for (const Contradiction& contradiction : contradictions()) {
    COS_CHECK(note(count(contradiction)));
  }
  return problems;
}

}  // namespace libcos
