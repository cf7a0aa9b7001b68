// The words of the published text that reading and writing share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cos/phl.h"

namespace libcos::list_text {

inline constexpr std::string_view kBegin = "// ===BEGIN ";
inline constexpr std::string_view kEnd = "// ===END ";
inline constexpr std::string_view kTail = "===";
inline constexpr std::string_view kVersion = "// VERSION:";
inline constexpr std::string_view kCommit = "// COMMIT:";
inline constexpr std::string_view kDate = "// DATE:";
inline constexpr std::size_t kMostHeaderText = 1024;
inline constexpr std::size_t kMostSectionName = 256;
inline constexpr std::size_t kMostSections = 255;

// Takes the next line off the front of `text`, without its end and trailing blanks.
std::string_view take_line(std::string_view& text);
// "// jQuery" → "jQuery"
std::string_view comment_text(std::string_view line);
// The list comes from elsewhere and its words end up on terminals: control characters become blanks.
std::string printable(std::string_view text, std::size_t most);
HashListSection::Kind kind_of_section(std::string_view name);

// Puts digests into the order of ParsedHashList, each once, and counts them into their sections.
void arrange(ParsedHashList& list);

}  // namespace libcos::list_text
