// What terminals need: colours where they are wanted, tables, sizes, times, a progress bar.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libcos::cli {

enum class Color { kRed, kGreen, kYellow, kDim, kBold };

// For text that others made, such as the names of files: what a terminal would obey rather than show is a '?'. Not for
// JSON, which says things as they are.
std::string printable(std::string_view text);

// Coloured only on a terminal, and not when NO_COLOR is set.
std::string paint(const std::string& text, Color color, std::FILE* stream);

std::string human_size(std::uint64_t bytes);                             // "2.3 MB"
std::string human_time(std::int64_t ms_since_1970);                      // "2026-11-21 07:30"
std::string human_ago(std::int64_t ms_since_1970, std::int64_t now_ms);  // "3 min ago"

// Columns of the terminal that `stream` is: $COLUMNS, else what the terminal says. nullopt for whatever is no
// terminal: what is read by a program or kept in a file is never cut.
std::optional<std::size_t> terminal_width(std::FILE* stream);

// With line breaks between words where a terminal's line ends; lines after the first begin with `indent` blanks, as
// the first is taken to do.
std::string wrapped(const std::string& text, std::size_t indent, std::FILE* stream);

// Columns are as wide as their widest cell; `right` marks those that are aligned to the right. When a terminal is too
// narrow, the cells of the column `gives_way` are cut.
struct Table {
  std::vector<std::string> header;
  std::vector<bool> right;
  std::vector<std::vector<std::string>> rows;
  std::size_t gives_way = 0;
};
// Returns the widths of the columns. `least`: what it returned for the part of the table before this one; the header
// is not printed again then.
std::vector<std::size_t> print_table(const Table& table, const std::vector<std::size_t>& least = {});

// A bar with rate and time left on standard error, when that is a terminal and the work takes over half a
// second; else silent.
class ProgressBar {
 public:
  explicit ProgressBar(std::string_view label);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::uint64_t done, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace libcos::cli
