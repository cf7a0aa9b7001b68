// Stores of any size, and what is in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "cos/store.h"

namespace libcos::scale {

// What fails here fails for good: a measurement that went on would measure something else.
[[noreturn]] void give_up(const std::string& message);

template <class T>
T need(Result<T> result) {
  if (!result) {
    give_up(result.error().message);
  }
  return std::move(*result);
}
inline void need(const Status& status) {
  if (!status) {
    give_up(status.error().message);
  }
}

inline constexpr std::size_t kEntriesOfASite = 10;
inline constexpr std::size_t kReaders = 50;  // origins that are on lists
inline constexpr std::int64_t kThen = 1'800'000'000'000;

const Realm& home_realm();

// The store's i-th entry: all that is needed to ask for it in each way.
struct Entry {
  std::size_t index;

  [[nodiscard]] std::string text() const { return "entry " + std::to_string(index); }
  [[nodiscard]] Hash hash() const;
  [[nodiscard]] std::size_t site_number() const { return index / kEntriesOfASite; }
  // As many names end in the same letters as do among real sites.
  [[nodiscard]] std::string site() const { return "site" + std::to_string(100'000 + site_number()) + ".com"; }
  [[nodiscard]] Origin storer() const;
  [[nodiscard]] Origin sibling() const;
  [[nodiscard]] Origin reader() const;    // on the entry's list
  [[nodiscard]] Origin stranger() const;  // neither stored it nor is listed
  // One in four is for everybody and on the Public Hash List, the others are for a list of one.
  [[nodiscard]] bool is_global() const { return index % 4 == 0; }
};

// What so many publications by a tenth as many origins leave behind, each entry read by one origin, and for each site
// a lookup account: rows by the registry's own code in transactions of many, and files without syncs. The entries
// with the highest numbers were read the longest ago.
void populate(const std::filesystem::path& directory, std::size_t entries);

// A store whose limits are not what is measured. They are computed and kept all the same.
Store open_without_limits(const std::filesystem::path& directory);

// Publishes `text` as a page of `origin` does.
void publish(Store& store, const Origin& origin, const std::string& text, const Scope& scope = Scope::same_site());

}  // namespace libcos::scale
