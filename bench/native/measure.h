// Clocks, files and processes for the benchmarks. Whatever fails ends the program: a benchmark that went on
// would measure something else.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/files.h"
#include "cos/store.h"
#include "report.h"

namespace cos_bench {

inline constexpr std::size_t kBlock = std::size_t{1} << 20U;

struct Options {
  std::filesystem::path directory;  // of the run's own; on the disk that is to be measured
  std::uint64_t ingest_bytes;
  std::uint64_t memory_bytes;
  std::vector<std::size_t> store_sizes;
  int rounds;
};

void bench_ingest(const Options& options, Report& report);
void bench_registry(const Options& options, Report& report);
void bench_hash_list(const Options& options, Report& report);
void bench_memory(const Options& options, Report& report);

[[noreturn]] void give_up(const std::string& message);
// Says on standard error what is being done now.
void step(const std::string& text);

template <class T>
T need(libcos::Result<T> result) {
  if (!result) {
    give_up(result.error().message);
  }
  return std::move(*result);
}
inline void need(libcos::Status status) {
  if (!status) {
    give_up(status.error().message);
  }
}

// Seconds.
double time_of(const std::function<void()>& work);

// A way of doing the same work: `prepare` and `tidy` are not measured.
struct Contender {
  std::function<void()> work;
  std::function<void()> tidy = [] {};
  std::vector<double> seconds = {};
};

// Measures each in turn, `rounds` times, in an order that rotates; one more round at first warms everything
// up and is thrown away.
void take_turns(const std::vector<Contender*>& contenders, int rounds);

// Runs a program to its end, its output thrown away.
void run_program(const std::vector<std::string>& arguments);

// A store in `directory` whose limits are not what is measured.
libcos::Store open_store(const std::filesystem::path& directory);

// A file of bytes that no disk or file system can compress.
void make_file(const std::filesystem::path& path, std::uint64_t bytes);
void fill(std::vector<std::uint8_t>& block, std::uint64_t seed);

}  // namespace cos_bench
