#include "phl/list_names.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/files.h"
#include "base/try.h"

namespace libcos {
namespace {

constexpr std::string_view kMagic = "cos-phl-names-01";
constexpr std::size_t kHeader = 64;
constexpr std::size_t kOffset = sizeof(std::uint32_t);
constexpr std::size_t kSumAt = 24;

// Of the table and the records; never 0, which stands for none.
std::uint64_t sum_of(std::span<const std::uint8_t> file) {
  const auto summed = file.subspan(kHeader);
  return std::max<std::uint64_t>(XXH3_64bits(summed.data(), summed.size()), 1);
}

}  // namespace

std::vector<std::uint8_t> pack_hash_list_names(const ParsedHashList& list, const HashListStamp& stamp) {
  std::vector<std::uint8_t> packed(kMagic.begin(), kMagic.end());
  put_number<std::uint64_t>(packed, list.digests.size());
  put_number<std::uint64_t>(packed, 0);
  packed.insert(packed.end(), stamp.checksum.begin(), stamp.checksum.end());
  const std::size_t texts = kHeader + (list.digests.size() + 1) * kOffset;
  packed.resize(texts);
  std::size_t next_offset = kHeader;
  const auto put_offset = [&] {
    for (std::size_t i = 0; i < kOffset; ++i) {
      packed[next_offset++] = static_cast<std::uint8_t>((packed.size() - texts) >> (8 * i));
    }
  };
  for (const ListedDigest& listed : list.digests) {
    put_offset();
    // Beyond 4 GiB of names the offsets would end; the digests count all the same.
    if (packed.size() < std::numeric_limits<std::uint32_t>::max()) {
      const NameAndUrl read = read_comments(listed.comments);
      packed.push_back(static_cast<std::uint8_t>(listed.section));
      packed.insert(packed.end(), read.name.begin(), read.name.end());
      packed.push_back('\n');
      packed.insert(packed.end(), read.url.begin(), read.url.end());
    }
  }
  put_offset();
  std::vector<std::uint8_t> sum;
  put_number(sum, sum_of(packed));
  std::copy(sum.begin(), sum.end(), packed.begin() + kSumAt);
  return packed;
}

std::uint64_t HashListNames::sum() const {
  ByteTaker taker(bytes_.bytes().subspan(kSumAt));
  return taker.number<std::uint64_t>();
}

bool HashListNames::is_intact() const { return !has_sum() || sum() == sum_of(bytes_.bytes()); }

Result<HashListNames> HashListNames::map(const std::filesystem::path& path, const PublicHashList& list) {
  COS_TRY(MappedBytes mapped, MappedBytes::map(path));
  ByteTaker header(mapped.bytes());
  const auto magic = header.take(kMagic.size());
  const auto digests = header.number<std::uint64_t>();
  (void)header.number<std::uint64_t>();
  const auto checksum = header.take(list.stamp().checksum.size());
  const bool ours = header.good() && std::equal(magic.begin(), magic.end(), as_bytes(kMagic).begin()) &&
                    std::equal(checksum.begin(), checksum.end(), list.stamp().checksum.begin()) &&
                    digests == list.size() && mapped.bytes().size() >= kHeader + (list.size() + 1) * kOffset;
  if (!ours) {
    return fail(ErrorCode::kCorrupt, "The names of the Public Hash List are damaged or are another list's.",
                "Install the list again with `cos phl update`.");
  }
  return HashListNames(std::move(mapped), list.size());
}

std::optional<HashListNames::Entry> HashListNames::at(std::size_t index) const {
  if (index >= digests_) {
    return std::nullopt;
  }
  ByteTaker offsets(bytes_.bytes().subspan(kHeader + index * kOffset));
  const std::size_t begin = offsets.number<std::uint32_t>();
  const std::size_t end = offsets.number<std::uint32_t>();
  const auto texts = bytes_.bytes().subspan(kHeader + (digests_ + 1) * kOffset);
  if (begin >= end || end > texts.size()) {
    return std::nullopt;
  }
  const auto* text = reinterpret_cast<const char*>(texts.data());
  const std::string_view names(text + begin + 1, end - begin - 1);
  const std::size_t line = names.find('\n');
  if (line == std::string_view::npos) {
    return std::nullopt;
  }
  return Entry{texts[begin], std::string(names.substr(0, line)), std::string(names.substr(line + 1))};
}

}  // namespace libcos
