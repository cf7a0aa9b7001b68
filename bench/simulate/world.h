// What people browse: sites, the files that sites use, and one person's requests. All of it is drawn from a seed and
// the assumptions; nothing else enters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "draw.h"

namespace cos_simulate {

// Files of one sort (bench/simulate/README.md explains each number).
struct Sort {
  std::uint32_t count = 0;   // different ones
  double skew = 0;           // Zipf exponent of their popularity among sites
  double a_site = 0;         // mean number that a site uses which uses any
  double median_bytes = 0;   // log-normal
  double spread = 0;         // its sigma
  double release_days = 0;   // mean time between versions
  double lag_releases = 0;   // sites lag behind by up to so many versions
  std::uint32_t listed = 0;  // the most popular so many are on the Public Hash List
  double used = 0;           // share of visits in which the site loads it
  double site_share = 0;     // share of sites that use any
};

struct Assumptions {
  std::uint32_t sites = 0;
  double site_skew = 0;
  double visits_a_day = 0;
  double revisits = 0;      // share of visits that go to a site visited before
  double revisit_skew = 0;  // Zipf exponent over how long ago
  std::vector<Sort> sorts;
  std::uint64_t part_bytes = 0;
  std::uint64_t largest_bytes = 0;

  // Throws std::runtime_error for what is missing.
  static Assumptions from_json(const std::string& text);
};

// A file that a site uses: which of its sort, whatever the version.
struct Use {
  std::uint8_t sort;
  std::uint32_t rank;  // 0 is the most popular
  float lag;           // in releases
};

// Part of a file as it was asked for.
struct Request {
  std::int64_t at;  // ms
  std::uint32_t site;
  std::uint32_t file;  // of this person's files, counted from 0
  std::uint32_t copy;  // the same for pairs of file and site
  std::uint64_t bytes;
  bool listed;
  bool first;          // the site asks for it for the first time
  std::uint32_t next;  // index of the next request for the same file; kNever
  std::uint32_t next_copy;
};

inline constexpr std::uint32_t kNever = UINT32_MAX;

struct Trace {
  std::vector<Request> requests;
  std::uint32_t files = 0;
  std::uint32_t copies = 0;
};

class World {
 public:
  World(Assumptions assumptions, std::uint64_t seed);

  // What person number `person` asks for in `days` days.
  [[nodiscard]] Trace year_of(std::uint64_t person, double days) const;

 private:
  [[nodiscard]] std::vector<Use> uses_of(std::uint32_t site) const;
  [[nodiscard]] std::uint64_t size_of(const Sort& sort, std::uint8_t number, std::uint32_t rank) const;

  const Assumptions assumptions_;
  const std::uint64_t seed_;
  const Zipf sites_;
  std::vector<Zipf> ranks_;
  std::vector<std::vector<Use>> uses_;
  std::vector<std::vector<std::uint64_t>> sizes_;
};

}  // namespace cos_simulate
