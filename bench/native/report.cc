#include "report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace cos_bench {
namespace {

const char* unit_name(Unit unit) {
  switch (unit) {
    case Unit::kBytesPerSecond:
      return "B/s";
    case Unit::kPerSecond:
      return "1/s";
    case Unit::kSeconds:
      return "s";
    case Unit::kNanoseconds:
      return "ns";
    case Unit::kBytes:
      return "B";
    case Unit::kRatio:
      return "x";
  }
  return "";
}

std::string scaled(double value, const char* unit) {
  constexpr std::array<const char*, 4> kPrefixes{"", "k", "M", "G"};
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f %s%s",
                value < 9.95   ? 2
                : value < 99.5 ? 1
                               : 0,
                value, kPrefixes.at(prefix), unit);
  return text.data();
}

std::string for_people(double value, Unit unit) {
  std::array<char, 64> text{};
  switch (unit) {
    case Unit::kSeconds:
      std::snprintf(text.data(), text.size(), value < 1 ? "%.2f ms" : "%.2f s", value < 1 ? value * 1000 : value);
      return text.data();
    case Unit::kRatio:
      std::snprintf(text.data(), text.size(), "%.2f x", value);
      return text.data();
    case Unit::kNanoseconds:
      std::snprintf(text.data(), text.size(), "%.0f ns", value);
      return text.data();
    case Unit::kPerSecond:
      return scaled(value, "/s");
    default:
      return scaled(value, unit_name(unit));
  }
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void Report::print_table() const {
  std::size_t width = 0;
  for (const Section& section : sections_) {
    for (const Figure& figure : section.figures) {
      width = std::max(width, figure.name.size());
    }
  }
  for (const Section& section : sections_) {
    std::printf("\n%s\n", section.title.c_str());
    for (const Figure& figure : section.figures) {
      std::printf("  %-*s  %12s", static_cast<int>(width), figure.name.c_str(),
                  for_people(figure.value, figure.unit).c_str());
      if (figure.runs.size() > 1) {
        const auto [least, most] = std::minmax_element(figure.runs.begin(), figure.runs.end());
        std::printf("   %s to %s", for_people(*least, figure.unit).c_str(), for_people(*most, figure.unit).c_str());
      }
      std::printf("\n");
    }
  }
}

void Report::print_json() const {
  nlohmann::ordered_json sections = nlohmann::ordered_json::array();
  for (const Section& section : sections_) {
    nlohmann::ordered_json figures = nlohmann::ordered_json::array();
    for (const Figure& figure : section.figures) {
      figures.push_back({{"key", figure.key},
                         {"name", figure.name},
                         {"value", figure.value},
                         {"unit", unit_name(figure.unit)},
                         {"runs", figure.runs}});
    }
    sections.push_back({{"title", section.title}, {"figures", std::move(figures)}});
  }
  std::printf("%s\n", nlohmann::ordered_json{{"sections", std::move(sections)}}.dump(2).c_str());
}

}  // namespace cos_bench
