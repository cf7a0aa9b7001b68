#include <algorithm>
#include <functional>
#include <unordered_map>

#include "base/hex.h"
#include "cos/phl.h"
#include "phl/list_text.h"

namespace libcos {
namespace {

using namespace list_text;

void add_header(std::string& text, std::string_view prefix, const std::string& value) {
  if (!value.empty()) {
    text.append(prefix).append(" ").append(value).append("\n");
  }
}

void add_comments(std::string& text, std::string_view comments) {
  while (!comments.empty()) {
    text.append(take_line(comments)).append("\n");
  }
}

void add_section(std::string& text, const ParsedHashList& list, std::uint32_t index) {
  const std::string& name = list.sections[index].name;
  text.append("\n").append(kBegin).append(name).append(kTail).append("\n");
  for (const ListedDigest& listed : list.digests) {
    if (listed.section == index) {
      add_comments(text, listed.comments);
      text.append(to_hex(listed.digest)).append("\n");
    }
  }
  text.append(kEnd).append(name).append(kTail).append("\n");
}

std::uint32_t section_index(ParsedHashList& list, const HashListSection& wanted) {
  const auto found = std::find_if(list.sections.begin(), list.sections.end(),
                                  [&](const HashListSection& section) { return section.name == wanted.name; });
  const auto index = static_cast<std::uint32_t>(found - list.sections.begin());
  if (found == list.sections.end()) {
    list.sections.push_back({wanted.name, wanted.kind, 0});
  }
  return index;
}

// The lines of both, each once.
std::string joined_comments(std::string_view first, std::string_view second) {
  std::string text(first);
  while (!second.empty()) {
    const std::string_view line = take_line(second);
    bool known = false;
    for (std::string_view rest = first; !rest.empty() && !known;) {
      known = take_line(rest) == line;
    }
    if (!known) {
      text.append(text.empty() ? "" : "\n").append(line);
    }
  }
  return text;
}

struct DigestHash {
  std::size_t operator()(const ListDigest& digest) const {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(digest.data()), digest.size()});
  }
};

}  // namespace

std::string render_hash_list(const ParsedHashList& list) {
  std::string text;
  add_header(text, kVersion, list.version);
  add_header(text, kCommit, list.commit);
  add_header(text, kDate, list.date);
  std::vector<std::uint32_t> order(list.sections.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return list.sections[a].name < list.sections[b].name; });
  for (const std::uint32_t index : order) {
    add_section(text, list, index);
  }
  return text;
}

ParsedHashList merge_hash_lists(std::span<const ParsedHashList> lists,
                                std::vector<std::unique_ptr<std::string>>& joined) {
  ParsedHashList merged;
  std::unordered_map<ListDigest, std::size_t, DigestHash> places;
  for (const ParsedHashList& list : lists) {
    if (&list == lists.data()) {
      merged.version = list.version;
      merged.commit = list.commit;
      merged.date = list.date;
    }
    merged.ignored_lines += list.ignored_lines;
    for (const ListedDigest& listed : list.digests) {
      const HashListSection& section = list.sections[listed.section];
      const std::uint32_t index = section_index(merged, section);
      const auto [place, is_new] = places.emplace(listed.digest, merged.digests.size());
      if (is_new) {
        merged.digests.push_back({listed.digest, index, listed.comments});
        continue;
      }
      ListedDigest& known = merged.digests[place->second];
      // What is known outside the hubs does not depend on their switch.
      if (merged.sections[known.section].kind == HashListSection::Kind::kModelHub &&
          section.kind != HashListSection::Kind::kModelHub) {
        known.section = index;
      }
      joined.push_back(std::make_unique<std::string>(joined_comments(known.comments, listed.comments)));
      known.comments = *joined.back();
    }
  }
  arrange(merged);
  return merged;
}

}  // namespace libcos
