#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/files.h"
#include "base/hex.h"
#include "base/try.h"
#include "cos/phl.h"
#include "phl/starter_text.h"

namespace libcos {
namespace {

// Packed form: magic, length of the version text, the text, padding to 32 bytes, then sorted digests.
constexpr std::string_view kMagic = "cos-phl-packed-1";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kMostVersion = 1024;

using Digest = std::array<std::uint8_t, kDigest>;

std::size_t padded(std::size_t size) { return (size + kDigest - 1) / kDigest * kDigest; }

std::string_view trim(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
    line.remove_suffix(1);
  }
  return line;
}

// "// ===BEGIN SHA-256 STARTER===" with prefix "// ===BEGIN " → "SHA-256 STARTER"
std::optional<std::string_view> marker(std::string_view line, std::string_view prefix) {
  if (!line.starts_with(prefix) || !line.ends_with("===")) {
    return std::nullopt;
  }
  return line.substr(prefix.size(), line.size() - prefix.size() - 3);
}

bool names_sha256(std::string_view section) { return section == "SHA-256" || section.starts_with("SHA-256 "); }

tl::unexpected<Error> bad_line(std::size_t number, std::string_view why) {
  return fail(ErrorCode::kData, "Line " + std::to_string(number) + " of the hash list " + std::string(why) + ".");
}

class TextParser {
 public:
  Status line(std::string_view line) {
    ++number_;
    if (const auto begun = marker(line, "// ===BEGIN ")) {
      return begin(*begun);
    }
    if (const auto ended = marker(line, "// ===END ")) {
      return end(*ended);
    }
    if (line.empty() || line.starts_with("//")) {
      comment(line);
      return {};
    }
    return digest(line);
  }

  Result<ParsedHashList> finish() {
    if (inside_ || !seen_section_) {
      return fail(ErrorCode::kData, "The hash list is cut off or is not a hash list.");
    }
    std::sort(list_.digests.begin(), list_.digests.end());
    list_.digests.erase(std::unique(list_.digests.begin(), list_.digests.end()), list_.digests.end());
    return std::move(list_);
  }

 private:
  Status begin(std::string_view section) {
    if (inside_) {
      return bad_line(number_, "begins a section inside another");
    }
    section_ = section;
    inside_ = true;
    seen_section_ = true;
    return {};
  }

  Status end(std::string_view section) {
    if (!inside_ || section != section_) {
      return bad_line(number_, "ends a section that is not open");
    }
    inside_ = false;
    return {};
  }

  void comment(std::string_view line) {
    constexpr std::string_view kVersion = "// VERSION:";
    if (!inside_ && line.starts_with(kVersion)) {
      const std::size_t begin = line.find_first_not_of(' ', kVersion.size());
      list_.version = begin == std::string_view::npos ? "" : line.substr(begin, kMostVersion);
    }
  }

  Status digest(std::string_view line) {
    if (!inside_) {
      return bad_line(number_, "stands outside every section");
    }
    if (!names_sha256(section_)) {
      ++list_.ignored_lines;
      return {};
    }
    const auto bytes = from_lowercase_hex(line);
    if (!bytes || bytes->size() != kDigest) {
      return bad_line(number_, "is not a SHA-256 digest in lowercase hex");
    }
    std::copy(bytes->begin(), bytes->end(), list_.digests.emplace_back().begin());
    return {};
  }

  ParsedHashList list_;
  std::string_view section_;
  bool inside_ = false;
  bool seen_section_ = false;
  std::size_t number_ = 0;
};

}  // namespace

Result<ParsedHashList> parse_hash_list(std::string_view text) {
  TextParser parser;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    COS_CHECK(parser.line(trim(text.substr(0, end))));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parser.finish();
}

std::vector<std::uint8_t> pack_hash_list(const ParsedHashList& list) {
  const std::size_t header = padded(kMagic.size() + 2 + list.version.size());
  std::vector<std::uint8_t> packed(header + list.digests.size() * kDigest);
  std::copy(kMagic.begin(), kMagic.end(), packed.begin());
  packed[kMagic.size()] = static_cast<std::uint8_t>(list.version.size() & 0xffU);
  packed[kMagic.size() + 1] = static_cast<std::uint8_t>(list.version.size() >> 8U);
  std::copy(list.version.begin(), list.version.end(), packed.begin() + static_cast<std::ptrdiff_t>(kMagic.size() + 2));
  std::uint8_t* out = packed.data() + header;
  for (const Digest& digest : list.digests) {
    std::memcpy(out, digest.data(), kDigest);
    out += kDigest;
  }
  return packed;
}

struct PublicHashList::Mapping {
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (mapped != nullptr) {
      ::munmap(mapped, bytes.size());
    }
  }

  void* mapped = nullptr;
  std::vector<std::uint8_t> owned;  // the starter list's bytes
  std::span<const std::uint8_t> bytes;
  std::string_view version;
  std::span<const Digest> digests;
};

PublicHashList::PublicHashList(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}
PublicHashList::PublicHashList(PublicHashList&&) noexcept = default;
PublicHashList& PublicHashList::operator=(PublicHashList&&) noexcept = default;
PublicHashList::~PublicHashList() = default;

Result<PublicHashList> PublicHashList::adopt(std::unique_ptr<Mapping> mapping) {
  const std::span<const std::uint8_t> bytes = mapping->bytes;
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const auto corrupt = [] {
    return fail(ErrorCode::kCorrupt, "The installed Public Hash List is damaged.",
                "Install it again with `cos phl update`.");
  };
  if (bytes.size() < kMagic.size() + 2 || std::string_view(text, kMagic.size()) != kMagic) {
    return corrupt();
  }
  const std::size_t version_size = bytes[kMagic.size()] + (std::size_t{bytes[kMagic.size() + 1]} << 8U);
  const std::size_t header = padded(kMagic.size() + 2 + version_size);
  if (version_size > kMostVersion || header > bytes.size() || (bytes.size() - header) % kDigest != 0) {
    return corrupt();
  }
  mapping->version = std::string_view(text + kMagic.size() + 2, version_size);
  // Digest is an array of bytes: no alignment, no padding.
  mapping->digests = {reinterpret_cast<const Digest*>(bytes.data() + header), (bytes.size() - header) / kDigest};
  return PublicHashList(std::move(mapping));
}

Result<PublicHashList> PublicHashList::map(const std::filesystem::path& path) {
  COS_TRY(const UniqueFd fd, open_file(path, O_RDONLY | O_NOFOLLOW));
  COS_TRY(const struct stat status, stat_of(fd));
  const auto size = static_cast<std::size_t>(status.st_size);
  auto mapping = std::make_unique<Mapping>();
  if (size > 0) {
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (mapped == MAP_FAILED) {
      return fail(ErrorCode::kIo, "Cannot map " + path.string() + ".");
    }
    mapping->mapped = mapped;
    mapping->bytes = {static_cast<const std::uint8_t*>(mapped), size};
  }
  return adopt(std::move(mapping));
}

PublicHashList PublicHashList::starter() {
  auto mapping = std::make_unique<Mapping>();
  // The build runs the unit test that parses this text; a broken one behaves as an empty list.
  mapping->owned = pack_hash_list(parse_hash_list(kStarterListText).value_or(ParsedHashList{}));
  mapping->bytes = mapping->owned;
  return std::move(adopt(std::move(mapping)).value());
}

bool PublicHashList::contains(const Hash& hash) const {
  if (hash.algorithm() != HashAlgorithm::kSha256) {
    return false;
  }
  Digest wanted{};
  std::copy(hash.digest().begin(), hash.digest().end(), wanted.begin());
  return std::binary_search(mapping_->digests.begin(), mapping_->digests.end(), wanted);
}

std::size_t PublicHashList::size() const { return mapping_->digests.size(); }

std::string_view PublicHashList::version() const { return mapping_->version; }

}  // namespace libcos
