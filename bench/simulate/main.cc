// cos_simulate: a year of browsing against stores of several sizes and eviction orders. README.md has the assumptions.
#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "study.h"

namespace {

using namespace cos_simulate;

constexpr const char* kHelp = R"(Usage: cos_simulate [options]

  --people N       how many, each with a store of their own (1)
  --days N         for how long (365)
  --seed N         another seed, other people (1)
  --config FILE    other assumptions than bench/simulate/assumptions.json
  --budgets LIST   sizes of the store in GB (1,2,5,10,20,100)
  --policies LIST  lru, fifo, lfu-da, gdsf, gdsf-bytes, size, size-age, random, clairvoyant (all)
  --no-controls    do not try what the lookup budget and GREASE cost
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

std::string content(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error("Cannot read " + path + ".");
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

Policy policy_named(const std::string& name) {
  for (const auto& [policy, known] : kPolicies) {
    if (known == name) {
      return policy;
    }
  }
  throw std::runtime_error("There is no policy '" + name + "'.");
}

double gigabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e9; }

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_table(const Study& study, const std::vector<Result>& results) {
  const auto people = static_cast<double>(study.people);
  std::printf("%llu people, %g days; GB are per person.\n\n", static_cast<unsigned long long>(study.people),
              study.days);
  std::printf("%8s  %-24s %8s %8s %11s %11s %10s %12s\n", "store", "", "hits", "bytes", "first hits", "first bytes",
              "loaded", "evicted");
  for (const Result& result : results) {
    const Outcome& sum = result.outcome;
    std::printf("%5.0f GB  %-24s %6.1f %% %6.1f %% %9.1f %% %9.1f GB %7.1f GB %12.0f\n", gigabytes(result.capacity),
                result.name.c_str(), share(sum.hits, sum.requests), share(sum.hit_bytes, sum.bytes),
                share(sum.first_hits, sum.firsts), gigabytes(sum.first_hit_bytes) / people,
                gigabytes(sum.downloaded()) / people, static_cast<double>(sum.evicted) / people);
  }
}

void print_json(const Study& study, const std::vector<Result>& results) {
  nlohmann::ordered_json all{{"people", study.people}, {"days", study.days}, {"seed", study.seed}};
  for (const Result& result : results) {
    const Outcome& sum = result.outcome;
    all["results"].push_back({{"capacity", result.capacity},
                              {"name", result.name},
                              {"requests", sum.requests},
                              {"bytes", sum.bytes},
                              {"hits", sum.hits},
                              {"hitBytes", sum.hit_bytes},
                              {"firsts", sum.firsts},
                              {"firstHits", sum.first_hits},
                              {"firstHitBytes", sum.first_hit_bytes},
                              {"downloadedBytes", sum.downloaded()},
                              {"refused", sum.refused},
                              {"refusedBytes", sum.refused_bytes},
                              {"suppressed", sum.suppressed},
                              {"evicted", sum.evicted},
                              {"mostBytes", sum.most_bytes}});
  }
  std::printf("%s\n", all.dump(2).c_str());
}

struct Arguments {
  Study study;
  std::string config = COS_ASSUMPTIONS;
  bool json = false;
  bool help = false;
  bool wrong = false;
};

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  const std::array<option, 10> kOptions{{{"people", required_argument, nullptr, 'n'},
                                         {"days", required_argument, nullptr, 'd'},
                                         {"seed", required_argument, nullptr, 's'},
                                         {"config", required_argument, nullptr, 'c'},
                                         {"budgets", required_argument, nullptr, 'b'},
                                         {"policies", required_argument, nullptr, 'p'},
                                         {"no-controls", no_argument, nullptr, 'x'},
                                         {"json", no_argument, nullptr, 'j'},
                                         {"help", no_argument, nullptr, 'h'},
                                         {nullptr, 0, nullptr, 0}}};
  for (int flag = 0; (flag = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1;) {
    if (flag == 'n') {
      arguments.study.people = std::stoull(optarg);
    } else if (flag == 'd') {
      arguments.study.days = std::stod(optarg);
    } else if (flag == 's') {
      arguments.study.seed = std::stoull(optarg);
    } else if (flag == 'c') {
      arguments.config = optarg;
    } else if (flag == 'b') {
      arguments.study.capacities.clear();
      for (const std::string& part : parts_of(optarg)) {
        arguments.study.capacities.push_back(static_cast<std::uint64_t>(std::stod(part) * 1e9));
      }
    } else if (flag == 'p') {
      arguments.study.policies.clear();
      for (const std::string& part : parts_of(optarg)) {
        arguments.study.policies.push_back(policy_named(part));
      }
    }
    arguments.study.controls = arguments.study.controls && flag != 'x';
    arguments.json = arguments.json || flag == 'j';
    arguments.help = arguments.help || flag == 'h';
    arguments.wrong = arguments.wrong || flag == '?';
  }
  return arguments;
}

void show_progress(std::uint64_t done, std::uint64_t people) {
  if (::isatty(STDERR_FILENO) != 0) {
    std::fprintf(stderr, done < people ? "\r%llu of %llu people" : "\r\x1b[K", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(people));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments = read_arguments(argc, argv);
    if (arguments.help || arguments.wrong) {
      std::fputs(kHelp, arguments.help ? stdout : stderr);
      return arguments.help ? 0 : 2;
    }
    const World world(Assumptions::from_json(content(arguments.config)), arguments.study.seed);
    const std::vector<Result> results =
        run(arguments.study, world, std::max(1U, std::thread::hardware_concurrency()), show_progress);
    arguments.json ? print_json(arguments.study, results) : print_table(arguments.study, results);
    return 0;
  } catch (const std::exception& error) {  // of the JSON library and of number parsing
    std::fprintf(stderr, "cos_simulate: %s\n", error.what());
    return 1;
  }
}
