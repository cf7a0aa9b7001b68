#include "store/writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/try.h"
#include "store/settings.h"

namespace libcos {
namespace internal {
namespace {

constexpr std::uint64_t kRoomStep = 64ULL << 20U;
constexpr std::uint64_t kWriteBackStep = 16ULL << 20U;

}  // namespace

WriterState::WriterState(std::shared_ptr<StoreState> store, WriteRequest request, IncomingFile incoming,
                         std::uint64_t limit, std::uint64_t reserve, std::uint64_t budget, bool hash_is_promised)
    : store_(std::move(store)),
      request_(std::move(request)),
      incoming_(std::move(incoming)),
      limit_(limit),
      reserve_(reserve),
      budget_(budget),
      hash_is_promised_(hash_is_promised),
      ingest_(request_.hash.algorithm()) {}

Result<std::unique_ptr<WriterState>> WriterState::begin(std::shared_ptr<StoreState> store, WriteRequest request,
                                                        bool hash_is_promised) {
  if (request.origin && request.origin->is_opaque()) {
    return fail(ErrorCode::kNotAllowed, "An opaque origin cannot store.");
  }
  if (request.origin && !store->administrator.lets_use(request.origin->host())) {
    return fail(ErrorCode::kNotAllowed, "The administrator of this machine does not let this site use the store.");
  }
  std::uint64_t limit = 0;
  std::uint64_t reserve = 0;
  Budget budget{};
  {
    const std::lock_guard lock(store->mutex);
    if (request.origin) {
      COS_TRY(const PolicySettings* const policy, store->policy());
      const std::string key = limiter_key(store->visitor(request.realm, *request.origin, request.top_level));
      if (!store->write_limiter.take(key, policy->write_rate, StoreState::steady_now())) {
        return fail(ErrorCode::kQuotaExceeded, "The origin begins too many writes in a short time.");
      }
    }
    COS_TRY(const std::int64_t session_limit, store->setting_value(setting::kSessionLimit));
    COS_TRY(const std::int64_t disk_reserve, store->setting_value(setting::kReserve));
    COS_TRY(budget, budget_of(*store));
    limit = std::min(static_cast<std::uint64_t>(session_limit), request.origin ? budget.share : budget.total);
    reserve = static_cast<std::uint64_t>(disk_reserve);
  }
  COS_TRY(IncomingFile incoming, store->blobs->create_incoming(request.hash));
  std::unique_ptr<WriterState> writer(new WriterState(std::move(store), std::move(request), std::move(incoming), limit,
                                                      reserve, budget.total, hash_is_promised));
  COS_CHECK(writer->reserve_units(0));
  return writer;
}

// The write budget: what all open sessions on one site's pages may come to use is taken together, so that many at
// once do not use more than one after the other. Charged for good when a write is published.
Status WriterState::reserve_units(std::uint64_t end) {
  const std::uint64_t wanted = write_units(end);
  if (!request_.origin || wanted <= units_) {
    return {};
  }
  const std::lock_guard lock(store_->mutex);
  COS_TRY(const PolicySettings* const policy, store_->policy());
  const std::uint64_t most = policy->write_units;
  if (most > 0) {
    const Visitor writer = store_->visitor(request_.realm, *request_.origin, request_.top_level);
    COS_TRY(WriteAccount account, store_->registry.write_account(writer.realm, writer.top_level));
    const std::int64_t now = store_->clock();
    if (account.window_start > now) {
      // The clock was set back. What was spent counts, in a window that begins now and will end.
      account.window_start = now;
      COS_CHECK(store_->registry.put_write_account(writer.realm, writer.top_level, account));
    }
    const std::uint64_t used = units_in_window(account.window_start, account.units, now);
    const std::pair site(writer.realm.name(), writer.top_level.serialized);
    const auto known = store_->writing_units.find(site);
    const std::uint64_t writing = known == store_->writing_units.end() ? 0 : known->second;
    if (used + writing - units_ + wanted > most) {
      return fail(ErrorCode::kQuotaExceeded, "The site has stored as many files as it may in a day.",
                  "Raise write.files with `cos config set`.");
    }
    store_->writing_units[site] = writing - units_ + wanted;
    units_ = wanted;
  }
  return {};
}

void WriterState::release_units() {
  if (units_ > 0) {
    const std::lock_guard lock(store_->mutex);
    const Visitor writer = store_->visitor(request_.realm, *request_.origin, request_.top_level);
    const auto writing = store_->writing_units.find({writer.realm.name(), writer.top_level.serialized});
    if (writing != store_->writing_units.end() && (writing->second -= units_) == 0) {
      store_->writing_units.erase(writing);
    }
    units_ = 0;
  }
}

Status WriterState::check_limit(std::uint64_t end) const {
  if (end > limit_) {
    return fail(ErrorCode::kQuotaExceeded,
                "The file would be larger than one write may store (" + std::to_string(limit_) + " bytes).");
  }
  return {};
}

// Only bytes that are really written count. A hole takes no room, and weighing it against the free space
// would let a page measure that space without writing anything.
Status WriterState::check_room(std::uint64_t position, std::size_t size) {
  COS_CHECK(check_limit(position + size));
  COS_CHECK(reserve_units(position + size));
  if (size > room_left_) {
    COS_TRY(const DiskSpace space, store_->blobs->space());
    const std::uint64_t step = std::max<std::uint64_t>(size, kRoomStep);
    if (space.free < reserve_ + size || store_->incoming_bytes + size > budget_) {
      return fail(ErrorCode::kQuotaExceeded, "The disk is full, but for the space that cos leaves free.",
                  "Free some disk space, remove entries with `cos rm`, or lower disk.reserve with `cos config set`.");
    }
    // Ahead of need, so that small writes do not ask the file system each time.
    room_left_ = space.free >= reserve_ + step ? step : size;
  }
  room_left_ -= size;
  return {};
}

void WriterState::count_incoming(std::uint64_t size) {
  store_->incoming_bytes += size - counted_;  // modulo 2^64: also when it is less
  counted_ = size;
}

Status WriterState::remember(Status status) {
  if (!status) {
    failure_ = status;
  }
  return status;
}

Status WriterState::write(std::uint64_t position, std::span<const std::uint8_t> bytes) {
  if (!open_) {
    return fail(ErrorCode::kInvalidState, "The write session has ended.");
  }
  COS_CHECK(failure_);
  if (position > limit_ || bytes.size() > limit_ - position) {
    return check_limit(limit_ + 1);
  }
  COS_CHECK(check_room(position, bytes.size()));
  const std::uint64_t end = position + bytes.size();
  if (position == size_ && sums_describe_file_) {
    return remember(append(bytes));
  }
  if (bytes.empty()) {
    return {};
  }
  COS_CHECK(remember(flush_block()));
  sums_describe_file_ = false;
  COS_CHECK(remember(write_at(incoming_.fd, bytes, position)));
  size_ = std::max(size_, end);
  flushed_ = size_;
  count_incoming(std::min(counted_ + bytes.size(), size_));
  return {};
}

Status WriterState::append(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (!block_) {
      block_ = ingest_.take_block();
    }
    const std::size_t take = std::min(bytes.size(), Ingest::kBlockSize - block_->size());
    block_->insert(block_->end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
    bytes = bytes.subspan(take);
    size_ += take;
    if (block_->size() == Ingest::kBlockSize) {
      COS_CHECK(flush_block());
    }
  }
  return {};
}

Status WriterState::flush_block() {
  if (!block_) {
    return {};
  }
  const std::shared_ptr<Ingest::Block> block = std::exchange(block_, nullptr);
  // The lane hashes the block while this thread writes it.
  ingest_.push(block);
  COS_CHECK(write_at(incoming_.fd, *block, flushed_));
  flushed_ += block->size();
  count_incoming(std::max(counted_, flushed_));
  return write_back_early();
}

// Starts the disk before close() asks it to finish.
Status WriterState::write_back_early() {
  if (flushed_ - written_back_ >= kWriteBackStep && !incoming_.path.empty()) {
    // Only a hint: errors show at the sync.
    (void)::sync_file_range(incoming_.fd.get(), static_cast<off_t>(written_back_),
                            static_cast<off_t>(flushed_ - written_back_), SYNC_FILE_RANGE_WRITE);
    written_back_ = flushed_;
  }
  return {};
}

Status WriterState::truncate(std::uint64_t size) {
  if (!open_) {
    return fail(ErrorCode::kInvalidState, "The write session has ended.");
  }
  COS_CHECK(failure_);
  if (size == size_) {
    return {};
  }
  COS_CHECK(check_limit(size));
  COS_CHECK(reserve_units(size));
  COS_CHECK(remember(flush_block()));
  if (::ftruncate(incoming_.fd.get(), static_cast<off_t>(size)) != 0) {
    return remember(tl::unexpected(errno_error("resize", incoming_.path, errno)));
  }
  size_ = size;
  flushed_ = size;
  written_back_ = std::min(written_back_, size);
  count_incoming(std::min(counted_, size));
  if (size == 0) {
    ingest_.reset();
    sums_describe_file_ = true;
  } else {
    sums_describe_file_ = false;
  }
  return {};
}

Result<StreamSums> WriterState::sums() {
  if (sums_describe_file_) {
    return ingest_.finish();
  }
  ingest_.reset();
  for (std::uint64_t position = 0; position < size_;) {
    const std::shared_ptr<Ingest::Block> block = ingest_.take_block();
    block->resize(Ingest::kBlockSize);
    COS_TRY(const std::size_t got, read_at(incoming_.fd, *block, position));
    block->resize(got);
    if (got == 0) {
      return fail(ErrorCode::kIo, "The incoming file is shorter than what was written to it.");
    }
    position += got;
    ingest_.push(block);
  }
  return ingest_.finish();
}

Result<Published> WriterState::verify_and_publish() {
  COS_CHECK(failure_);
  COS_CHECK(flush_block());
  COS_TRY(StreamSums computed, sums());
  COS_TRY(const Hash actual, Hash::from_digest(request_.hash.algorithm(), computed.digest));
  if (!hash_is_promised_) {
    request_.hash = actual;
    COS_CHECK(store_->blobs->rename_incoming(incoming_, actual));
  } else if (actual != request_.hash) {
    return fail(ErrorCode::kData, "The bytes do not have the hash that they were promised to have.");
  }
  if (!incoming_.path.empty()) {
    COS_CHECK(sync_data(incoming_.fd));
  }
  COS_TRY(const struct stat status, stat_of(incoming_.fd));
  if (static_cast<std::uint64_t>(status.st_size) != size_) {
    return fail(ErrorCode::kIo, "The incoming file does not have the size of what was written to it.");
  }
  return publish(*store_, request_, incoming_, {size_, identity_of(status), std::move(computed.leaves)});
}

Result<Published> WriterState::close() {
  if (!open_) {
    return fail(ErrorCode::kInvalidState, "The write session has ended.");
  }
  Result<Published> published = verify_and_publish();
  abort();  // whatever happened: the session's own name goes, the blob (if any) stays
  return published;
}

void WriterState::abort() {
  if (std::exchange(open_, false)) {
    ingest_.reset();
    block_.reset();
    count_incoming(0);
    release_units();
    store_->blobs->discard(incoming_);
  }
}

}  // namespace internal

Writer::Writer(std::unique_ptr<internal::WriterState> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Status Writer::append(std::span<const std::uint8_t> bytes) { return state_->write(state_->size(), bytes); }
Status Writer::write(std::uint64_t position, std::span<const std::uint8_t> bytes) {
  return state_->write(position, bytes);
}
Status Writer::truncate(std::uint64_t size) { return state_->truncate(size); }
Result<Published> Writer::close() { return state_->close(); }
void Writer::abort() { state_->abort(); }
void Writer::note_user_activation() { state_->note_user_activation(); }
std::uint64_t Writer::size() const { return state_->size(); }
std::uint64_t Writer::limit() const { return state_->limit(); }
const Hash& Writer::hash() const { return state_->hash(); }

}  // namespace libcos
