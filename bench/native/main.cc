// cos_bench: what the store costs natively, against named baselines in the same run.
#include <getopt.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>
#include <system_error>

#include "measure.h"

namespace {

constexpr const char* kHelp = R"(Usage: cos_bench [options]

  --only LIST      ingest, registry, phl, memory (default: all)
  --size MIB       size of the file for ingest, default 1024
  --entries LIST   sizes of the stores for look-ups and publication, default 1000,100000
  --rounds N       how often each is measured, default 3; medians are reported
  --large          stream 8 GiB, not 1 GiB, for the memory that it takes
  --dir DIR        where to work: the disk that is to be measured, default the system's temporary directory
  --json           print JSON
)";

std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    parts.push_back(part);
  }
  return parts;
}

std::uint64_t number(const char* text) {
  char* end = nullptr;
  const unsigned long long value = std::strtoull(text, &end, 10);
  if (value == 0 || *end != '\0') {
    cos_bench::give_up(std::string(text) + " is not a number above zero.");
  }
  return value;
}

// Removed also when the program gives up.
std::filesystem::path& work_directory() {
  static std::filesystem::path path;
  return path;
}

}  // namespace

int main(int argc, char** argv) {
  cos_bench::Options options{
      std::filesystem::temp_directory_path(), std::uint64_t{1} << 30U, std::uint64_t{1} << 30U, {1000, 100'000}, 3};
  std::vector<std::string> only{"memory", "ingest", "registry", "phl"};
  bool json = false;
  const std::array<option, 9> kOptions{{{"only", required_argument, nullptr, 'o'},
                                        {"size", required_argument, nullptr, 's'},
                                        {"entries", required_argument, nullptr, 'e'},
                                        {"rounds", required_argument, nullptr, 'r'},
                                        {"large", no_argument, nullptr, 'l'},
                                        {"dir", required_argument, nullptr, 'd'},
                                        {"json", no_argument, nullptr, 'j'},
                                        {"help", no_argument, nullptr, 'h'},
                                        {nullptr, 0, nullptr, 0}}};
  for (int flag = 0; (flag = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1;) {
    switch (flag) {
      case 'o':
        only = parts_of(optarg);
        break;
      case 's':
        options.ingest_bytes = number(optarg) << 20U;
        break;
      case 'e':
        options.store_sizes.clear();
        for (const std::string& part : parts_of(optarg)) {
          options.store_sizes.push_back(number(part.c_str()));
        }
        break;
      case 'r':
        options.rounds = static_cast<int>(number(optarg));
        break;
      case 'l':
        options.memory_bytes = std::uint64_t{8} << 30U;
        break;
      case 'd':
        options.directory = optarg;
        break;
      case 'j':
        json = true;
        break;
      case 'h':
        std::fputs(kHelp, stdout);
        return 0;
      default:
        std::fputs(kHelp, stderr);
        return 2;
    }
  }
  std::string name = (std::filesystem::absolute(options.directory) / "cos-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    cos_bench::give_up("Cannot make a directory in " + options.directory.string() + ".");
  }
  options.directory = work_directory() = name;
  std::atexit([] {
    std::error_code ignored;
    std::filesystem::remove_all(work_directory(), ignored);
  });

  cos_bench::Report report;
  for (const std::string& part : only) {
    if (part == "memory") {
      bench_memory(options, report);
    } else if (part == "ingest") {
      bench_ingest(options, report);
    } else if (part == "phl") {
      bench_hash_list(options, report);
    } else if (part == "registry") {
      bench_registry(options, report);
    } else {
      cos_bench::give_up("There is no part '" + part + "'.");
    }
  }
  json ? report.print_json() : report.print_table();
  return 0;
}
