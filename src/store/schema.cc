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

// Version 2: what is stored or granted in a cross-site frame knows the page it happened on; grants know whether
// the user had touched that page; budgets, the user's decisions and readers are kept.
constexpr const char* kVersion2 = R"sql(
DROP TRIGGER entry_removed;
DROP TRIGGER storing_origin_added;
DROP TRIGGER storing_origin_removed;
DROP TRIGGER storing_origin_gone;
DROP TRIGGER listed_origin_gone;

CREATE TABLE storing_origin_2 (
  entry      INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  realm      INTEGER NOT NULL REFERENCES realm (id),
  origin     INTEGER NOT NULL REFERENCES origin (id),
  site       INTEGER NOT NULL,  -- of the origin, repeated here for the index
  top_level  TEXT    NOT NULL,  -- the site of the page on which it was stored
  framed     INTEGER NOT NULL,  -- whether that is another site than the origin's
  stored_at  INTEGER NOT NULL,
  source_url TEXT,
  scope      INTEGER NOT NULL,  -- the widest that was declared: 0 same-site, 1 list, 2 global
  gesture    INTEGER NOT NULL,  -- whether the user has interacted with the page
  PRIMARY KEY (entry, realm, origin, top_level)
) WITHOUT ROWID;
INSERT INTO storing_origin_2
  SELECT s.entry, s.realm, s.origin, s.site, site.serialized, 0, s.stored_at, s.source_url, 0, 1
  FROM storing_origin AS s JOIN site ON site.id = s.site;
DROP TABLE storing_origin;
ALTER TABLE storing_origin_2 RENAME TO storing_origin;
CREATE INDEX storing_origin_by_site   ON storing_origin (entry, realm, site);
CREATE INDEX storing_origin_by_origin ON storing_origin (origin, realm, entry);
CREATE INDEX storing_origin_by_page   ON storing_origin (top_level);
-- Asked at every read by a page that the user has touched; nearly always empty.
CREATE INDEX storing_origin_untouched ON storing_origin (origin, realm, top_level) WHERE NOT gesture;

CREATE TABLE listed_origin_2 (
  entry     INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  realm     INTEGER NOT NULL REFERENCES realm (id),
  origin    INTEGER NOT NULL REFERENCES origin (id),
  top_level TEXT    NOT NULL,  -- the site of the page on which it was listed
  framed    INTEGER NOT NULL,  -- whether that is another site than that of the origin that listed it
  used      INTEGER NOT NULL,
  gesture   INTEGER NOT NULL,
  PRIMARY KEY (entry, realm, origin, top_level)
) WITHOUT ROWID;
INSERT INTO listed_origin_2 SELECT entry, realm, origin, '', 0, used, 1 FROM listed_origin;
DROP TABLE listed_origin;
ALTER TABLE listed_origin_2 RENAME TO listed_origin;
CREATE INDEX listed_origin_by_origin ON listed_origin (origin, realm, entry);
CREATE INDEX listed_origin_by_page   ON listed_origin (top_level);

ALTER TABLE listing ADD COLUMN global_gesture INTEGER NOT NULL DEFAULT 1;

CREATE TRIGGER entry_removed BEFORE DELETE ON entry BEGIN
  -- Here and not by the cascade: the charge needs the entry's size, which is gone by then.
  DELETE FROM storing_origin WHERE entry = OLD.id;
  UPDATE total SET entries = entries - 1, bytes = bytes - OLD.size;
END;
-- An origin is charged for an entry once, on however many pages it stored it.
CREATE TRIGGER storing_origin_added AFTER INSERT ON storing_origin
  WHEN NOT EXISTS (SELECT 1 FROM storing_origin AS other WHERE other.entry = NEW.entry AND other.realm = NEW.realm
                   AND other.origin = NEW.origin AND other.top_level <> NEW.top_level) BEGIN
  INSERT INTO usage VALUES (NEW.realm, NEW.origin, 1, (SELECT size FROM entry WHERE id = NEW.entry))
    ON CONFLICT (realm, origin) DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER storing_origin_removed BEFORE DELETE ON storing_origin
  WHEN NOT EXISTS (SELECT 1 FROM storing_origin AS other WHERE other.entry = OLD.entry AND other.realm = OLD.realm
                   AND other.origin = OLD.origin AND other.top_level <> OLD.top_level) BEGIN
  UPDATE usage SET entries = entries - 1, bytes = bytes - (SELECT size FROM entry WHERE id = OLD.entry)
    WHERE realm = OLD.realm AND origin = OLD.origin;
  DELETE FROM usage WHERE realm = OLD.realm AND origin = OLD.origin AND entries = 0;
END;
CREATE TRIGGER storing_origin_gone AFTER DELETE ON storing_origin BEGIN
  DELETE FROM origin WHERE id = OLD.origin AND NOT EXISTS (SELECT 1 FROM storing_origin WHERE origin = OLD.origin)
    AND NOT EXISTS (SELECT 1 FROM listed_origin WHERE origin = OLD.origin);
END;
CREATE TRIGGER listed_origin_gone AFTER DELETE ON listed_origin BEGIN
  DELETE FROM origin WHERE id = OLD.origin AND NOT EXISTS (SELECT 1 FROM storing_origin WHERE origin = OLD.origin)
    AND NOT EXISTS (SELECT 1 FROM listed_origin WHERE origin = OLD.origin);
END;

-- Each site reads through links of its own: how long a first read takes must not tell that another site has read.
CREATE TABLE link_2 (
  realm     INTEGER NOT NULL REFERENCES realm (id),
  digest    BLOB    NOT NULL,
  algorithm INTEGER NOT NULL,
  place     TEXT    NOT NULL,  -- stands for the site of the page
  path      TEXT    NOT NULL,
  inode     INTEGER NOT NULL,
  mtime     INTEGER NOT NULL,
  blob      INTEGER NOT NULL,
  used_at   INTEGER NOT NULL,
  PRIMARY KEY (realm, digest, algorithm, place)
) WITHOUT ROWID;
INSERT INTO link_2 SELECT realm, digest, algorithm, '', path, inode, mtime, blob, used_at FROM link;
DROP TABLE link;
ALTER TABLE link_2 RENAME TO link;
CREATE INDEX link_by_hash ON link (digest, algorithm);
CREATE INDEX link_by_use  ON link (realm, used_at);

-- What GREASE and the places of links are keyed with.
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- Lookup budgets: the account of a site, and the hashes whose answers it has paid for. Bits are in millionths.
CREATE TABLE lookup_account (
  realm        INTEGER NOT NULL REFERENCES realm (id),
  site         TEXT    NOT NULL,
  window_start INTEGER NOT NULL,
  month_start  INTEGER NOT NULL,
  counted      INTEGER NOT NULL,
  bits         INTEGER NOT NULL,
  month_bits   INTEGER NOT NULL,
  last         INTEGER NOT NULL,
  miss_after_miss INTEGER NOT NULL,
  hit_after_miss  INTEGER NOT NULL,
  miss_after_hit  INTEGER NOT NULL,
  hit_after_hit   INTEGER NOT NULL,
  still_missing   INTEGER NOT NULL,
  no_longer_missing INTEGER NOT NULL,
  PRIMARY KEY (realm, site)
) WITHOUT ROWID;
CREATE TABLE lookup (
  realm     INTEGER NOT NULL REFERENCES realm (id),
  site      TEXT    NOT NULL,
  digest    BLOB    NOT NULL,
  algorithm INTEGER NOT NULL,
  hit       INTEGER NOT NULL,
  answered  INTEGER NOT NULL,  -- when the answer was given or last looked at again
  used      INTEGER NOT NULL,
  PRIMARY KEY (realm, site, digest, algorithm)
) WITHOUT ROWID;

CREATE TABLE write_account (
  realm        INTEGER NOT NULL REFERENCES realm (id),
  site         TEXT    NOT NULL,
  window_start INTEGER NOT NULL,
  units        INTEGER NOT NULL,
  PRIMARY KEY (realm, site)
) WITHOUT ROWID;

-- Ask mode: 0 asked and not yet answered, 1 allowed, 2 blocked.
CREATE TABLE site_decision (
  realm    INTEGER NOT NULL REFERENCES realm (id),
  site     TEXT    NOT NULL,
  decision INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (realm, site)
) WITHOUT ROWID;

-- Who read an entry, for the user's eyes.
CREATE TABLE reader (
  entry      INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  realm      INTEGER NOT NULL REFERENCES realm (id),
  origin     TEXT    NOT NULL,
  disclosure INTEGER NOT NULL,
  first_at   INTEGER NOT NULL,
  last_at    INTEGER NOT NULL,
  PRIMARY KEY (entry, realm, origin)
) WITHOUT ROWID;
CREATE INDEX reader_by_origin ON reader (origin);
)sql";

// Version 3: what used to be walked over is looked up. Clearing a site looks for names that end in its host, by their
// last characters (host_key() in registry_clearing.cc says why these).
constexpr const char* kVersion3 = R"sql(
CREATE INDEX entry_by_size ON entry (size);
CREATE INDEX listing_by_realm ON listing (realm, entry);

CREATE INDEX origin_by_host ON origin (substr(rtrim(serialized, '0123456789:'), -8));
-- What is not framed was stored on pages of the origin's own site, and is found by the origin.
DROP INDEX storing_origin_by_page;
CREATE INDEX storing_origin_by_page ON storing_origin (substr(rtrim(top_level, '0123456789:'), -8), top_level)
  WHERE framed;
DROP INDEX listed_origin_by_page;
CREATE INDEX listed_origin_by_page ON listed_origin (substr(rtrim(top_level, '0123456789:'), -8), top_level);
DROP INDEX reader_by_origin;
CREATE INDEX reader_by_host ON reader (substr(rtrim(origin, '0123456789:'), -8), origin);
CREATE INDEX lookup_account_by_host ON lookup_account (substr(rtrim(site, '0123456789:'), -8));
CREATE INDEX write_account_by_host ON write_account (substr(rtrim(site, '0123456789:'), -8));
CREATE INDEX site_decision_by_host ON site_decision (substr(rtrim(site, '0123456789:'), -8));

-- Every process that looks something up first forgets old accounts.
CREATE INDEX lookup_account_by_age ON lookup_account (window_start);
CREATE INDEX write_account_by_age ON write_account (window_start);
)sql";

// Version 4: every page has a sum.
constexpr const char* kVersion4 = "";

// Version 5: the activity log, which the user can see, switch off and erase. Its indexes by host are as those of
// version 3.
constexpr const char* kVersion5 = R"sql(
CREATE TABLE activity (
  id        INTEGER PRIMARY KEY,
  realm     INTEGER NOT NULL REFERENCES realm (id),
  at        INTEGER NOT NULL,  -- the last time on its day
  what      INTEGER NOT NULL,  -- ActivityKind
  origin    TEXT    NOT NULL,  -- empty: the user, or the store itself
  top_level TEXT    NOT NULL,  -- the site of the page, when that is another than the origin's; else empty
  algorithm INTEGER NOT NULL,
  digest    BLOB    NOT NULL,
  size      INTEGER NOT NULL,  -- 0 for what was refused, whether or not it was there
  count     INTEGER NOT NULL,
  day       INTEGER NOT NULL,  -- since 1970: what happens again on it is the same line
  UNIQUE (digest, algorithm, realm, origin, top_level, what, day)
);
CREATE INDEX activity_by_time ON activity (at);
CREATE INDEX activity_by_host ON activity (substr(rtrim(origin, '0123456789:'), -8), origin);
CREATE INDEX activity_by_page ON activity (substr(rtrim(top_level, '0123456789:'), -8), top_level);

-- When something of it was last erased in a realm (0: in all): what other processes had noted by then and not yet
-- written is erased, too.
CREATE TABLE activity_erased (realm INTEGER PRIMARY KEY, at INTEGER NOT NULL);
)sql";

// kSteps[n] brings version n to version n + 1.
constexpr std::array<const char*, kSchemaVersion> kSteps{kVersion1, kVersion2, kVersion3, kVersion4, kVersion5};

Result<std::int64_t> pragma(sqlite::Database& database, std::string_view name) {
  COS_TRY(const auto value, database.integer("PRAGMA " + std::string(name)));
  return value.value_or(0);
}

tl::unexpected<Error> not_a_store() {
  return fail(ErrorCode::kCorrupt, "store.db is not a cos store.",
              "Point COS_HOME at another directory, or move the file away.");
}

Status lost_its_sums() {
  return fail(ErrorCode::kCorrupt, "store.db does not say any more that its pages have sums.",
              "Close your browsers and run `cos repair`: it keeps what can still be read.");
}

Status newer_store(std::int64_t version) {
  return fail(ErrorCode::kNewerStore,
              "The store has format " + std::to_string(version) + "; this cos knows formats up to " +
                  std::to_string(kSchemaVersion) + ".",
              "Update cos, or point COS_HOME at another directory.");
}

Status take_step(sqlite::Database& database, std::int64_t version) {
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(database));
  // Again under the lock: another process may have taken this step meanwhile.
  COS_TRY(const std::int64_t current, pragma(database, "user_version"));
  if (current != version) {
    return {};
  }
  COS_TRY(const std::int64_t application, pragma(database, "application_id"));
  COS_TRY(const auto tables, database.integer("SELECT count(*) FROM sqlite_schema"));
  if (version == 0 ? application != 0 || tables.value_or(0) != 0 : application != kApplicationId) {
    return not_a_store();  // some other program's database
  }
  COS_CHECK(database.execute(kSteps.at(static_cast<std::size_t>(version))));
  COS_CHECK(database.execute("PRAGMA application_id = " + std::to_string(kApplicationId) +
                             "; PRAGMA user_version = " + std::to_string(version + 1) + ";"));
  return transaction.commit();
}

// A step without which everything works.
Status take_optional_step(sqlite::Database& database, std::int64_t version) {
  if (version == kUnsummedVersion && !database.has_page_sums()) {
    COS_CHECK(database.add_page_sums());
  }
  return database.without_waiting([&] { return take_step(database, version); });
}

}  // namespace

Status migrate(sqlite::Database& database, int target) {
  while (true) {
    COS_TRY(const std::int64_t version, pragma(database, "user_version"));
    if (version > kSchemaVersion || version < 0) {
      return newer_store(version);
    }
    if (version == target) {
      COS_TRY(const std::int64_t application, pragma(database, "application_id"));
      if (application != kApplicationId) {
        return not_a_store();
      }
    }
    if (version > kUnsummedVersion && !database.has_page_sums()) {
      return lost_its_sums();
    }
    if (version == target) {
      return {};
    }
    if (version < kOldestUsableVersion) {
      COS_CHECK(take_step(database, version));
      continue;
    }
    const Status taken = take_optional_step(database, version);
    if (!taken) {
      // In use, or no room for it: another time.
      return taken.error().code == ErrorCode::kCorrupt ? taken : Status();
    }
  }
}

}  // namespace libcos
