#include "store/ingest.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace libcos {
namespace {

// Below this a thread costs more than it saves.
constexpr std::uint64_t kInlineBytes = 4 * Ingest::kBlockSize;
constexpr std::size_t kMostBlocks = 6;

}  // namespace

// Blocks that are neither being filled nor hashed.
struct Ingest::Pool {
  std::mutex mutex;
  std::condition_variable returned;
  std::vector<std::unique_ptr<Block>> free;
  std::size_t made = 0;
};

// A thread that feeds blocks, in order, to a function.
class Ingest::Lane {
 public:
  explicit Lane(std::function<void(std::span<const std::uint8_t>)> consume)
      : consume_(std::move(consume)), thread_([this] { run(); }) {}

  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  ~Lane() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      queue_.clear();
    }
    changed_.notify_all();
    thread_.join();
  }

  void push(std::shared_ptr<const Block> block) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(block));
    }
    changed_.notify_all();
  }

  void drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) {
        return;
      }
      std::shared_ptr<const Block> block = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      lock.unlock();
      consume_(*block);
      block.reset();
      lock.lock();
      busy_ = false;
      changed_.notify_all();
    }
  }

  std::function<void(std::span<const std::uint8_t>)> consume_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const Block>> queue_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when everything above stands
};

Ingest::Ingest(HashAlgorithm algorithm) : digest_(algorithm), pool_(std::make_shared<Pool>()) {}

Ingest::~Ingest() = default;

std::shared_ptr<Ingest::Block> Ingest::take_block() {
  std::unique_lock lock(pool_->mutex);
  pool_->returned.wait(lock, [this] { return !pool_->free.empty() || pool_->made < kMostBlocks; });
  std::unique_ptr<Block> block;
  if (pool_->free.empty()) {
    ++pool_->made;
    block = std::make_unique<Block>();
    block->reserve(kBlockSize);
  } else {
    block = std::move(pool_->free.back());
    pool_->free.pop_back();
  }
  return {block.release(), [pool = pool_](Block* used) {
            used->clear();
            {
              const std::lock_guard returning(pool->mutex);
              pool->free.emplace_back(used);
            }
            pool->returned.notify_one();
          }};
}

void Ingest::start_lane() {
  try {
    lane_ = std::make_unique<Lane>([this](std::span<const std::uint8_t> bytes) { digest_.update(bytes); });
  } catch (const std::system_error&) {
    // The system has no more threads for us: slower, on the caller's.
    lane_refused_ = true;
  }
}

void Ingest::push(std::shared_ptr<const Block> block) {
  pushed_ += block->size();
  if (!lane_ && !lane_refused_ && pushed_ > kInlineBytes) {
    start_lane();
  }
  tree_.update(*block);
  if (lane_) {
    lane_->push(std::move(block));
  } else {
    digest_.update(*block);
  }
}

StreamSums Ingest::finish() {
  if (lane_) {
    lane_->drain();
  }
  pushed_ = 0;
  return {digest_.finish(), tree_.finish()};
}

void Ingest::reset() {
  lane_.reset();
  digest_.reset();
  tree_.reset();
  pushed_ = 0;
}

}  // namespace libcos
