#include <algorithm>
#include <charconv>
#include <chrono>

#include "cos/phl.h"
#include "phl/list_text.h"

namespace libcos {
namespace {

constexpr std::size_t kMostName = 400;
constexpr std::size_t kMostUrl = 2000;
constexpr std::string_view kHttps = "https://";

std::string_view url_in(std::string_view line) {
  const std::size_t begin = line.find(kHttps);
  if (begin == std::string_view::npos) {
    return {};
  }
  std::string_view url = line.substr(begin);
  url = url.substr(0, url.find_first_of(" \t\"'<>`"));
  while (!url.empty() && std::string_view(",.;:)").find(url.back()) != std::string_view::npos) {
    url.remove_suffix(1);
  }
  return url.size() > kHttps.size() ? url : std::string_view{};
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

// "2026-11-21…", "2026.11.21…"
std::optional<std::int64_t> day_at_the_front(std::string_view text) {
  constexpr std::size_t kLength = 10;
  if (text.size() < kLength || text[4] != text[7] || (text[4] != '-' && text[4] != '.' && text[4] != '/') ||
      !std::all_of(text.begin(), text.begin() + 4, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days(date).time_since_epoch()).count();
}

}  // namespace

std::string list_text::printable(std::string_view text, std::size_t most) {
  std::string clean(text.substr(0, most));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
  return clean;
}

NameAndUrl read_comments(std::string_view comments) {
  NameAndUrl read;
  while (!comments.empty() && (read.name.empty() || read.url.empty())) {
    std::string_view text = list_text::comment_text(list_text::take_line(comments));
    const std::string_view url = url_in(text);
    if (read.url.empty() && url.size() <= kMostUrl) {
      read.url = list_text::printable(url, kMostUrl);
    }
    if (!url.empty()) {
      text = text.substr(0, static_cast<std::size_t>(url.data() - text.data()));
    }
    const std::size_t last = text.find_last_not_of(" \t:(-");
    if (read.name.empty() && last != std::string_view::npos) {
      read.name = list_text::printable(text.substr(0, last + 1), kMostName);
    }
  }
  return read;
}

std::optional<std::int64_t> hash_list_time(std::string_view date, std::string_view version) {
  const auto dated = day_at_the_front(date);
  return dated ? dated : day_at_the_front(version);
}

}  // namespace libcos
