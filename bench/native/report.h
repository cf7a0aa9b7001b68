// What was measured: named figures with their single runs, as a table for people or JSON for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cos_bench {

enum class Unit { kBytesPerSecond, kPerSecond, kSeconds, kNanoseconds, kBytes, kRatio };

struct Figure {
  std::string key;   // "ingest.cos": stable, for programs
  std::string name;  // for people
  double value;      // the median, where there are runs
  Unit unit;
  std::vector<double> runs = {};
};

class Report {
 public:
  void begin_section(const std::string& title) { sections_.push_back({title, {}}); }
  void add(Figure figure) { sections_.back().figures.push_back(std::move(figure)); }

  void print_table() const;
  void print_json() const;

 private:
  struct Section {
    std::string title;
    std::vector<Figure> figures;
  };

  std::vector<Section> sections_;
};

double median(std::vector<double> values);

}  // namespace cos_bench
