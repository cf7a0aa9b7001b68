#include "world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

namespace cos_simulate {
namespace {

constexpr double kDayMs = 24.0 * 3600 * 1000;
constexpr std::int64_t kBegin = 1'800'000'000'000;  // windows and epochs begin somewhere
constexpr std::uint32_t kLongestMemory = 4096;      // sites that a person goes back to

// What the numbers that are drawn are for: subjects of Draw.
enum Purpose : std::uint64_t { kUses, kSize, kVisits };

Sort sort_from(const nlohmann::json& json) {
  return {json.at("count"),  json.at("skew"),        json.at("aSite"),       json.at("medianBytes"),
          json.at("spread"), json.at("releaseDays"), json.at("lagReleases"), json.at("listed"),
          json.at("used"),   json.at("siteShare")};
}

// Gives every distinct 64-bit name a small number, in the order in which they come.
class Numbers {
 public:
  std::pair<std::uint32_t, bool> of(std::uint64_t name) {
    const auto [it, fresh] = known_.emplace(name, static_cast<std::uint32_t>(known_.size()));
    return {it->second, fresh};
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(known_.size()); }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> known_;
};

void link_to_next(Trace& trace) {
  std::vector<std::uint32_t> next(trace.files, kNever);
  std::vector<std::uint32_t> next_copy(trace.copies, kNever);
  for (std::size_t i = trace.requests.size(); i-- > 0;) {
    Request& request = trace.requests[i];
    request.next = std::exchange(next[request.file], static_cast<std::uint32_t>(i));
    request.next_copy = std::exchange(next_copy[request.copy], static_cast<std::uint32_t>(i));
  }
}

// One person's way through the sites: new ones by their popularity, and back to those visited before, rather to
// those visited last.
class Wanderer {
 public:
  Wanderer(const Assumptions& assumptions, const Zipf& sites, Draw& draw)
      : assumptions_(assumptions), sites_(sites), recency_(kLongestMemory, assumptions.revisit_skew), draw_(draw) {}

  std::uint32_t next() {
    const auto known = static_cast<std::uint32_t>(recent_.size());
    std::uint32_t site = 0;
    if (known > 0 && draw_.uniform() < assumptions_.revisits) {
      const std::uint32_t ago = recency_(draw_, known);
      site = recent_[known - 1 - ago];
    } else {
      site = sites_(draw_);
    }
    std::erase(recent_, site);
    recent_.push_back(site);
    if (recent_.size() > kLongestMemory) {
      recent_.erase(recent_.begin());
    }
    return site;
  }

 private:
  const Assumptions& assumptions_;
  const Zipf& sites_;
  const Zipf recency_;
  Draw& draw_;
  std::vector<std::uint32_t> recent_;
};

}  // namespace

Assumptions Assumptions::from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  Assumptions all{json.at("sites"),     json.at("siteSkew"),    json.at("visitsADay"),
                  json.at("revisits"),  json.at("revisitSkew"), {},
                  json.at("partBytes"), json.at("largestBytes")};
  for (const char* sort : {"libraries", "fonts", "runtimes", "models"}) {
    all.sorts.push_back(sort_from(json.at(sort)));
  }
  return all;
}

World::World(Assumptions assumptions, std::uint64_t seed)
    : assumptions_(std::move(assumptions)), seed_(seed), sites_(assumptions_.sites, assumptions_.site_skew) {
  for (std::uint8_t number = 0; const Sort& sort : assumptions_.sorts) {
    ranks_.emplace_back(sort.count, sort.skew);
    auto& sizes = sizes_.emplace_back();
    for (std::uint32_t rank = 0; rank < sort.count; ++rank) {
      sizes.push_back(size_of(sort, number, rank));
    }
    ++number;
  }
  for (std::uint32_t site = 0; site < assumptions_.sites; ++site) {
    uses_.push_back(uses_of(site));
  }
}

std::vector<Use> World::uses_of(std::uint32_t site) const {
  Draw draw(seed_, {kUses, site});
  std::vector<Use> uses;
  for (std::uint8_t number = 0; const Sort& sort : assumptions_.sorts) {
    if (draw.uniform() < sort.site_share) {
      for (std::uint32_t left = draw.geometric(std::max(1.0, sort.a_site)); left > 0; --left) {
        const std::uint32_t rank = ranks_[number](draw);
        const auto lag = static_cast<float>(draw.uniform() * sort.lag_releases);
        const bool known = std::any_of(uses.begin(), uses.end(),
                                       [&](const Use& use) { return use.sort == number && use.rank == rank; });
        if (!known) {
          uses.push_back({number, rank, lag});
        }
      }
    }
    ++number;
  }
  return uses;
}

std::uint64_t World::size_of(const Sort& sort, std::uint8_t number, std::uint32_t rank) const {
  Draw draw(seed_, {kSize, number, rank});
  const double bytes = sort.median_bytes * std::exp(sort.spread * draw.normal());
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(bytes), 1000, assumptions_.largest_bytes);
}

Trace World::year_of(std::uint64_t person, double days) const {
  Draw draw(seed_, {kVisits, person});
  Wanderer wanderer(assumptions_, sites_, draw);
  Numbers files;
  Numbers copies;
  Trace trace;
  const auto visits = static_cast<std::uint64_t>(days * assumptions_.visits_a_day);
  for (std::uint64_t visit = 0; visit < visits; ++visit) {
    const double day = (static_cast<double>(visit) + draw.uniform()) / assumptions_.visits_a_day;
    const std::uint32_t site = wanderer.next();
    for (const Use& use : uses_[site]) {
      const Sort& sort = assumptions_.sorts[use.sort];
      if (draw.uniform() >= sort.used) {
        continue;
      }
      const double releases = day / sort.release_days + use.rank % 16 / 16.0 + 64 - static_cast<double>(use.lag);
      const auto version = static_cast<std::uint64_t>(releases);
      const std::uint64_t size = sizes_[use.sort][use.rank];
      const std::uint64_t parts = (size + assumptions_.part_bytes - 1) / assumptions_.part_bytes;
      for (std::uint64_t part = 0; part < parts; ++part) {
        const std::uint64_t name =
            ((std::uint64_t{use.sort} << 20U | use.rank) << 20U | (version & 0xfffffU)) << 12U | part;
        const auto [file, unused] = files.of(name);
        const auto [copy, first] = copies.of(std::uint64_t{site} << 32U | file);
        const std::uint64_t bytes = std::min(assumptions_.part_bytes, size - part * assumptions_.part_bytes);
        trace.requests.push_back({kBegin + static_cast<std::int64_t>(day * kDayMs), site, file, copy, bytes,
                                  use.rank < sort.listed, first, kNever, kNever});
      }
    }
  }
  trace.files = files.count();
  trace.copies = copies.count();
  link_to_next(trace);
  return trace;
}

}  // namespace cos_simulate
