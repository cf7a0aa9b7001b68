// Direct hand-over: a link to an entry's blob in the place of a file in a browser profile.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/random.h"
#include "base/try.h"
#include "store/digest.h"
#include "store/settings.h"
#include "store/state.h"

namespace libcos {
namespace internal {
namespace {

tl::unexpected<Error> unavailable(std::string why) { return fail(ErrorCode::kUnavailable, std::move(why)); }

// Gives the blob behind `blob` the name `name` in `directory`, as a hard link or as a reflink.
Status give_name(const UniqueFd& blob, const UniqueFd& directory, const std::string& name) {
  const std::string source = "/proc/self/fd/" + std::to_string(blob.get());
  if (::linkat(AT_FDCWD, source.c_str(), directory.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    return {};
  }
  const UniqueFd copy(::openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (copy.valid() && ::ioctl(copy.get(), FICLONE, blob.get()) == 0) {
    return {};
  }
  if (copy.valid()) {
    ::unlinkat(directory.get(), name.c_str(), 0);
  }
  return unavailable("The browser's profile and the store are on file systems that cannot share a file.");
}

// Puts the blob in the place of the file at `path`, atomically. Returns the new file's inode.
Result<std::int64_t> put_in_place(const UniqueFd& blob, const std::filesystem::path& path) {
  COS_TRY(const UniqueFd parent, open_file(path.parent_path(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const std::string name = path.filename().string();
  const std::string beside = ".cos-" + random_hex(8);
  COS_CHECK(give_name(blob, parent, beside));
  struct stat made {};
  const bool placed = ::fstatat(parent.get(), beside.c_str(), &made, AT_SYMLINK_NOFOLLOW) == 0 &&
                      ::renameat(parent.get(), beside.c_str(), parent.get(), name.c_str()) == 0;
  // Also after a success: rename() of two names of one file does nothing and leaves both.
  ::unlinkat(parent.get(), beside.c_str(), 0);
  if (!placed) {
    return unavailable("Cannot put a link into the browser's profile.");
  }
  return static_cast<std::int64_t>(made.st_ino);
}

// Direct hand-over needs a store on disk, and the user may have switched it off.
Status check_enabled(StoreState& state) {
  if (state.paths.root().empty()) {
    return unavailable("A private window leaves no file behind.");
  }
  const std::lock_guard lock(state.mutex);
  COS_TRY(const std::int64_t enabled, state.setting_value(setting::kHandover));
  return enabled != 0 ? Status() : Status(unavailable("Direct hand-over is switched off."));
}

bool is_file_with_inode(const std::filesystem::path& path, std::int64_t inode) {
  const auto status = stat_of(path);
  return status && S_ISREG(status->st_mode) && static_cast<std::int64_t>(status->st_ino) == inode;
}

}  // namespace

void remove_link_file(const LinkRow& link) {
  if (is_file_with_inode(link.path, link.inode)) {
    ::unlink(link.path.c_str());
  }
}

}  // namespace internal

using internal::is_file_with_inode;

Result<std::optional<std::filesystem::path>> Store::current_link(const Realm& realm, const Hash& hash) {
  const std::lock_guard lock(state_->mutex);
  COS_TRY(const auto link, state_->registry.link(realm, hash));
  COS_TRY(const auto entry, state_->registry.find(hash));
  if (!link || !entry || entry->damaged || !is_file_with_inode(link->path, link->inode)) {
    return std::nullopt;
  }
  const auto status = stat_of(link->path);
  if (!status || static_cast<std::uint64_t>(status->st_size) != entry->size) {
    return std::nullopt;
  }
  return std::optional(link->path);
}

Status Store::hand_over(const Realm& realm, const Hash& hash, const std::filesystem::path& path) {
  COS_CHECK(internal::check_enabled(*state_));
  COS_TRY(const Reader reader, open_entry(hash));
  COS_TRY(const UniqueFd blob, open_file("/proc/self/fd/" + std::to_string(reader.descriptor()), O_RDONLY));
  COS_TRY(const std::int64_t inode, internal::put_in_place(blob, path));

  const std::lock_guard lock(state_->mutex);
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state_->registry.database()));
  COS_CHECK(state_->registry.put_link(realm, {hash, path, inode}, state_->clock()));
  COS_TRY(const std::int64_t most, state_->setting_value(setting::kHandoverLinks));
  COS_TRY(const auto surplus, state_->registry.links_over(realm, static_cast<std::size_t>(most)));
  for (const LinkRow& link : surplus) {
    internal::remove_link_file(link);
    COS_CHECK(state_->registry.forget_link(link));
  }
  return transaction.commit();
}

Result<HandoverTest> Store::test_hand_over(const std::filesystem::path& path) {
  COS_CHECK(internal::check_enabled(*state_));
  const std::string text = "cos hand-over test " + random_hex(2048);
  Digest digest(HashAlgorithm::kSha256);
  digest.update(as_bytes(text));
  COS_TRY(const Hash hash, Hash::from_digest(HashAlgorithm::kSha256, digest.finish()));
  COS_TRY(IncomingFile file, state_->blobs->create_incoming(hash));
  const auto placed = [&]() -> Result<std::int64_t> {
    COS_CHECK(write_at(file.fd, as_bytes(text), 0));
    return internal::put_in_place(file.fd, path);
  }();
  state_->blobs->discard(file);
  COS_CHECK(placed);
  return HandoverTest{text.size(), hash.hex()};
}

Status Store::sweep_links() {
  constexpr std::size_t kAtOnce = 256;
  const std::lock_guard lock(state_->mutex);
  while (true) {
    COS_TRY(const auto seen, state_->registry.stale_links(1));
    if (seen.empty()) {
      return {};
    }
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state_->registry.database()));
    COS_TRY(const auto stale, state_->registry.stale_links(kAtOnce));
    for (const LinkRow& link : stale) {
      internal::remove_link_file(link);
      COS_CHECK(state_->registry.forget_link(link));
    }
    COS_CHECK(transaction.commit());
  }
}

}  // namespace libcos
