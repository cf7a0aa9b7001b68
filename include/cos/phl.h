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

using ListDigest = std::array<std::uint8_t, 32>;  // SHA-256: no other algorithm can be listed

// "// ===BEGIN SHA-256 HUGGING-FACE===": a part of the list with a name of its own.
struct HashListSection {
  // Numbers are stored in list.bin. Model hubs' digests are the ones that the user can switch off.
  enum class Kind : std::uint8_t { kCore = 0, kManual = 1, kModelHub = 2 };

  std::string name;           // "SHA-256 HUGGING-FACE"
  Kind kind = Kind::kCore;    // by its name
  std::uint64_t digests = 0;  // that are listed here and in no section that comes before it
};

// A digest as the text lists it.
struct ListedDigest {
  ListDigest digest;
  std::uint32_t section;      // index into ParsedHashList::sections
  std::string_view comments;  // the comment lines right above it, as they stand in the text
};

// The published text, parsed. The comments of its digests are views into that text, which must outlive it.
struct ParsedHashList {
  std::string version;
  std::string commit;
  std::string date;  // as the header has it; often absent
  std::vector<HashListSection> sections;
  // Distinct. The model hubs' digests come after all others; both parts ascend.
  std::vector<ListedDigest> digests;
  std::size_t model_hub_digests = 0;
  std::size_t ignored_lines = 0;  // in sections of algorithms that we do not know
};

// Strict about digests (a malformed line in a SHA-256 section refuses the whole list), tolerant of unknown
// sections. Errors: kData with the line's number.
Result<ParsedHashList> parse_hash_list(std::string_view text);

// The published form of a list: the same list always gives the same text.
std::string render_hash_list(const ParsedHashList& list);

// All digests of all lists, each once, with the comments of all its mentions; sections of one name become
// one. Header fields are the first list's. `joined` keeps comments that had to be put together alive.
ParsedHashList merge_hash_lists(std::span<const ParsedHashList> lists,
                                std::vector<std::unique_ptr<std::string>>& joined);

// What the comments above a digest say: its name is the first line that is more than a URL, its URL the first
// one with https. Control characters are gone.
struct NameAndUrl {
  std::string name;
  std::string url;
};
NameAndUrl read_comments(std::string_view comments);

// When the list was made, ms since 1970: its date, else a date that its version begins with.
std::optional<std::int64_t> hash_list_time(std::string_view date, std::string_view version);

// What an installation adds to a list.
struct HashListStamp {
  ListDigest checksum{};  // SHA-256 of the published text: which list this is
  std::int64_t installed_at = 0;
};

// The packed forms (docs/store-format.md, "phl/list.bin" and "phl/list.names").
std::vector<std::uint8_t> pack_hash_list(const ParsedHashList& list, const HashListStamp& stamp = {});
std::vector<std::uint8_t> pack_hash_list_names(const ParsedHashList& list, const HashListStamp& stamp = {});

// A packed list, mapped read-only and searched in place. Immutable; any thread may use it. Whatever bytes the
// file has, a look-up stays within them; they must not be cut off while they are mapped, which is why the
// file is only ever replaced by renaming another over it.
class PublicHashList {
 public:
  // Maps a packed list and checks its shape, at a cost that does not depend on the number of digests.
  // Errors: kIo, kCorrupt.
  static Result<PublicHashList> map(const std::filesystem::path& path);

  // The starter list that is compiled in, so that sharing works on the first day, offline.
  static PublicHashList starter();

  // False for anything but SHA-256. `model_hubs`: whether digests of model hubs count.
  [[nodiscard]] bool contains(const Hash& hash, bool model_hubs = true) const;
  // The place of the digest among all digests of the file.
  [[nodiscard]] std::optional<std::size_t> index_of(const Hash& hash) const;

  // Whether every byte is as it was packed. Reads all of the file. True for one that an older cos packed, without a
  // sum.
  [[nodiscard]] bool is_intact() const;
  [[nodiscard]] bool has_sum() const;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t model_hub_size() const;  // of these
  [[nodiscard]] std::string_view version() const;
  [[nodiscard]] std::string_view commit() const;
  [[nodiscard]] std::string_view date() const;
  [[nodiscard]] const std::vector<HashListSection>& sections() const;
  [[nodiscard]] const HashListStamp& stamp() const;

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
