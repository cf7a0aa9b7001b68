// What happens in the store, on its way to the registry's activity log. Gathered in memory: neither a read nor a write
// waits for its line, and whether a read was disclosed or refused makes no difference in what noting it costs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "store/registry.h"

namespace libcos::internal {

// The caller of each method holds the Store's mutex.
class ActivityLog {
 public:
  explicit ActivityLog(Registry& registry) : registry_(registry) {}

  // In memory. What does not fit until the next flush() is not noted. `page`: the site of the page that brought it
  // about; empty for the user and the store itself.
  void note(ActivitySubject subject, const std::string& page, std::uint64_t size, std::int64_t now);
  // Writes down what was noted, but for what somebody has erased since, and takes away what is too old or too much.
  // Errors: kBusy when another process holds the store; the lines stay for another time.
  Status flush(std::int64_t now);
  // The same in the caller's transaction; after its commit the caller drops what was noted.
  Status write(std::int64_t now);
  void drop() {
    noted_.clear();
    of_page_.clear();
  }

 private:
  using Page = std::pair<std::string, std::string>;  // realm and site

  Registry& registry_;
  std::map<ActivitySubject, ActivityTimes> noted_;
  std::map<Page, std::size_t> of_page_;  // how many of them there are
};

}  // namespace libcos::internal
