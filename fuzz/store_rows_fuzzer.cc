// A store whose database was changed by somebody or something else. Each change is a table, a column, a row, a kind of
// value and the value; or bytes anywhere in the file. Whatever stands there, what is served has the hash that it is
// served under, and every operation ends.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cos/repair.h"
#include "cos/store.h"
#include "fuzz/support.h"
#include "store/paths.h"
#include "store/sqlite.h"
#include "support/store_words.h"
#include "support/temp_dir.h"

using libcos::bytes_of;
using libcos::hash_of;
using libcos::origin_of;
using libcos::profile;
using libcos::fuzz::require;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::size_t kMostChanges = 32;

libcos::StoreOptions options_for(const fs::path& directory) {
  return {directory, [] { return kNow; }};
}

// A small store with a row in most tables, made once.
class Template {
 public:
  Template() {
    auto store = libcos::Store::open(options_for(temp_.path() / "made")).value();
    for (const char* key : {"disk.reserve", "rate.reads", "rate.writes"}) {
      require(store.set_setting(key, "0").has_value(), "a setting can be set");
    }
    put(store, "one", libcos::Scope::global(), "https://a.test");
    put(store, "two", libcos::Scope::list({origin_of("https://b.test")}), "https://frame.test");
    put(store, "three", libcos::Scope::same_site(), "https://a.test");
    const std::string listed = hash_of("one").hex();
    require(store.install_hash_list("// ===BEGIN SHA-256===\n" + listed + "\n// ===END SHA-256===\n").has_value(),
            "a list can be installed");
    std::ofstream(link()) << "marker";
    const libcos::Hash hash = hash_of("one");
    require(store.hand_over(profile('a'), store.site_of(origin_of("https://a.test")), hash, link()).has_value(),
            "a file can be handed over");
    for (const char* asking : {"https://b.test", "https://c.test"}) {
      (void)store.request_read({profile('a'), origin_of(asking), std::nullopt, true, {}}, hash);
    }
    (void)store.decide_site(profile('a'), store.site_of(origin_of("https://b.test")), libcos::SiteDecision::kAllowed);
    remove_empty_shelves();
  }

  // A copy of it, whose files are the same ones.
  [[nodiscard]] fs::path fresh() const {
    const fs::path copy = temp_.path() / "copy";
    fs::remove_all(copy);
    fs::copy(temp_.path() / "made", copy, fs::copy_options::recursive | fs::copy_options::create_hard_links);
    fs::permissions(copy, fs::perms::owner_all);
    fs::remove(copy / "store.db");
    fs::copy_file(temp_.path() / "made" / "store.db", copy / "store.db");
    // What was done to the last copy may have removed it.
    fs::remove(link());
    fs::create_hard_link(libcos::StorePaths(copy).blob(hash_of("one")), link());
    return copy;
  }

 private:
  [[nodiscard]] fs::path link() const { return temp_.path() / "profile"; }

  static void put(libcos::Store& store, std::string_view text, const libcos::Scope& scope, const std::string& page) {
    const libcos::Hash hash = hash_of(text);
    auto writer = store.begin_write(
        {profile('a'), origin_of("https://a.test"), hash, scope, "https://a.test/x", origin_of(page)});
    require(writer && writer->append(bytes_of(text)) && writer->close(), "a file can be stored");
  }

  // Two hundred and fifty directories a copy, which are made again where they are needed.
  void remove_empty_shelves() const {
    for (const auto& algorithm : fs::directory_iterator(temp_.path() / "made" / "blobs")) {
      const std::vector<fs::path> shelves(fs::directory_iterator(algorithm), {});
      std::for_each(shelves.begin(), shelves.end(), [](const fs::path& shelf) {
        std::error_code not_empty;
        fs::remove(shelf, not_empty);
      });
    }
  }

  const libcos::TempDir temp_;
};

std::vector<std::string> column_of(libcos::sqlite::Database& database, const std::string& sql, int column) {
  auto query = database.query(sql);
  std::vector<std::string> all;
  while (query && query->next().value_or(false)) {
    all.push_back(query->text(column));
  }
  return all;
}

void change_row(libcos::sqlite::Database& database, libcos::fuzz::Cutter& input) {
  const auto tables = column_of(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", 0);
  if (tables.empty()) {
    return;
  }
  const std::string table = tables[input.byte() % tables.size()];
  const auto columns = column_of(database, "PRAGMA table_info(" + table + ")", 1);
  const std::string column = columns.empty() ? "rowid" : columns[input.byte() % columns.size()];
  const std::uint8_t row = input.byte();
  const std::string sql = "UPDATE OR IGNORE " + table + " SET " + column + " = ?1 WHERE " + column + " IS (SELECT " +
                          column + " FROM " + table + " LIMIT 1 OFFSET ?2)";
  switch (input.byte() % 4) {
    case 0:
      (void)database.run(sql, static_cast<std::int64_t>(input.number()), std::int64_t{row});
      break;
    case 1:
      (void)database.run(sql, input.line(), std::int64_t{row});
      break;
    case 2:
      (void)database.run(sql, input.bytes(input.byte()), std::int64_t{row});
      break;
    default:
      // The same bytes as another kind of value, as a flipped bit makes them.
      (void)database.run(
          "UPDATE OR IGNORE " + table + " SET " + column + " = CAST(" + column + " AS BLOB) WHERE ?1 = ?1",
          std::int64_t{row});
  }
}

void change_bytes(const fs::path& file, libcos::fuzz::Cutter& input) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::uint64_t size = fs::file_size(file);
  stream.seekp(static_cast<std::streamoff>(input.number() % size));
  const auto bytes = input.bytes(1U + input.byte() % 16U);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void change(const fs::path& directory, libcos::fuzz::Cutter& input) {
  {
    auto database = libcos::sqlite::Database::open(directory / "store.db");
    require(database && database->execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"),
            "the copy can be changed");
    for (std::size_t i = 0; i < kMostChanges && !input.empty(); ++i) {
      if (input.byte() == 0xff) {
        break;
      }
      change_row(*database, input);
    }
  }
  for (std::size_t i = 0; i < kMostChanges && !input.empty(); ++i) {
    change_bytes(directory / "store.db", input);
  }
}

void check_bytes(libcos::Store& store, const libcos::Hash& hash) {
  const auto reader = store.open_entry(hash);
  if (!reader) {
    return;
  }
  require(reader->size() <= 1U << 20U, "no entry is larger than its file");
  std::vector<std::uint8_t> bytes(reader->size());
  const auto got = reader->read(0, bytes);
  require(got && *got == bytes.size() &&
              hash_of(libcos::fuzz::text_of(bytes.data(), bytes.size()), hash.algorithm()) == hash,
          "what is served has the hash that it is served under");
}

void look_at(libcos::Store& store, const libcos::Hash& hash) {
  (void)store.stat(hash);
  (void)store.history(hash);
  (void)store.pin(hash, true);
  for (const char* asking : {"https://a.test", "https://b.test", "https://c.test"}) {
    const libcos::Caller caller{profile('a'), origin_of(asking), std::nullopt, true, {}};
    (void)store.explain_read(caller, hash);
    (void)store.request_read(caller, hash);
    (void)store.current_link(profile('a'), store.site_of(origin_of(asking)), hash);
  }
  check_bytes(store, hash);
  (void)store.verify(hash, {});
  check_bytes(store, hash);
}

void use(libcos::Store& store) {
  for (const char* text : {"one", "two", "three"}) {
    look_at(store, hash_of(text));
  }
  if (const auto entries = store.list(std::nullopt, 100)) {
    for (const libcos::EntryInfo& entry : *entries) {
      look_at(store, entry.hash);
    }
  }
  (void)store.match("a", 10);
  (void)store.totals();
  (void)store.realms();
  (void)store.settings();
  (void)store.site_decisions();
  (void)store.activity(std::nullopt, std::nullopt, 100);
  (void)store.hash_list();
  (void)store.sweep_links();
  (void)store.check_registry();
  std::optional<libcos::Hash> after;
  for (std::size_t steps = 0;; ++steps) {
    require(steps < 1000, "a walk over the entries ends");
    const auto step = store.next_unverified(after, kNow + 1);
    if (!step || !step->after) {
      break;
    }
    after = step->after;
  }
  if (const auto adopted = store.adopt_orphans()) {
    std::for_each(adopted->begin(), adopted->end(), [&](const libcos::Hash& hash) { check_bytes(store, hash); });
  }
  (void)store.collect_orphans();
  (void)store.evict_to(2, true);
  (void)store.evict_to(3, false);
  (void)store.clear_site("a.test", profile('a'));
  (void)store.clear_all(std::nullopt);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Template made;
  const fs::path directory = made.fresh();
  libcos::fuzz::Cutter input(data, size);
  change(directory, input);
  if (auto store = libcos::Store::open(options_for(directory))) {
    use(*store);
  }
  // The same once more, mended as far as can be.
  const fs::path again = made.fresh();
  libcos::fuzz::Cutter same_input(data, size);
  change(again, same_input);
  if (libcos::rebuild_registry(options_for(again))) {
    auto store = libcos::Store::open(options_for(again));
    require(store.has_value(), "a registry that was rebuilt can be opened");
    const auto complaints = store->check_registry();
    require(complaints && complaints->empty(), "and nothing is wrong with it");
    use(*store);
  }
  return 0;
}
