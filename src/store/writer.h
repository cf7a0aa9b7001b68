// A write session: bytes go to an incoming file while their digest runs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "cos/store.h"
#include "store/ingest.h"
#include "store/state.h"

namespace libcos::internal {

// Three properties drive it. Bounds are checked before an operation is carried out. A failed disk write is
// remembered and ends the session at close(), before any digest is looked at: hashing what should have been
// written would let a truncated file in. `sums_describe_file_` says whether the running sums are those of
// the file; anything off the append path clears it, and close() then makes one pass over the file.
class WriterState {
 public:
  static Result<std::unique_ptr<WriterState>> begin(std::shared_ptr<StoreState> store, WriteRequest request,
                                                    bool hash_is_promised = true);
  WriterState(const WriterState&) = delete;
  WriterState& operator=(const WriterState&) = delete;
  ~WriterState() { abort(); }

  Status write(std::uint64_t position, std::span<const std::uint8_t> bytes);
  Status truncate(std::uint64_t size);
  Result<Published> close();
  void abort();
  void note_user_activation() { request_.user_activation = true; }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  [[nodiscard]] const Hash& hash() const { return request_.hash; }

 private:
  WriterState(std::shared_ptr<StoreState> store, WriteRequest request, IncomingFile incoming, std::uint64_t limit,
              std::uint64_t reserve, std::uint64_t budget, bool hash_is_promised);

  Status reserve_units(std::uint64_t end);
  void release_units();
  Status check_limit(std::uint64_t end) const;
  Status check_room(std::uint64_t position, std::size_t size);
  void count_incoming(std::uint64_t size);
  Status append(std::span<const std::uint8_t> bytes);
  Status flush_block();
  Status write_back_early();
  Result<StreamSums> sums();
  Result<Published> verify_and_publish();
  Status remember(Status status);

  std::shared_ptr<StoreState> store_;
  WriteRequest request_;
  IncomingFile incoming_;
  std::uint64_t limit_;
  std::uint64_t reserve_;
  std::uint64_t budget_;   // of the whole store, which all sessions together must not exceed either
  bool hash_is_promised_;  // else close() takes the hash that the bytes have

  Ingest ingest_;
  std::shared_ptr<Ingest::Block> block_;  // appended bytes that are neither written nor hashed yet
  std::uint64_t size_ = 0;                // with block_
  std::uint64_t flushed_ = 0;             // where block_ begins
  std::uint64_t room_left_ = 0;           // bytes that may be written before the disk is asked again
  std::uint64_t counted_ = 0;             // our part of StoreState::incoming_bytes
  std::uint64_t written_back_ = 0;
  std::uint64_t units_ = 0;  // of the write budget, our part of StoreState::writing_units
  bool sums_describe_file_ = true;
  bool open_ = true;
  Status failure_;
};

}  // namespace libcos::internal
