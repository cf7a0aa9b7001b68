#include "torture/invariants.h"

#include <algorithm>

#include "store/sqlite.h"
#include "support/store_words.h"

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;

std::string bytes_in(const Reader& reader) {
  std::string text(reader.size(), '\0');
  const auto count = reader.read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return count && *count == text.size() ? text : "unreadable";
}

// Every listed entry is whole, and the totals are theirs.
std::string broken_entry(Store& store) {
  const auto entries = store.list(std::nullopt, 1000);
  const auto totals = store.totals();
  if (!entries || !totals) {
    return "the entries cannot be listed: " + (entries ? totals.error() : entries.error()).message;
  }
  std::uint64_t bytes = 0;
  for (const EntryInfo& entry : *entries) {
    bytes += entry.size;
    const auto reader = store.open_entry(entry.hash);
    if (!reader) {
      if (store.stat(entry.hash)->has_value() && !(*store.stat(entry.hash))->damaged) {
        return "an entry cannot be read: " + reader.error().message;
      }
      continue;
    }
    if (hash_of(bytes_in(*reader)) != entry.hash) {
      return "an entry has other bytes than its hash says";
    }
  }
  if (totals->entries != entries->size() || totals->bytes != bytes) {
    return "the totals are wrong: " + std::to_string(totals->bytes) + " instead of " + std::to_string(bytes);
  }
  return "";
}

// No file without an entry, and none of an unfinished write.
std::string left_over(Store& store, const fs::path& directory) {
  const StorePaths paths(directory);
  if (!fs::is_empty(paths.incoming())) {
    return "incoming/ is not empty";
  }
  for (const auto& file : fs::recursive_directory_iterator(paths.blobs())) {
    if (!file.is_regular_file()) {
      continue;
    }
    const auto hash = Hash::parse("SHA-256", file.path().filename().string());
    const auto info = hash ? store.stat(*hash) : Result<std::optional<EntryInfo>>(std::nullopt);
    if (!info || !*info) {
      return "a blob has no entry: " + file.path().filename().string();
    }
  }
  return "";
}

std::string wrong_file(Store& store, const Scenario& scenario, bool acknowledged) {
  const auto stored = [&](const std::string& text) {
    const auto info = store.stat(hash_of(text));
    return info && info->has_value();
  };
  // Before the acknowledgement an operation has happened whole or not at all.
  const auto as_after = std::all_of(scenario.files.begin(), scenario.files.end(),
                                    [&](const Expectation& file) { return stored(file.text) == file.after; });
  const auto as_before = std::all_of(scenario.files.begin(), scenario.files.end(),
                                     [&](const Expectation& file) { return stored(file.text) == file.before; });
  const bool in_between =
      scenario.in_steps && std::all_of(scenario.files.begin(), scenario.files.end(), [&](const Expectation& file) {
        return stored(file.text) == file.before || stored(file.text) == file.after;
      });
  if (acknowledged ? !as_after : !(as_after || as_before || in_between)) {
    std::string seen;
    for (const Expectation& file : scenario.files) {
      seen += stored(file.text) ? " yes" : " no";
    }
    return "the wrong files are stored:" + seen;
  }
  return acknowledged && scenario.confirm ? scenario.confirm(store) : "";
}

std::string broken_database(const fs::path& directory) {
  auto database = sqlite::Database::open(directory / "store.db");
  if (!database) {
    return "the database cannot be opened";
  }
  auto query = database->query("PRAGMA integrity_check");
  if (!query) {
    return "the database cannot be checked";
  }
  const auto row = query->next();
  return row && *row && query->text(0) == "ok" ? "" : "the database is broken";
}

}  // namespace

std::string broken_invariant(const fs::path& directory, const Scenario& scenario, bool acknowledged) {
  {
    auto store = Store::open({directory, {}});
    if (!store) {
      return "the store cannot be opened: " + store.error().message;
    }
    for (const std::string& broken :
         {broken_entry(*store), wrong_file(*store, scenario, acknowledged), left_over(*store, directory),
          scenario.hold ? scenario.hold(*store, directory) : std::string()}) {
      if (!broken.empty()) {
        return broken;
      }
    }
  }
  return broken_database(directory);
}

}  // namespace libcos::torture
