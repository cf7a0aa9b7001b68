// The Public Hash List: hashes of files that anyone may be known to have (specification, section 5). The
// global grant discloses nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cos/hash.h"
#include "cos/result.h"

namespace libcos {

// The published text, parsed. Digests are sorted and distinct.
struct ParsedHashList {
  std::string version;
  std::vector<std::array<std::uint8_t, 32>> digests;
  std::size_t ignored_lines = 0;  // in sections of algorithms that we do not know
};

// Strict about digests (a malformed line in a SHA-256 section refuses the whole list), tolerant of unknown
// sections. Errors: kData with the line's number.
Result<ParsedHashList> parse_hash_list(std::string_view text);

// The packed form (docs/store-format.md, "phl/list.bin").
std::vector<std::uint8_t> pack_hash_list(const ParsedHashList& list);

// A packed list, mapped read-only and searched in place. Immutable; any thread may use it.
class PublicHashList {
 public:
  // Maps a packed list and checks its shape. Errors: kIo, kCorrupt.
  static Result<PublicHashList> map(const std::filesystem::path& path);

  // The starter list that is compiled in, so that sharing works on the first day, offline.
  static PublicHashList starter();

  [[nodiscard]] bool contains(const Hash& hash) const;  // false for anything but SHA-256
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::string_view version() const;

  PublicHashList(PublicHashList&&) noexcept;
  PublicHashList& operator=(PublicHashList&&) noexcept;
  ~PublicHashList();

 private:
  struct Mapping;
  explicit PublicHashList(std::unique_ptr<Mapping> mapping);
  static Result<PublicHashList> adopt(std::unique_ptr<Mapping> mapping);

  std::unique_ptr<Mapping> mapping_;
};

}  // namespace libcos
