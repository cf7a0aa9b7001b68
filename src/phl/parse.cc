#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/try.h"
#include "cos/phl.h"
#include "phl/list_text.h"

namespace libcos {
namespace {

using namespace list_text;

// "// ===BEGIN SHA-256 STARTER===" with prefix "// ===BEGIN " → "SHA-256 STARTER"
std::optional<std::string_view> marker(std::string_view line, std::string_view prefix) {
  if (!line.starts_with(prefix) || !line.ends_with(kTail) || line.size() < prefix.size() + kTail.size()) {
    return std::nullopt;
  }
  return line.substr(prefix.size(), line.size() - prefix.size() - kTail.size());
}

bool names_sha256(std::string_view section) { return section == "SHA-256" || section.starts_with("SHA-256 "); }

// The value of each character as a lowercase hexadecimal digit; 255 for others.
constexpr std::array<std::uint8_t, 256> kDigitValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(255);
  for (std::uint8_t i = 0; i < 16; ++i) {
    values[static_cast<std::uint8_t>("0123456789abcdef"[i])] = i;
  }
  return values;
}();

// Half a million lines: no allocation for each, as from_lowercase_hex() would make.
bool read_digest(std::string_view line, ListDigest& digest) {
  if (line.size() != 2 * digest.size()) {
    return false;
  }
  unsigned seen = 0;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const unsigned high = kDigitValues[static_cast<std::uint8_t>(line[2 * i])];
    const unsigned low = kDigitValues[static_cast<std::uint8_t>(line[2 * i + 1])];
    seen |= high | low;
    digest[i] = static_cast<std::uint8_t>((high << 4U) | low);
  }
  return seen < 16;
}

class TextParser {
 public:
  Status line(std::string_view line) {
    ++number_;
    if (const auto begun = marker(line, kBegin)) {
      return begin(*begun);
    }
    if (const auto ended = marker(line, kEnd)) {
      return end(*ended);
    }
    if (line.empty()) {
      comments_ = {};  // what stands above an empty line is not about the next digest
      return {};
    }
    if (line.starts_with("//")) {
      comment(line);
      return {};
    }
    return digest(line);
  }

  Result<ParsedHashList> finish() {
    if (section_) {
      return fail(ErrorCode::kData, "The hash list is cut off: the section " + std::string(*section_) + " has no end.",
                  kMend);
    }
    if (!seen_section_) {
      return fail(ErrorCode::kData, "This is not a hash list: it has no section.", kMend);
    }
    arrange(list_);
    return std::move(list_);
  }

 private:
  static constexpr const char* kMend = "The list that was installed stays in force. Download the new one again.";

  [[nodiscard]] tl::unexpected<Error> bad_line(std::string_view why) const {
    return fail(ErrorCode::kData, "Line " + std::to_string(number_) + " of the hash list " + std::string(why) + ".",
                kMend);
  }

  Status begin(std::string_view section) {
    if (section_) {
      return bad_line("begins a section inside another");
    }
    if (section.size() > kMostSectionName) {
      return bad_line("names a section at too great a length");
    }
    if (printable(section, section.size()) != section) {
      return bad_line("names a section with control characters");
    }
    section_ = section;
    seen_section_ = true;
    comments_ = {};
    if (!names_sha256(section)) {
      return {};
    }
    const auto found = std::find_if(list_.sections.begin(), list_.sections.end(),
                                    [&](const HashListSection& known) { return known.name == section; });
    index_ = static_cast<std::uint32_t>(found - list_.sections.begin());
    if (found == list_.sections.end()) {
      if (list_.sections.size() == kMostSections) {
        return bad_line("begins one section too many");
      }
      list_.sections.push_back({std::string(section), kind_of_section(section), 0});
    }
    return {};
  }

  Status end(std::string_view section) {
    if (section_ != section) {
      return bad_line("ends a section that is not open");
    }
    section_.reset();
    comments_ = {};
    return {};
  }

  void comment(std::string_view line) {
    if (section_) {
      const char* begin = comments_.empty() ? line.data() : comments_.data();
      comments_ = {begin, static_cast<std::size_t>(line.data() + line.size() - begin)};
      return;
    }
    for (const auto& [prefix, field] :
         {std::pair(kVersion, &list_.version), std::pair(kCommit, &list_.commit), std::pair(kDate, &list_.date)}) {
      if (line.starts_with(prefix)) {
        // Trimmed last: a blank at an end would be gone when the list is printed and parsed again.
        const std::string clean = printable(line.substr(prefix.size()), line.size());
        const std::string_view value = comment_text(clean).substr(0, kMostHeaderText);
        *field = value.substr(0, value.find_last_not_of(" \t") + 1);
      }
    }
  }

  Status digest(std::string_view line) {
    if (!section_) {
      return bad_line("stands outside every section");
    }
    if (!names_sha256(*section_)) {
      ++list_.ignored_lines;
      return {};
    }
    ListedDigest& added = list_.digests.emplace_back(ListedDigest{{}, index_, comments_});
    if (!read_digest(line, added.digest)) {
      return bad_line("is not a SHA-256 digest in lowercase hex");
    }
    comments_ = {};
    return {};
  }

  ParsedHashList list_;
  std::optional<std::string_view> section_;  // the open one
  std::uint32_t index_ = 0;                  // of the open one, if it is one of SHA-256
  std::string_view comments_;
  bool seen_section_ = false;
  std::size_t number_ = 0;
};

}  // namespace

namespace list_text {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  const std::size_t last = line.find_last_not_of("\r \t");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view comment_text(std::string_view line) {
  const std::size_t begin = line.find_first_not_of("/ \t");
  return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
}

// Hubs let anyone upload anything, which is why their digests are a matter of choice. A name that we do not
// know belongs to the publisher's own sections, which must be honoured.
HashListSection::Kind kind_of_section(std::string_view name) {
  constexpr std::array<std::string_view, 10> kHubs{"HUGGING-FACE", "HUGGINGFACE", "MODEL-HUB", "MODELSCOPE",
                                                   "KAGGLE",       "CIVITAI",     "OLLAMA",    "TF-HUB",
                                                   "TFHUB",        "ONNX-ZOO"};
  name.remove_prefix(std::min(name.size(), std::string_view("SHA-256 ").size()));
  if (std::any_of(kHubs.begin(), kHubs.end(), [&](std::string_view hub) { return name.starts_with(hub); })) {
    return HashListSection::Kind::kModelHub;
  }
  return name.find("MANUAL") == std::string_view::npos ? HashListSection::Kind::kCore : HashListSection::Kind::kManual;
}

void arrange(ParsedHashList& list) {
  const auto is_hub = [&](const ListedDigest& listed) {
    return list.sections[listed.section].kind == HashListSection::Kind::kModelHub;
  };
  // A digest that is listed in several sections belongs to the first, and to a hub only if it is nowhere else.
  std::stable_sort(list.digests.begin(), list.digests.end(), [&](const ListedDigest& a, const ListedDigest& b) {
    const int order = std::memcmp(a.digest.data(), b.digest.data(), a.digest.size());
    return order != 0 ? order < 0 : is_hub(a) < is_hub(b);
  });
  auto kept = list.digests.begin();
  for (auto next = list.digests.begin(); next != list.digests.end(); ++next) {
    if (kept != list.digests.begin() && std::prev(kept)->digest == next->digest) {
      if (std::prev(kept)->comments.empty()) {
        std::prev(kept)->comments = next->comments;
      }
    } else {
      *kept++ = *next;
    }
  }
  list.digests.erase(kept, list.digests.end());
  const auto hubs = std::stable_partition(list.digests.begin(), list.digests.end(), std::not_fn(is_hub));
  list.model_hub_digests = static_cast<std::size_t>(list.digests.end() - hubs);
  for (HashListSection& section : list.sections) {
    section.digests = 0;
  }
  for (const ListedDigest& listed : list.digests) {
    ++list.sections[listed.section].digests;
  }
}

}  // namespace list_text

Result<ParsedHashList> parse_hash_list(std::string_view text) {
  TextParser parser;
  while (!text.empty()) {
    COS_CHECK(parser.line(take_line(text)));
  }
  return parser.finish();
}

}  // namespace libcos
