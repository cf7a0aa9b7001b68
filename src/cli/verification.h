// Reading entries again, for `cos verify` and `cos repair`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cos/cos.h"

namespace libcos::cli {

// An entry whose bytes are lost, and what helps to get them again.
struct Loss {
  EntryInfo entry;
  std::string name;               // where the Public Hash List has one
  std::vector<std::string> urls;  // the file was downloaded from there, as sites said
};

// An entry whose file the system did not give: a broken disk, or a file that somebody made unreadable. It may be sound.
struct Unreadable {
  Hash hash;
  std::string why;
};

struct Verification {
  std::uint64_t intact = 0;
  std::uint64_t bytes = 0;
  std::vector<Hash> mended;
  std::vector<Loss> damaged;
  std::vector<Loss> missing;
  std::vector<Unreadable> unreadable;

  [[nodiscard]] bool found_all_intact() const { return damaged.empty() && missing.empty() && unreadable.empty(); }
  [[nodiscard]] bool found_nothing() const { return intact == 0 && found_all_intact(); }
};

// Reads all entries, with a progress bar. After an error `found` has what was found before it.
Status verify_all(Store& store, Verification& found);
Status verify_some(Store& store, const std::vector<Hash>& hashes, Verification& found);

void print(const Verification& verification);
nlohmann::ordered_json names(const std::vector<Hash>& hashes);
nlohmann::ordered_json hashes_of(const std::vector<Loss>& losses);
nlohmann::ordered_json to_json(const std::vector<Unreadable>& entries);
// With names, sizes, sites and addresses.
nlohmann::ordered_json to_json(const std::vector<Loss>& losses);

}  // namespace libcos::cli
