// What a host does for its store while pages do not wait: once a minute it has written down what reads noted, and it
// reads what the store holds again, slowly, while nobody asks for anything: a disk that loses bytes is found before
// somebody needs them. One process at a time does it for a store.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "cos/store.h"

namespace libcos {

class Scrubber {
 public:
  // `idle`: how long nobody must have asked for anything. `store` must outlive it.
  Scrubber(Store& store, std::chrono::milliseconds idle);
  // Stops within a MiB's reading.
  ~Scrubber();
  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  // Somebody asked for something. Any thread.
  void note_activity();

 private:
  void run();
  // Reads all entries that wait for it, until somebody asks for something. False: this process is not to go on.
  bool scrub();
  bool may_go_on();
  // False when it is to stop.
  bool wait(std::chrono::milliseconds how_long);

  Store& store_;
  const std::chrono::milliseconds idle_;
  std::atomic<std::int64_t> last_activity_;  // ms of the steady clock
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool orphans_collected_ = false;  // of the thread
  std::thread thread_;              // last: uses all of the above
};

}  // namespace libcos
