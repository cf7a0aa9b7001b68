#include "cli/output.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace libcos::cli {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr auto kShowAfter = std::chrono::milliseconds(500);
constexpr auto kRedrawEvery = std::chrono::milliseconds(100);

const char* color_code(Color color) {
  switch (color) {
    case Color::kRed:
      return "31";
    case Color::kGreen:
      return "32";
    case Color::kYellow:
      return "33";
    case Color::kDim:
      return "2";
    case Color::kBold:
      return "1";
  }
  return "0";
}

std::string human_duration(std::int64_t seconds) {
  if (seconds < 60) {
    return fmt::format("{} s", seconds);
  }
  if (seconds < 3600) {
    return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  }
  return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
}

// Without what only colours, and with each character counted once.
std::size_t shown_width(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size() - 1);
    } else {
      width += (static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U ? 0U : 1U;
    }
  }
  return width;
}

// Coloured text is short, and left as it is.
std::string cut(const std::string& text, std::size_t width) {
  if (shown_width(text) <= width || text.find('\x1b') != std::string::npos) {
    return text;
  }
  std::string start;
  for (const char byte : text) {
    const bool begins = (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
    if (begins && shown_width(start) + 1 >= width) {
      break;
    }
    start += byte;
  }
  return start + "…";
}

// The widths at which a table fits the terminal, as far as the column that gives way can give.
std::vector<std::size_t> fitted(std::vector<std::size_t> widths, std::size_t gives_way) {
  constexpr std::size_t kLeast = 8;
  constexpr std::size_t kGap = 2;
  const auto screen = terminal_width(stdout);
  if (!screen || widths.empty()) {
    return widths;
  }
  std::size_t all = kGap * (widths.size() - 1);
  for (const std::size_t width : widths) {
    all += width;
  }
  std::size_t& column = widths.at(gives_way);
  if (all > *screen && column > kLeast) {
    column -= std::min(all - *screen, column - kLeast);
  }
  return widths;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      ++i;  // U+0080 to U+009F, of which U+009B is as good as ESC [
      shown += '?';
    } else {
      shown += byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
  }
  return shown;
}

std::string paint(const std::string& text, Color color, std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  if (::isatty(::fileno(stream)) == 0 || (no_color != nullptr && *no_color != '\0')) {
    return text;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", color_code(color), text);
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) {
    return fmt::format("{} B", bytes);
  }
  auto value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits.at(unit));
}

std::string human_time(std::int64_t ms) {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(ms / 1000)));
}

std::string human_ago(std::int64_t ms, std::int64_t now_ms) {
  const std::int64_t seconds = std::max<std::int64_t>(0, (now_ms - ms) / 1000);
  if (seconds < 60) {
    return "just now";
  }
  if (seconds < 3600) {
    return fmt::format("{} min ago", seconds / 60);
  }
  if (seconds < 86'400) {
    return fmt::format("{} h ago", seconds / 3600);
  }
  return fmt::format("{} d ago", seconds / 86'400);
}

std::optional<std::size_t> terminal_width(std::FILE* stream) {
  const int fd = ::fileno(stream);
  if (::isatty(fd) == 0) {
    return std::nullopt;
  }
  const char* columns = std::getenv("COLUMNS");  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  const std::string_view text = columns == nullptr ? "" : columns;
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
  if (error == std::errc{} && end == text.data() + text.size() && width > 0) {
    return width;
  }
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? std::optional<std::size_t>(size.ws_col)
                                                                : std::nullopt;
}

std::string wrapped(const std::string& text, std::size_t indent, std::FILE* stream) {
  const auto width = terminal_width(stream);
  if (!width || *width <= indent) {
    return text;
  }
  std::string all;
  std::size_t at = indent;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t length = end - begin;
    if (!all.empty() && at + 1 + length > *width) {
      all += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (!all.empty()) {
      all += ' ';
      ++at;
    }
    all.append(text, begin, length);
    at += length;
    begin = end + 1;
  }
  return all;
}

std::vector<std::size_t> print_table(const Table& table, const std::vector<std::size_t>& least) {
  std::vector<std::size_t> widths = least;
  for (std::size_t i = widths.size(); i < table.header.size(); ++i) {
    widths.push_back(table.header[i].size());
  }
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], shown_width(row[i]));
    }
  }
  const std::vector<std::size_t> shown = fitted(widths, table.gives_way);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = i == table.gives_way ? cut(cells[i], shown[i]) : cells[i];
      const std::string padding(shown[i] - std::min(shown[i], shown_width(cell)), ' ');
      text += table.right.at(i) ? padding + cell : cell + padding;
      text += i + 1 < cells.size() ? "  " : "";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  if (least.empty()) {
    std::printf("%s\n", paint(line(table.header), Color::kDim, stdout).c_str());
  }
  for (const auto& row : table.rows) {
    std::printf("%s\n", line(row).c_str());
  }
  return widths;
}

ProgressBar::ProgressBar(std::string_view label)
    : label_(printable(label)), terminal_(::isatty(STDERR_FILENO) != 0), start_(Clock::now()), last_(start_) {}

ProgressBar::~ProgressBar() {
  if (shown_) {
    std::fprintf(stderr, "\r\x1b[K");
  }
}

void ProgressBar::update(std::uint64_t done, std::uint64_t total) {
  const Clock::time_point now = Clock::now();
  if (!terminal_ || now - start_ < kShowAfter || (shown_ && now - last_ < kRedrawEvery)) {
    return;
  }
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(done) / seconds;
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
  const auto left = static_cast<std::int64_t>(rate > 0 ? static_cast<double>(total - done) / rate : 0);
  const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
  fmt::print(stderr, "\r\x1b[K{} [{}] {:3.0f} %  {} of {}  {}/s  {} left", label_, bar, share * 100, human_size(done),
             human_size(total), human_size(static_cast<std::uint64_t>(rate)), human_duration(left));
  std::fflush(stderr);
}

}  // namespace libcos::cli
