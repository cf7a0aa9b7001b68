// What the comments of an installed list say about its digests: list.names, mapped and read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cos/phl.h"
#include "phl/mapped_bytes.h"

namespace libcos {

class HashListNames {
 public:
  struct Entry {
    std::size_t section;  // index into the list's sections
    std::string name;
    std::string url;
  };

  // Errors: kCorrupt when the file is damaged or is about another list than `list`.
  static Result<HashListNames> map(const std::filesystem::path& path, const PublicHashList& list);

  // As PublicHashList::is_intact().
  [[nodiscard]] bool is_intact() const;
  [[nodiscard]] bool has_sum() const { return sum() != 0; }

  // About the digest at this place of the list. Nothing when the file is damaged there.
  [[nodiscard]] std::optional<Entry> at(std::size_t index) const;

 private:
  [[nodiscard]] std::uint64_t sum() const;
  HashListNames(MappedBytes bytes, std::size_t digests) : bytes_(std::move(bytes)), digests_(digests) {}

  MappedBytes bytes_;
  std::size_t digests_;
};

}  // namespace libcos
