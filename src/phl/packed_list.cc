#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/files.h"
#include "base/try.h"
#include "cos/phl.h"
#include "phl/list_text.h"
#include "phl/mapped_bytes.h"
#include "phl/search.h"
#include "phl/starter_text.h"

namespace libcos {
namespace {

constexpr std::string_view kMagic = "cos-phl-packed-2";
constexpr std::string_view kMagicOfVersion1 = "cos-phl-packed-1";
constexpr std::size_t kDigest = sizeof(ListDigest);

std::size_t padded(std::size_t size) { return (size + kDigest - 1) / kDigest * kDigest; }

void put_text(std::vector<std::uint8_t>& out, std::string_view text) {
  text = text.substr(0, list_text::kMostHeaderText);
  put_number(out, static_cast<std::uint16_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

// Of everything before the sum and of the digests after it; never 0, which stands for none.
std::uint64_t sum_of(std::span<const std::uint8_t> head, std::span<const std::uint8_t> digests) {
  const XXH64_hash_t seed = XXH3_64bits(head.data(), head.size());
  return std::max<std::uint64_t>(XXH3_64bits_withSeed(digests.data(), digests.size(), seed), 1);
}

std::span<const ListDigest> as_digests(std::span<const std::uint8_t> bytes) {
  // An array of bytes: no alignment, no padding.
  return {reinterpret_cast<const ListDigest*>(bytes.data()), bytes.size() / kDigest};
}

}  // namespace

std::vector<std::uint8_t> pack_hash_list(const ParsedHashList& list, const HashListStamp& stamp) {
  std::vector<std::uint8_t> fields;
  put_number<std::uint64_t>(fields, list.digests.size() - list.model_hub_digests);
  put_number<std::uint64_t>(fields, list.model_hub_digests);
  put_number(fields, stamp.installed_at);
  fields.insert(fields.end(), stamp.checksum.begin(), stamp.checksum.end());
  put_text(fields, list.version);
  put_text(fields, list.commit);
  put_text(fields, list.date);
  put_number(fields, static_cast<std::uint16_t>(list.sections.size()));
  for (const HashListSection& section : list.sections) {
    fields.push_back(static_cast<std::uint8_t>(section.kind));
    put_number(fields, section.digests);
    put_text(fields, section.name);
  }
  const std::size_t before_sum = kMagic.size() + sizeof(std::uint32_t) + fields.size();
  const std::size_t header = padded(before_sum + sizeof(std::uint64_t));
  std::vector<std::uint8_t> packed(kMagic.begin(), kMagic.end());
  packed.reserve(header + list.digests.size() * kDigest);
  put_number(packed, static_cast<std::uint32_t>(header));
  packed.insert(packed.end(), fields.begin(), fields.end());
  packed.resize(header);
  for (const ListedDigest& listed : list.digests) {
    packed.insert(packed.end(), listed.digest.begin(), listed.digest.end());
  }
  const std::span<const std::uint8_t> all(packed);
  std::vector<std::uint8_t> sum;
  put_number(sum, sum_of(all.first(before_sum), all.subspan(header)));
  std::copy(sum.begin(), sum.end(), packed.begin() + static_cast<std::ptrdiff_t>(before_sum));
  return packed;
}

struct PublicHashList::Mapping {
  explicit Mapping(MappedBytes mapped) : file(std::move(mapped)) {}

  // False when the bytes have another shape.
  bool read();
  bool read_version_1(std::size_t header_magic);

  MappedBytes file;
  std::string_view version;
  std::string_view commit;
  std::string_view date;
  std::vector<HashListSection> sections;
  HashListStamp stamp;
  std::span<const ListDigest> digests;  // the others', then the model hubs'
  std::size_t others = 0;
  std::size_t before_sum = 0;  // bytes
  std::uint64_t sum = 0;       // 0: none; a cos wrote the file that made none
};

bool PublicHashList::Mapping::read() {
  ByteTaker taker(file.bytes());
  const auto magic = taker.take(kMagic.size());
  if (std::equal(magic.begin(), magic.end(), as_bytes(kMagicOfVersion1).begin(), as_bytes(kMagicOfVersion1).end())) {
    return read_version_1(kMagicOfVersion1.size());
  }
  if (!std::equal(magic.begin(), magic.end(), as_bytes(kMagic).begin(), as_bytes(kMagic).end())) {
    return false;
  }
  const std::size_t header = taker.number<std::uint32_t>();
  const auto other_digests = taker.number<std::uint64_t>();
  const auto hub_digests = taker.number<std::uint64_t>();
  stamp.installed_at = taker.number<std::int64_t>();
  const auto checksum = taker.take(stamp.checksum.size());
  std::copy(checksum.begin(), checksum.end(), stamp.checksum.begin());
  version = taker.text();
  commit = taker.text();
  date = taker.text();
  for (std::size_t left = taker.number<std::uint16_t>(); left > 0 && taker.good(); --left) {
    HashListSection section;
    section.kind = static_cast<HashListSection::Kind>(std::min<std::uint8_t>(taker.number<std::uint8_t>(), 2));
    section.digests = taker.number<std::uint64_t>();
    section.name = taker.text();
    sections.push_back(std::move(section));
  }
  const std::size_t size = file.bytes().size();
  if (!taker.good() || header > size || header % kDigest != 0) {
    return false;
  }
  // Compared as counts: no product of numbers from the file can overflow.
  const std::size_t all = (size - header) / kDigest;
  if ((size - header) % kDigest != 0 || other_digests > all || hub_digests != all - other_digests) {
    return false;
  }
  digests = as_digests(file.bytes().subspan(header));
  others = other_digests;
  before_sum = size - taker.left();
  sum = before_sum + sizeof(sum) <= header ? taker.number<std::uint64_t>() : 0;
  return true;
}

// What version 0.1 installed: a version text and digests, all of one kind.
bool PublicHashList::Mapping::read_version_1(std::size_t header_magic) {
  ByteTaker taker(file.bytes().subspan(header_magic));
  version = taker.text();
  const std::size_t header = padded(header_magic + sizeof(std::uint16_t) + version.size());
  const std::size_t size = file.bytes().size();
  if (!taker.good() || header > size || (size - header) % kDigest != 0) {
    return false;
  }
  digests = as_digests(file.bytes().subspan(header));
  others = digests.size();
  sections = {{"SHA-256", HashListSection::Kind::kCore, digests.size()}};
  return true;
}

PublicHashList::PublicHashList(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}
PublicHashList::PublicHashList(PublicHashList&&) noexcept = default;
PublicHashList& PublicHashList::operator=(PublicHashList&&) noexcept = default;
PublicHashList::~PublicHashList() = default;

Result<PublicHashList> PublicHashList::adopt(std::unique_ptr<Mapping> mapping) {
  if (!mapping->read()) {
    return fail(ErrorCode::kCorrupt, "The installed Public Hash List is damaged.",
                "Install it again with `cos phl update`.");
  }
  return PublicHashList(std::move(mapping));
}

Result<PublicHashList> PublicHashList::map(const std::filesystem::path& path) {
  COS_TRY(MappedBytes bytes, MappedBytes::map(path));
  return adopt(std::make_unique<Mapping>(std::move(bytes)));
}

PublicHashList PublicHashList::starter() {
  // The build runs the unit test that parses this text; a broken one behaves as an empty list.
  const ParsedHashList list = parse_hash_list(kStarterListText).value_or(ParsedHashList{});
  return std::move(adopt(std::make_unique<Mapping>(MappedBytes(pack_hash_list(list)))).value());
}

std::optional<std::size_t> PublicHashList::index_of(const Hash& hash) const {
  if (hash.algorithm() != HashAlgorithm::kSha256) {
    return std::nullopt;
  }
  ListDigest wanted{};
  std::copy(hash.digest().begin(), hash.digest().end(), wanted.begin());
  if (const auto found = find_digest(mapping_->digests.first(mapping_->others), wanted)) {
    return found;
  }
  const auto found = find_digest(mapping_->digests.subspan(mapping_->others), wanted);
  return found ? std::optional(mapping_->others + *found) : std::nullopt;
}

bool PublicHashList::contains(const Hash& hash, bool model_hubs) const {
  const auto index = index_of(hash);
  return index && (model_hubs || *index < mapping_->others);
}

bool PublicHashList::has_sum() const { return mapping_->sum != 0; }

bool PublicHashList::is_intact() const {
  if (!has_sum()) {
    return true;
  }
  const auto bytes = mapping_->file.bytes();
  const std::size_t digests = mapping_->digests.size() * kDigest;
  const auto header = bytes.first(bytes.size() - digests);
  const auto padding = header.subspan(mapping_->before_sum + sizeof(mapping_->sum));
  return mapping_->sum == sum_of(header.first(mapping_->before_sum), bytes.last(digests)) &&
         std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::size_t PublicHashList::size() const { return mapping_->digests.size(); }
std::size_t PublicHashList::model_hub_size() const { return mapping_->digests.size() - mapping_->others; }
std::string_view PublicHashList::version() const { return mapping_->version; }
std::string_view PublicHashList::commit() const { return mapping_->commit; }
std::string_view PublicHashList::date() const { return mapping_->date; }
const std::vector<HashListSection>& PublicHashList::sections() const { return mapping_->sections; }
const HashListStamp& PublicHashList::stamp() const { return mapping_->stamp; }

}  // namespace libcos
