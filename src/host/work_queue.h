// A few threads for commands that may take long (verifying, syncing), so that quick ones are answered
// meanwhile. Owned by the host; joins its threads when it goes.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace libcos {

class WorkQueue {
 public:
  explicit WorkQueue(unsigned threads);
  // Finishes what was begun and queued.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void run(std::function<void()> work);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace libcos
