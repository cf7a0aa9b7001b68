// What is done to a store of any size, and must cost the same whatever the size.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scale/population.h"

namespace libcos::scale {

// At least so many entries, so that no operation runs out of what it removes.
inline constexpr std::size_t kLeastEntries = 1000;
inline constexpr std::size_t kMostTurns = 20;

struct Operation {
  std::string name;
  // How often it can be measured: what removes something has kMostTurns.
  std::size_t turns;
  // The n-th time.
  std::function<void(std::size_t)> run;
};

// One in the lower half of so many, in no order; none twice in an eighth of them.
Entry any_entry(std::size_t entries, std::size_t turn, bool global);

// A populated store, and all that can be done to it. Reads take the lower half of the entries; what removes takes the
// upper.
class Subject {
 public:
  Subject(std::filesystem::path directory, std::size_t entries);

  [[nodiscard]] std::vector<Operation> operations();
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::size_t entries() const { return entries_; }
  [[nodiscard]] Store& store() { return store_; }

 private:
  [[nodiscard]] std::vector<Operation> reads();
  [[nodiscard]] std::vector<Operation> writes();
  [[nodiscard]] std::vector<Operation> removals();
  [[nodiscard]] std::vector<Operation> views();
  [[nodiscard]] Entry any(std::size_t turn, bool global) const { return any_entry(entries_, turn, global); }
  [[nodiscard]] Entry popular(std::size_t turn) const;
  void expect_read(const Origin& origin, const Entry& entry, bool found);

  const std::filesystem::path directory_;
  const std::size_t entries_;
  Store store_;
};

}  // namespace libcos::scale
