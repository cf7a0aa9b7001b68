#include "base/clock.h"

#include <chrono>

namespace libcos {

Clock system_clock() {
  return [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
}

}  // namespace libcos
