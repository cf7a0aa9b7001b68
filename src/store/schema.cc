#include "store/schema.h"

#include <array>
#include <string>

#include "base/try.h"

namespace libcos {
namespace {

constexpr std::int64_t kApplicationId = 0x434f5331;  // "COS1"

// Totals are kept by triggers, so that no path that adds or removes a row can forget them.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE entry (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: other processes remember ids
  algorithm   INTEGER NOT NULL,
  digest      BLOB    NOT NULL,
  size        INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  last_read   INTEGER NOT NULL,
  pinned      INTEGER NOT NULL DEFAULT 0,
  damaged     INTEGER NOT NULL DEFAULT 0,
  file_inode  INTEGER NOT NULL,
  file_mtime  INTEGER NOT NULL,
  verified_at INTEGER NOT NULL,
  tree_root   BLOB    NOT NULL,
  UNIQUE (digest, algorithm)
);
CREATE INDEX entry_by_last_read ON entry (last_read, digest);

CREATE TABLE hash_tree (
  entry  INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  leaves BLOB NOT NULL
);

CREATE TABLE realm  (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE site   (id INTEGER PRIMARY KEY, serialized TEXT NOT NULL UNIQUE);
CREATE TABLE origin (id INTEGER PRIMARY KEY, serialized TEXT NOT NULL UNIQUE,
                     site INTEGER NOT NULL REFERENCES site (id));
CREATE INDEX origin_by_site ON origin (site);

-- One row for each realm that has the entry.
CREATE TABLE listing (
  entry                INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  realm                INTEGER NOT NULL REFERENCES realm (id),
  globally_disclosable INTEGER NOT NULL DEFAULT 0,
  manual               INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (entry, realm)
) WITHOUT ROWID;

CREATE TABLE storing_origin (
  entry      INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  realm      INTEGER NOT NULL REFERENCES realm (id),
  origin     INTEGER NOT NULL REFERENCES origin (id),
  site       INTEGER NOT NULL,  -- of the origin, repeated here for the index
  stored_at  INTEGER NOT NULL,
  source_url TEXT,
  PRIMARY KEY (entry, realm, origin)
) WITHOUT ROWID;
CREATE INDEX storing_origin_by_site   ON storing_origin (entry, realm, site);
CREATE INDEX storing_origin_by_origin ON storing_origin (origin, realm, entry);

CREATE TABLE listed_origin (
  entry  INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  realm  INTEGER NOT NULL REFERENCES realm (id),
  origin INTEGER NOT NULL REFERENCES origin (id),
  used   INTEGER NOT NULL,
  PRIMARY KEY (entry, realm, origin)
) WITHOUT ROWID;
CREATE INDEX listed_origin_by_origin ON listed_origin (origin, realm, entry);

-- Every storing origin is charged an entry's full size; the machine's total counts it once.
CREATE TABLE usage (
  realm   INTEGER NOT NULL,
  origin  INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  bytes   INTEGER NOT NULL,
  PRIMARY KEY (realm, origin)
) WITHOUT ROWID;
CREATE TABLE total (id INTEGER PRIMARY KEY CHECK (id = 1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO total VALUES (1, 0, 0);

CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
  UPDATE total SET entries = entries + 1, bytes = bytes + NEW.size;
END;
CREATE TRIGGER entry_removed BEFORE DELETE ON entry BEGIN
  -- Here and not by the cascade: the charge needs the entry's size, which is gone by then.
  DELETE FROM storing_origin WHERE entry = OLD.id;
  UPDATE total SET entries = entries - 1, bytes = bytes - OLD.size;
END;
CREATE TRIGGER storing_origin_added AFTER INSERT ON storing_origin BEGIN
  INSERT INTO usage VALUES (NEW.realm, NEW.origin, 1, (SELECT size FROM entry WHERE id = NEW.entry))
    ON CONFLICT (realm, origin) DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER storing_origin_removed BEFORE DELETE ON storing_origin BEGIN
  UPDATE usage SET entries = entries - 1, bytes = bytes - (SELECT size FROM entry WHERE id = OLD.entry)
    WHERE realm = OLD.realm AND origin = OLD.origin;
  DELETE FROM usage WHERE realm = OLD.realm AND origin = OLD.origin AND entries = 0;
END;

-- An origin that no entry names any more is forgotten with the last one: nothing may tell that it was here.
CREATE TRIGGER storing_origin_gone AFTER DELETE ON storing_origin BEGIN
  DELETE FROM origin WHERE id = OLD.origin AND NOT EXISTS (SELECT 1 FROM storing_origin WHERE origin = OLD.origin)
    AND NOT EXISTS (SELECT 1 FROM listed_origin WHERE origin = OLD.origin);
END;
CREATE TRIGGER listed_origin_gone AFTER DELETE ON listed_origin BEGIN
  DELETE FROM origin WHERE id = OLD.origin AND NOT EXISTS (SELECT 1 FROM storing_origin WHERE origin = OLD.origin)
    AND NOT EXISTS (SELECT 1 FROM listed_origin WHERE origin = OLD.origin);
END;
CREATE TRIGGER origin_gone AFTER DELETE ON origin BEGIN
  DELETE FROM site WHERE id = OLD.site AND NOT EXISTS (SELECT 1 FROM origin WHERE site = OLD.site);
END;

-- Blobs whose row is gone and whose file may not be: the next start removes them.
CREATE TABLE doomed_blob (
  digest    BLOB    NOT NULL,
  algorithm INTEGER NOT NULL,
  PRIMARY KEY (digest, algorithm)
) WITHOUT ROWID;

-- Hand-over links in browser profiles. No reference to entry: a link outlives its row until it is removed.
CREATE TABLE link (
  realm     INTEGER NOT NULL REFERENCES realm (id),
  digest    BLOB    NOT NULL,
  algorithm INTEGER NOT NULL,
  path      TEXT    NOT NULL,
  inode     INTEGER NOT NULL,
  mtime     INTEGER NOT NULL,
  blob      INTEGER NOT NULL,
  used_at   INTEGER NOT NULL,
  PRIMARY KEY (realm, digest, algorithm)
) WITHOUT ROWID;
CREATE INDEX link_by_hash ON link (digest, algorithm);
CREATE INDEX link_by_use  ON link (realm, used_at);
)sql";

// kSteps[n] brings version n to version n + 1.
constexpr std::array<const char*, kSchemaVersion> kSteps{kVersion1};

Result<std::int64_t> pragma(sqlite::Database& database, std::string_view name) {
  COS_TRY(const auto value, database.integer("PRAGMA " + std::string(name)));
  return value.value_or(0);
}

tl::unexpected<Error> not_a_store() {
  return fail(ErrorCode::kCorrupt, "store.db is not a cos store.",
              "Point COS_HOME at another directory, or move the file away.");
}

}  // namespace

Status migrate(sqlite::Database& database) {
  while (true) {
    COS_TRY(const std::int64_t version, pragma(database, "user_version"));
    if (version == kSchemaVersion) {
      COS_TRY(const std::int64_t application, pragma(database, "application_id"));
      if (application != kApplicationId) {
        return not_a_store();
      }
      return {};
    }
    if (version > kSchemaVersion || version < 0) {
      return fail(ErrorCode::kNewerStore,
                  "The store has format " + std::to_string(version) + "; this cos knows formats up to " +
                      std::to_string(kSchemaVersion) + ".",
                  "Update cos, or point COS_HOME at another directory.");
    }
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(database));
    // Again under the lock: another process may have taken this step meanwhile.
    COS_TRY(const std::int64_t current, pragma(database, "user_version"));
    if (current == version) {
      COS_TRY(const std::int64_t application, pragma(database, "application_id"));
      COS_TRY(const auto tables, database.integer("SELECT count(*) FROM sqlite_schema"));
      if (version == 0 && (application != 0 || tables.value_or(0) != 0)) {
        return not_a_store();  // some other program's database
      }
      COS_CHECK(database.execute(kSteps.at(static_cast<std::size_t>(version))));
      COS_CHECK(database.execute("PRAGMA application_id = " + std::to_string(kApplicationId) +
                                 "; PRAGMA user_version = " + std::to_string(version + 1) + ";"));
      COS_CHECK(transaction.commit());
    }
  }
}

}  // namespace libcos
