// The same operations on a small store and on a large one, by turns.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scale/operations.h"
#include "scale/outside.h"
#include "scale/runs.h"
#include "scale/statements.h"
#include "store/paths.h"

namespace libcos::scale {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMostGrowth = 1.5;
constexpr std::size_t kTurnsAtOnce = 20;
constexpr std::size_t kLookUps = 20'000;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Measured {
  std::vector<double> seconds;
  std::vector<double> steps;
};

void measure(const Operation& operation, std::size_t turn, Measured& measured) {
  (void)take_steps();
  measured.seconds.push_back(seconds_of([&] { operation.run(turn); }));
  measured.steps.push_back(static_cast<double>(take_steps().instructions));
}

struct Row {
  std::string name;
  Measured few;
  Measured many;

  [[nodiscard]] double growth() const { return median(many.seconds) / median(few.seconds); }
};

// Some turns here, some there: what the machine does besides meets both alike.
std::vector<Row> compare(const std::vector<Operation>& left, const std::vector<Operation>& right) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::fprintf(stderr, "> %s\n", left[i].name.c_str());
    Row row{left[i].name, {}, {}};
    for (std::size_t begin = 0; begin < left[i].turns; begin += kTurnsAtOnce) {
      for (auto* side : {&left[i], &right[i]}) {
        for (std::size_t turn = begin; turn < std::min(begin + kTurnsAtOnce, left[i].turns); ++turn) {
          measure(*side, turn, side == &left[i] ? row.few : row.many);
        }
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// The most that a process of its own holds while it looks up entries all over the store.
std::uint64_t peak_of_lookups(const std::filesystem::path& directory, std::size_t entries) {
  const std::string command =
      std::filesystem::read_symlink("/proc/self/exe").string() + " lookups " + directory.string() + " ";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> child(::popen((command + std::to_string(entries)).c_str(), "r"),
                                                              ::pclose);
  unsigned long long peak = 0;
  if (!child || std::fscanf(child.get(), "%llu", &peak) != 1) {
    give_up("The process that looks up failed.");
  }
  return peak;
}

void print(const std::vector<Row>& rows, std::size_t entries) {
  std::printf("%-32s %12s %12s %8s %10s %10s\n", "", "1000", std::to_string(entries).c_str(), "times", "steps",
              "steps");
  for (const Row& row : rows) {
    std::printf("%-32s %9.1f µs %9.1f µs %7.2f× %10.0f %10.0f%s\n", row.name.c_str(), median(row.few.seconds) * 1e6,
                median(row.many.seconds) * 1e6, row.growth(), median(row.few.steps), median(row.many.steps),
                row.growth() > kMostGrowth ? "  SLOWER" : "");
  }
}

void print_json(const std::vector<Row>& rows, const nlohmann::ordered_json& sizes) {
  nlohmann::ordered_json all{{"store", sizes}, {"operations", nlohmann::ordered_json::array()}};
  for (const Row& row : rows) {
    all["operations"].push_back({{"name", row.name},
                                 {"turns", row.few.seconds.size()},
                                 {"fewSeconds", median(row.few.seconds)},
                                 {"manySeconds", median(row.many.seconds)},
                                 {"growth", row.growth()},
                                 {"fewSteps", median(row.few.steps)},
                                 {"manySteps", median(row.many.steps)}});
  }
  std::printf("%s\n", all.dump(2).c_str());
}

}  // namespace

int run_lookups(const std::filesystem::path& directory, std::size_t entries) {
  Store store = need(Store::open({directory, {}}));
  for (std::size_t i = 0; i < kLookUps; ++i) {
    const Entry entry{(i + 1) * 7'919'113 % entries};
    (void)need(store.request_read({home_realm(), entry.storer()}, entry.hash()));
  }
  std::printf("%llu\n", static_cast<unsigned long long>(holdings_of(::getpid()).peak));
  return 0;
}

int run_scale(const Options& options) {
  count_steps();
  const WorkDirectory work(options.directory);
  const std::filesystem::path few = work.path() / "few";
  const std::filesystem::path many = work.path() / "many";
  std::fprintf(stderr, "> making a store of %zu entries\n", options.entries);
  populate(few / "store", kLeastEntries);
  const double making = seconds_of([&] { populate(many / "store", options.entries); });
  ::sync();
  nlohmann::ordered_json sizes{{"entries", options.entries}, {"madeInSeconds", making}};
  for (const auto& [name, directory, entries] :
       {std::tuple{"few", few / "store", kLeastEntries}, std::tuple{"many", many / "store", options.entries}}) {
    sizes[name] = {{"databaseBytes", std::filesystem::file_size(StorePaths(directory).database())},
                   {"peakOfLookups", peak_of_lookups(directory, entries)}};
  }
  std::vector<Row> rows;
  {
    // First: what removes comes last in the other.
    Outside small(few, kLeastEntries);
    Outside large(many, options.entries);
    rows = compare(small.operations(), large.operations());
  }
  Subject small(few / "store", kLeastEntries);
  Subject large(many / "store", options.entries);
  const std::vector<Row> inside = compare(small.operations(), large.operations());
  rows.insert(rows.end(), inside.begin(), inside.end());
  if (options.json) {
    print_json(rows, sizes);
  } else {
    print(rows, options.entries);
    std::printf("%s\n", sizes.dump(2).c_str());
  }
  std::fflush(stdout);  // the directory takes minutes to remove
  const bool steady = std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.growth() <= kMostGrowth; });
  return steady ? 0 : 1;
}

}  // namespace libcos::scale
