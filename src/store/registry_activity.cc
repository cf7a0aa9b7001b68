// The part of the registry that is the activity log: what happened lately, for the user's eyes.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/try.h"
#include "store/registry_rows.h"

namespace libcos {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

struct ActivityRow {
  std::int64_t id;
  ActivityLine line;
};

Result<ActivityRow> read_activity(const sqlite::Query& row) {
  COS_TRY(const Hash hash, read_hash(row, 7));
  return ActivityRow{
      row.integer(0),
      {static_cast<ActivityKind>(row.integer(1)), row.integer(2), static_cast<std::uint64_t>(row.integer(3)),
       row.text(4), row.text(5), row.text(6), hash, static_cast<std::uint64_t>(row.integer(9))}};
}

}  // namespace

ActivitySubject subject_of(const Visitor& visitor, ActivityKind kind, const Hash& hash) {
  return {hash, kind, visitor.realm, visitor.origin.origin.serialize(),
          visitor.is_framed() ? visitor.top_level.serialized : std::string()};
}

Result<bool> Registry::has_activity() {
  if (!has_activity_) {
    // As long as there is none another process may make it.
    COS_TRY(const auto table, database_.integer("SELECT 1 FROM sqlite_schema WHERE name = 'activity'"));
    has_activity_ = table.has_value();
  }
  return has_activity_;
}

Status Registry::put_activity(const ActivitySubject& subject, const ActivityTimes& times) {
  COS_TRY(const std::int64_t realm, realm_id(subject.realm));
  return database_.run(
      "INSERT INTO activity (realm, at, what, origin, top_level, algorithm, digest, size, count, day)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
      " ON CONFLICT (digest, algorithm, realm, origin, top_level, what, day)"
      " DO UPDATE SET at = max(at, excluded.at), count = count + excluded.count",
      realm, times.last, static_cast<std::int64_t>(subject.kind), subject.origin, subject.top_level,
      static_cast<std::int64_t>(subject.hash.algorithm()), subject.hash.digest(), times.size, times.count,
      times.last / kDayMs);
}

Status Registry::trim_activity(std::int64_t before, const ActivityLimits& limits) {
  COS_CHECK(database_.run("DELETE FROM activity WHERE at < ?1", before));
  const auto count = [this]() -> Result<std::size_t> {
    COS_TRY(const auto lines, database_.integer("SELECT count(*) FROM activity"));
    return static_cast<std::size_t>(lines.value_or(0));
  };
  COS_TRY(std::size_t lines, count());
  if (lines <= limits.refused) {
    return {};
  }
  COS_CHECK(
      database_.run("DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE what = ?1"
                    " ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?2)",
                    static_cast<std::int64_t>(ActivityKind::kRefused), limits.refused));
  COS_TRY(lines, count());
  if (lines <= limits.lines) {
    return {};
  }
  // The end of a host's name stands for its site: one of many hosts has no more than one of one.
  COS_CHECK(
      database_.run("DELETE FROM activity WHERE id IN (SELECT id FROM (SELECT id, at, row_number() OVER (PARTITION BY"
                    "   realm, substr(rtrim(iif(top_level = '', origin, top_level), '0123456789:'), -8)"
                    "   ORDER BY at DESC, id DESC) AS place FROM activity)"
                    " WHERE place > ?1 ORDER BY at, id LIMIT ?2)",
                    limits.of_site, lines - limits.lines));
  return database_.run(
      "DELETE FROM activity WHERE id IN (SELECT id FROM activity ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?1)",
      limits.lines);
}

Result<ActivityPage> Registry::activity(const Realm* realm, const std::optional<ActivityPlace>& before,
                                        std::size_t limit) {
  COS_TRY(const bool there, has_activity());
  if (!there) {
    return ActivityPage{};
  }
  COS_TRY(auto query,
          database_.query("SELECT activity.id, what, at, count, realm.name, origin, top_level, algorithm, digest, size"
                          " FROM activity JOIN realm ON realm.id = activity.realm"
                          " WHERE (?1 = '' OR realm.name = ?1) AND (at, activity.id) < (?2, ?3)"
                          " ORDER BY at DESC, activity.id DESC LIMIT ?4",
                          realm == nullptr ? std::string_view() : realm->name(), before ? before->at : INT64_MAX,
                          before ? before->id : INT64_MAX, std::min<std::size_t>(limit, INT32_MAX) + 1));
  COS_TRY(auto rows, sqlite::collect(std::move(query), read_activity));
  const bool more = rows.size() > limit;
  if (more) {
    rows.pop_back();
  }
  ActivityPage page;
  for (ActivityRow& row : rows) {
    page.lines.push_back(std::move(row.line));
  }
  if (more && !rows.empty()) {
    page.next = ActivityPlace{page.lines.back().at, rows.back().id};
  }
  return page;
}

Result<bool> Registry::is_erased(const Realm& realm, std::int64_t noted, std::int64_t now) {
  COS_TRY(const bool there, has_activity());
  if (!there) {
    return false;
  }
  COS_TRY(const auto at, database_.integer("SELECT max(at) FROM activity_erased WHERE realm IN"
                                           " (0, (SELECT id FROM realm WHERE name = ?1))",
                                           realm.name()));
  // Erased in the future: by a clock that went wrong and has been set right since.
  return at && noted < *at && *at <= now;
}

}  // namespace libcos
