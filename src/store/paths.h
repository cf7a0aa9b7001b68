// Every file name of the store, made in one place. docs/store-format.md describes the files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cos/hash.h"

namespace libcos {

// The installed Public Hash List and the one before it.
struct HashListPaths {
  std::filesystem::path directory;

  [[nodiscard]] std::filesystem::path list() const { return directory / "list.bin"; }
  [[nodiscard]] std::filesystem::path names() const { return directory / "list.names"; }
  [[nodiscard]] std::filesystem::path previous_list() const { return directory / "previous.bin"; }
  [[nodiscard]] std::filesystem::path previous_names() const { return directory / "previous.names"; }
  [[nodiscard]] std::filesystem::path lock() const { return directory / "lock"; }
  [[nodiscard]] std::filesystem::path last_check() const { return directory / "check.json"; }
  [[nodiscard]] std::filesystem::path check_lock() const { return directory / "check.lock"; }
};

class StorePaths {
 public:
  explicit StorePaths(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path database() const { return root_ / "store.db"; }
  // A repair that was interrupted right before its last step.
  [[nodiscard]] std::filesystem::path rebuilt_database() const { return root_ / "store.db.rebuilt"; }
  [[nodiscard]] std::filesystem::path incoming() const { return root_ / "incoming"; }
  [[nodiscard]] std::filesystem::path blobs() const { return root_ / "blobs"; }
  [[nodiscard]] std::filesystem::path quarantine() const { return root_ / "quarantine"; }
  // A registry that a repair has taken out of use, in quarantine/.
  static constexpr const char* kKeptRegistry = "registry-";
  // Held by the process that reads entries again in the background.
  [[nodiscard]] std::filesystem::path verification_lock() const { return root_ / "verify.lock"; }
  [[nodiscard]] HashListPaths hash_list() const { return {root_ / "phl"}; }

  // blobs/SHA-256/ab/abcd…
  [[nodiscard]] std::filesystem::path blob(const Hash& hash) const;
  // quarantine/SHA-256-abcd…
  [[nodiscard]] std::filesystem::path quarantined(const Hash& hash) const;
  // incoming/SHA-256-abcd….<random>.part: the name tells the sweep which blob the session may have linked.
  [[nodiscard]] std::filesystem::path new_incoming(const Hash& hash) const;

  // The hash in the name of an incoming file; nullopt for a file that is not ours.
  static std::optional<Hash> hash_of_incoming(const std::filesystem::path& file);

 private:
  std::filesystem::path root_;
};

}  // namespace libcos
