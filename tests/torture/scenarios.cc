#include "torture/scenarios.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "base/files.h"
#include "base/try.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "support/page_sums.h"
#include "support/store_words.h"

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
const std::string kC = "https://c.test";

// Large enough for several writes each.
std::string text_of(const std::string& word, std::size_t size = 40'000) {
  std::string text;
  while (text.size() < size) {
    text += word + ' ' + std::to_string(text.size()) + '\n';
  }
  text.resize(size);
  return text;
}

const std::string kAlpha = text_of("alpha");
const std::string kBeta = text_of("beta");
const std::string kManual = text_of("manual");
const std::string kFresh = text_of("fresh", 200'000);
const std::vector<std::string> kLarge = {text_of("one", 300'000), text_of("two", 300'000), text_of("three", 300'000)};

Result<Store> open(const fs::path& directory) { return Store::open({directory, {}}); }

Status put(Store& store, const std::string& origin, const std::string& text, const Scope& scope) {
  COS_TRY(Writer writer, store.begin_write({profile('a'), origin_of(origin), hash_of(text), scope}));
  for (std::size_t from = 0; from < text.size(); from += 64 * 1024) {
    COS_CHECK(writer.append(bytes_of(text).subspan(from, std::min<std::size_t>(64 * 1024, text.size() - from))));
  }
  COS_TRY(const Published published, writer.close());
  (void)published;
  return {};
}

Status settle(Store& store) {
  for (const char* key : {"disk.reserve", "rate.reads", "rate.writes", "write.files", "grease.percent"}) {
    COS_CHECK(store.set_setting(key, "0"));
  }
  return {};
}

Status prepare_files(const fs::path& directory) {
  COS_TRY(Store store, open(directory));
  COS_CHECK(settle(store));
  COS_CHECK(put(store, kA, kAlpha, Scope::global()));
  COS_CHECK(put(store, kB, kBeta, Scope::list({origin_of(kC)})));
  COS_TRY(Writer writer, store.begin_add(Realm::local(), HashAlgorithm::kSha256, Scope::global()));
  COS_CHECK(writer.append(bytes_of(kManual)));
  COS_TRY(const Published published, writer.close());
  return store.pin(published.hash, true);
}

Status prepare_full(const fs::path& directory) {
  COS_TRY(Store store, open(directory));
  COS_CHECK(settle(store));
  COS_CHECK(store.set_setting("budget.ceiling", "1MiB"));
  COS_CHECK(store.set_setting("budget.origin-percent", "100"));
  for (const std::string& text : kLarge) {
    COS_CHECK(put(store, kA, text, Scope::same_site()));
  }
  return {};
}

Status prepare_nothing(const fs::path&) { return {}; }

Status prepare_old_format(const fs::path& directory) {
  fs::create_directories(directory);
  fs::permissions(directory, fs::perms::owner_all);
  if (!make_without_page_sums(directory / "store.db")) {
    return fail(ErrorCode::kIo, "The store of an older format could not be made.");
  }
  COS_TRY(auto database, sqlite::Database::open(directory / "store.db"));
  COS_CHECK(migrate(database, 1));
  return database.execute(
      "INSERT INTO realm VALUES (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');"
      "INSERT INTO site VALUES (1, 'https://a.test');"
      "INSERT INTO origin VALUES (1, 'https://a.test', 1);");
}

// A process that was killed has left a log, and in it what is durable.
Status prepare_killed(const fs::path& directory) {
  COS_CHECK(prepare_files(directory));
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = open(directory);
    ::_exit(store && store->set_setting("lookup.hashes", "5") ? 0 : 1);  // closes nothing
  }
  int status = 0;
  const bool done = ::waitpid(child, &status, 0) == child && status == 0;
  return done && fs::exists(directory / "store.db-wal") ? Status() : fail(ErrorCode::kIo, "No log was left.");
}

// Brings the log home and begins it anew, and that twice.
Status begin_log_anew(const fs::path& directory) {
  COS_TRY(auto database, sqlite::Database::open(directory / "store.db"));
  for (const int value : {6, 7, 8, 9}) {
    if (value % 2 == 0) {
      COS_TRY(const auto busy, database.integer("PRAGMA wal_checkpoint(RESTART)"));
      (void)busy;
    }
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(database));
    COS_CHECK(database.run("INSERT OR REPLACE INTO setting VALUES ('lookup.hashes', ?1)", std::to_string(value)));
    COS_CHECK(transaction.commit());
  }
  return {};
}

Status prepare_damaged(const fs::path& directory) {
  COS_CHECK(prepare_files(directory));
  const fs::path path = StorePaths(directory).blob(hash_of(kBeta));
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  std::fstream blob(path, std::ios::in | std::ios::out | std::ios::binary);
  blob.seekp(1234);
  blob.put('!');
  return blob ? Status() : fail(ErrorCode::kIo, "The blob could not be damaged.");
}

std::vector<Expectation> base_files(bool alpha, bool beta, bool manual) {
  return {{kAlpha, true, alpha}, {kBeta, true, beta}, {kManual, true, manual}};
}

// With the store that an action needs.
auto on_store(std::function<Status(Store&)> action) {
  return [action = std::move(action)](const fs::path& directory) -> Status {
    COS_TRY(Store store, open(directory));
    return action(store);
  };
}

std::string finds(Store& store, const std::string& origin, const std::string& text, bool expected = true) {
  const auto found = store.request_read({profile('a'), origin_of(origin)}, hash_of(text));
  if (!found) {
    return "reading failed: " + found.error().message;
  }
  return found->has_value() == expected ? "" : origin + (expected ? " does not find it" : " still finds it");
}

std::string list_of(const std::string& version, const std::string& text) {
  return "// VERSION: " + version + "\n// COMMIT: test\n\n// ===BEGIN SHA-256===\n" + hash_of(text).hex() +
         "\n// ===END SHA-256===\n";
}

std::vector<Scenario> make_writes() {
  std::vector<Scenario> all;
  auto with = [](std::vector<Expectation> files, Expectation more) {
    files.push_back(std::move(more));
    return files;
  };
  all.push_back({"create", prepare_nothing, on_store([](Store&) { return Status(); }), {}, {}});
  all.push_back({"write", prepare_files,
                 on_store([](Store& store) { return put(store, kC, kFresh, Scope::list({origin_of(kA)})); }),
                 with(base_files(true, true, true), {kFresh, false, true}),
                 [](Store& store) { return finds(store, kC, kFresh) + finds(store, kA, kFresh); }});
  all.push_back({"write again", prepare_files,
                 on_store([](Store& store) { return put(store, kC, kAlpha, Scope::list({origin_of(kB)})); }),
                 base_files(true, true, true),
                 [](Store& store) { return finds(store, kC, kAlpha) + finds(store, kB, kAlpha); }});
  all.push_back({"write in parts", prepare_files, on_store([](Store& store) -> Status {
                   COS_TRY(Writer writer, store.begin_write({profile('a'), origin_of(kC), hash_of(kFresh)}));
                   const auto bytes = bytes_of(kFresh);
                   COS_CHECK(writer.write(150'000, bytes.subspan(150'000)));
                   COS_CHECK(writer.truncate(180'000));
                   COS_CHECK(writer.write(0, bytes.first(150'000)));
                   COS_CHECK(writer.write(180'000, bytes.subspan(180'000)));
                   COS_TRY(const Published published, writer.close());
                   (void)published;
                   return {};
                 }),
                 with(base_files(true, true, true), {kFresh, false, true}),
                 [](Store& store) { return finds(store, kC, kFresh); }});
  all.push_back({"write and evict",
                 prepare_full,
                 on_store([](Store& store) { return put(store, kB, kFresh, Scope::same_site()); }),
                 {{kLarge[0], true, false}, {kLarge[1], true, true}, {kLarge[2], true, true}, {kFresh, false, true}},
                 [](Store& store) { return finds(store, kB, kFresh); }});
  return all;
}

std::vector<Scenario> make_removals() {
  std::vector<Scenario> all;
  all.push_back({"remove",
                 prepare_files,
                 on_store([](Store& store) -> Status {
                   COS_TRY(const bool removed, store.remove(hash_of(kBeta)));
                   (void)removed;
                   return {};
                 }),
                 base_files(true, false, true),
                 {}});
  all.push_back({"clear a site",
                 prepare_files,
                 on_store([](Store& store) -> Status {
                   COS_TRY(const ClearReport report, store.clear_site("a.test", std::nullopt));
                   (void)report;
                   return {};
                 }),
                 base_files(false, true, true),
                 {},
                 {},
                 true});
  all.push_back({"clear everything",
                 prepare_files,
                 on_store([](Store& store) -> Status {
                   COS_TRY(const ClearReport report, store.clear_all(std::nullopt));
                   (void)report;
                   return {};
                 }),
                 base_files(false, false, false),
                 {},
                 {},
                 true});
  all.push_back({"evict",
                 prepare_files,
                 on_store([](Store& store) -> Status {
                   COS_TRY(const auto gone, store.evict_to(0, false));
                   (void)gone;
                   return {};
                 }),
                 base_files(false, false, true),
                 {}});
  all.push_back({"quarantine",
                 prepare_damaged,
                 on_store([](Store& store) -> Status {
                   COS_TRY(const VerifyOutcome outcome, store.verify(hash_of(kBeta), {}));
                   return outcome == VerifyOutcome::kIntact ? fail(ErrorCode::kData, "The damage was not seen.")
                                                            : Status();
                 }),
                 {{kAlpha, true, true}, {kManual, true, true}},
                 [](Store& store) -> std::string {
                   return store.open_entry(hash_of(kBeta)) ? "a damaged entry is served" : "";
                 }});
  return all;
}

// A file of the browser's, in a profile that lies where faults strike.
fs::path place_in_profile(const fs::path& directory, const char* name = "1") {
  return directory / "profile" / "000" / name;
}

Site page_of(Store& store) { return store.site_of(origin_of(kA)); }

Status prepare_profile(const fs::path& directory) {
  COS_CHECK(prepare_files(directory));
  const fs::path place = place_in_profile(directory);
  fs::create_directories(place.parent_path());
  std::ofstream(place) << "marker";
  return {};
}

Status hand_over_to(Store& store, const std::string& text, const fs::path& place) {
  if (!fs::exists(place)) {
    std::ofstream(place) << "marker";  // as the extension does when its file is gone
  }
  return store.hand_over(profile('a'), page_of(store), hash_of(text), place);
}

Status hand_over(Store& store) { return hand_over_to(store, kAlpha, place_in_profile(store.directory())); }

Status prepare_linked(const fs::path& directory) {
  COS_CHECK(prepare_profile(directory));
  COS_TRY(Store store, open(directory));
  return hand_over(store);
}

Status prepare_bounded(const fs::path& directory) {
  COS_CHECK(prepare_linked(directory));
  std::ofstream(place_in_profile(directory, "2")) << "marker";
  COS_TRY(Store store, open(directory));
  return store.set_setting("handover.links", "1");
}

// As when its entry went while the profile could not be reached.
Status prepare_stale(const fs::path& directory) {
  COS_CHECK(prepare_linked(directory));
  COS_TRY(sqlite::Database database, sqlite::Database::open(directory / "store.db"));
  return database.execute("UPDATE link SET digest = zeroblob(32)");
}

// Names below the profile that give a file of the store, other than the link's own and the one that it has while it is
// made.
bool is_link(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), {}) != "marker";
}

// No name in the profile gives a file of the store that the store does not know of: it would stay when the entry goes.
std::string unknown_link(const fs::path& directory) {
  auto database = sqlite::Database::open(directory / "store.db");
  if (!database) {
    return "the database cannot be opened";
  }
  for (const auto& file : fs::recursive_directory_iterator(directory / "profile")) {
    const std::string path = file.path();
    const std::string name = file.path().filename();
    const std::string whole = file.path().parent_path() / (name.starts_with(".cos-") ? name.substr(5) : name);
    if (!file.is_regular_file() || !is_link(path)) {
      continue;
    }
    const auto row = database->integer("SELECT 1 FROM link WHERE path = ?1", whole);
    if (!row || !*row) {
      return "a link that nobody knows of: " + path;
    }
  }
  return "";
}

// Whether the linked file is the one that the store remembers. On a replayed disk it has another number, and the store
// leaves it alone.
bool is_remembered(const fs::path& directory) {
  auto database = sqlite::Database::open(directory / "store.db");
  if (!database) {
    return false;
  }
  const auto known = database->integer("SELECT inode FROM link");
  struct stat status {};
  return known && *known && ::stat(place_in_profile(directory).c_str(), &status) == 0 &&
         **known == static_cast<std::int64_t>(status.st_ino);
}

std::string links_hold(Store& store, const fs::path& directory) {
  if (std::string unknown = unknown_link(directory); !unknown.empty() || !is_remembered(directory)) {
    return unknown;
  }
  // As a host does when it starts.
  if (const Status swept = store.sweep_links(); !swept) {
    return "links cannot be swept: " + swept.error().message;
  }
  return unknown_link(directory);
}

// The same for links that are removed without a look at the blob. The numbers that files have on a replayed disk become
// those that the store remembers, as they are on one that comes back: else it would leave the files alone.
std::string links_are_known(Store&, const fs::path& directory) {
  std::string unknown = unknown_link(directory);
  auto database = sqlite::Database::open(directory / "store.db");
  for (const char* name : {"1", "2"}) {
    const fs::path place = place_in_profile(directory, name);
    if (const auto status = stat_of(place); unknown.empty() && status && database) {
      const Status noted = database->run("UPDATE link SET inode = ?2, mtime = ?3 WHERE path = ?1", place.string(),
                                         static_cast<std::int64_t>(status->st_ino), mtime_ns(*status));
      unknown = noted ? unknown : noted.error().message;
    }
  }
  return unknown;
}

std::vector<Scenario> make_links() {
  std::vector<Scenario> all;
  all.push_back({"hand over", prepare_profile, on_store(hand_over), base_files(true, true, true),
                 [](Store& store) -> std::string {
                   const auto link = store.current_link(profile('a'), page_of(store), hash_of(kAlpha));
                   return link && (*link || !is_remembered(store.directory())) ? "" : "the link is not current";
                 },
                 links_hold});
  all.push_back({"remove what is linked",
                 prepare_linked,
                 on_store([](Store& store) -> Status {
                   COS_TRY(const bool removed, store.remove(hash_of(kAlpha)));
                   (void)removed;
                   return {};
                 }),
                 base_files(false, true, true),
                 {},
                 links_hold});
  all.push_back(
      {"hand over one too many",
       prepare_bounded,
       on_store([](Store& store) { return hand_over_to(store, kBeta, place_in_profile(store.directory(), "2")); }),
       base_files(true, true, true),
       {},
       links_are_known});
  all.push_back({"sweep links",
                 prepare_stale,
                 on_store([](Store& store) { return store.sweep_links(); }),
                 base_files(true, true, true),
                 {},
                 links_are_known});
  return all;
}

std::vector<Scenario> make_others() {
  std::vector<Scenario> all;
  all.push_back({"pin", prepare_files, on_store([](Store& store) { return store.pin(hash_of(kAlpha), true); }),
                 base_files(true, true, true), [](Store& store) -> std::string {
                   const auto info = store.stat(hash_of(kAlpha));
                   return info && *info && (*info)->pinned ? "" : "it is not pinned";
                 }});
  all.push_back({"change a setting", prepare_files,
                 on_store([](Store& store) { return store.set_setting("lookup.hashes", "7"); }),
                 base_files(true, true, true), [](Store& store) -> std::string {
                   const auto setting = store.setting("lookup.hashes");
                   return setting && setting->value == "7" ? "" : "the setting is not there";
                 }});
  all.push_back({"begin the log anew", prepare_killed, begin_log_anew, base_files(true, true, true),
                 [](Store& store) -> std::string {
                   const auto setting = store.setting("lookup.hashes");
                   return setting && setting->value == "9" ? "" : "the last setting is not there";
                 }});
  all.push_back({"read", prepare_files, on_store([](Store& store) -> Status {
                   COS_TRY(const auto found, store.request_read({profile('a'), origin_of(kC)}, hash_of(kBeta)));
                   return found ? Status() : fail(ErrorCode::kNotFound, "A listed origin does not find its file.");
                 }),
                 base_files(true, true, true), [](Store& store) { return finds(store, kC, kBeta); }});
  all.push_back({"install a list", prepare_files, on_store([](Store& store) -> Status {
                   COS_TRY(const HashListInfo info, store.install_hash_list(list_of("new", kAlpha)));
                   (void)info;
                   return {};
                 }),
                 base_files(true, true, true), [](Store& store) -> std::string {
                   return store.on_public_hash_list(hash_of(kAlpha)) ? "" : "the list is not in force";
                 }});
  all.push_back({"roll a list back",
                 [](const fs::path& directory) -> Status {
                   COS_CHECK(prepare_files(directory));
                   COS_TRY(Store store, open(directory));
                   COS_TRY(const HashListInfo first, store.install_hash_list(list_of("old", kBeta)));
                   COS_TRY(const HashListInfo second, store.install_hash_list(list_of("new", kAlpha)));
                   (void)first;
                   (void)second;
                   return {};
                 },
                 on_store([](Store& store) -> Status {
                   // Going back twice would be going forward.
                   if (store.on_public_hash_list(hash_of(kBeta))) {
                     return {};
                   }
                   COS_TRY(const HashListInfo info, store.roll_back_hash_list());
                   (void)info;
                   return {};
                 }),
                 base_files(true, true, true),
                 [](Store& store) -> std::string {
                   return store.on_public_hash_list(hash_of(kBeta)) ? "" : "the old list is not in force";
                 }});
  all.push_back({"migrate", prepare_old_format, on_store([](Store&) { return Status(); }), {}, {}});
  return all;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> made = make_writes();
    for (auto make : {make_removals, make_links, make_others}) {
      for (Scenario& scenario : make()) {
        made.push_back(std::move(scenario));
      }
    }
    return made;
  }();
  return all;
}

}  // namespace libcos::torture
