// The digest and the hash tree of a stream, in one pass over the bytes. Beyond the first MiBs the digest runs on
// a lane (a thread) of its own, beside the caller who writes the bytes to disk. Memory is bounded by a few
// blocks. One thread calls it at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cos/hash.h"
#include "store/digest.h"

namespace libcos {

struct StreamSums {
  std::vector<std::uint8_t> digest;
  std::vector<std::uint8_t> leaves;
};

class Ingest {
 public:
  static constexpr std::size_t kBlockSize = HashTree::kLeafSize;
  using Block = std::vector<std::uint8_t>;

  explicit Ingest(HashAlgorithm algorithm);
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // An empty block to fill, of kBlockSize capacity. Waits while too many are being hashed.
  std::shared_ptr<Block> take_block();
  // The stream's next bytes. The block must not be changed any more.
  void push(std::shared_ptr<const Block> block);
  // The sums of everything pushed; starts afresh.
  StreamSums finish();
  void reset();

 private:
  class Lane;
  struct Pool;

  void start_lane();

  Digest digest_;
  HashTree tree_;
  std::uint64_t pushed_ = 0;
  std::shared_ptr<Pool> pool_;  // shared with the blocks, which go back to it
  bool lane_refused_ = false;
  std::unique_ptr<Lane> lane_;  // null: hashed on the caller's thread
};

}  // namespace libcos
