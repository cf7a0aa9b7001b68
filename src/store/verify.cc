// Re-reading what the store holds.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/try.h"
#include "store/digest.h"
#include "store/leaf_check.h"
#include "store/state.h"

namespace libcos {
namespace internal {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 20U;

Status renew_tree(StoreState& state, const EntryRow& entry, const std::vector<std::uint8_t>& leaves) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  COS_CHECK(state.registry.set_tree(entry.id, leaves));
  return transaction.commit();
}

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::kCorrupt, "The entry's file is damaged; it was quarantined.",
              "`cos repair` says where the file can be had again.");
}

// The leaves, from a file that proves to be right.
Result<std::vector<std::uint8_t>> leaves_of_file(StoreState& state, const EntryRow& entry, const UniqueFd& fd) {
  COS_TRY(Reading reading, read_through(fd, entry, {}));
  if (!reading.intact) {
    COS_CHECK(quarantine(state, entry));
    return damaged();
  }
  // Where the tree cannot be kept, the file has been read for nothing but is right.
  (void)renew_tree(state, entry, reading.leaves);
  return std::move(reading.leaves);
}

}  // namespace

Result<Reading> read_through(const UniqueFd& fd, const EntryRow& entry, const Progress& progress) {
  Digest digest(entry.hash.algorithm());
  HashTree tree;
  // One byte more than the entry has, so that a file that has grown is noticed by the first read.
  std::vector<std::uint8_t> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kReadSize, entry.size + 1)));
  std::uint64_t done = 0;
  while (true) {
    const Result<std::size_t> read = read_at(fd, buffer, done);
    if (!read) {
      return Reading{false, {}};  // what the disk does not give back is as lost as what it gives back wrong
    }
    const std::size_t got = *read;
    if (got == 0) {
      break;
    }
    digest.update({buffer.data(), got});
    tree.update({buffer.data(), got});
    done += got;
    if (progress && !progress(done, entry.size)) {
      return fail(ErrorCode::kAborted, "Verification was stopped.");
    }
  }
  COS_TRY(const Hash actual, Hash::from_digest(entry.hash.algorithm(), digest.finish()));
  return Reading{actual == entry.hash && done == entry.size, tree.finish()};
}

Result<std::optional<std::vector<std::uint8_t>>> kept_leaves(StoreState& state, const EntryRow& entry) {
  const std::lock_guard lock(state.mutex);
  COS_TRY(TreeRow tree, state.registry.tree(entry.id));
  const bool sound = LeafCheck::fits(tree.leaves, entry.size) && HashTree::root_of(tree.leaves) == tree.root;
  return sound ? std::optional(std::move(tree.leaves)) : std::nullopt;
}

Result<std::vector<std::uint8_t>> sound_leaves(StoreState& state, const EntryRow& entry, const UniqueFd& fd) {
  COS_TRY(auto kept, kept_leaves(state, entry));
  return kept ? std::move(*kept) : leaves_of_file(state, entry, fd);
}

Status settle_doubt(StoreState& state, const EntryRow& entry, const UniqueFd& fd) {
  COS_TRY(const auto leaves, leaves_of_file(state, entry, fd));
  (void)leaves;
  return {};
}

}  // namespace internal

Result<VerifyOutcome> Store::verify(const Hash& hash, const Progress& progress) {
  std::optional<EntryRow> row;
  TreeRow tree;
  {
    const std::lock_guard lock(state_->mutex);
    COS_TRY(row, state_->registry.find(hash));
    if (row) {
      COS_TRY(tree, state_->registry.tree(row->id));
    }
  }
  if (!row) {
    return fail(ErrorCode::kNotFound, "There is no such entry in the store.");
  }
  if (row->damaged) {
    return VerifyOutcome::kDamaged;
  }
  const Result<UniqueFd> fd = state_->blobs->open(hash);
  if (!fd) {
    if (fd.error().code != ErrorCode::kNotFound) {
      return tl::unexpected(fd.error());
    }
    COS_CHECK(internal::forget_missing(*state_, hash));
    const std::lock_guard lock(state_->mutex);
    COS_TRY(const auto set_aside, state_->registry.find(hash));
    return set_aside ? VerifyOutcome::kDamaged : VerifyOutcome::kMissing;
  }
  COS_TRY(const struct stat status, stat_of(*fd));
  COS_TRY(const internal::Reading reading, internal::read_through(*fd, *row, progress));
  if (!reading.intact) {
    COS_CHECK(internal::quarantine(*state_, *row));
    return VerifyOutcome::kDamaged;
  }
  const bool sound = reading.leaves == tree.leaves && HashTree::root_of(tree.leaves) == tree.root;
  if (!sound) {
    COS_CHECK(internal::renew_tree(*state_, *row, reading.leaves));
  }
  COS_TRY(const std::size_t removed_links, internal::remove_damaged_links(*state_, *row));
  std::unique_lock lock(state_->mutex);
  COS_TRY(auto transaction, state_->begin(lock));
  COS_CHECK(state_->registry.set_verified(*row, identity_of(status), state_->clock()));
  COS_CHECK(transaction.commit());
  return sound && removed_links == 0 ? VerifyOutcome::kIntact : VerifyOutcome::kMended;
}

Result<Unverified> Store::next_unverified(const std::optional<Hash>& after, std::int64_t before) {
  constexpr std::size_t kMost = 500;
  const std::lock_guard lock(state_->mutex);
  return state_->registry.next_unverified(after, before, kMost);
}

}  // namespace libcos
