// Direct hand-over: a link to an entry's blob in the place of a file in a browser profile.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "base/hmac.h"
#include "base/random.h"
#include "base/try.h"
#include "store/digest.h"
#include "store/leaf_check.h"
#include "store/settings.h"
#include "store/state.h"

namespace libcos {
namespace internal {
namespace {

tl::unexpected<Error> unavailable(std::string why) { return fail(ErrorCode::kUnavailable, std::move(why)); }

// The name that a link has until it takes the place of the file: whoever knows of the link knows this one, too, and
// what a killed process leaves under it goes with the link.
std::string unfinished_name(const std::filesystem::path& link) { return ".cos-" + link.filename().string(); }

// Gives the blob behind `blob` the name `name` in `directory`, as a hard link or as a reflink. Returns whose name it
// is.
Result<FileIdentity> give_name(const UniqueFd& blob, const UniqueFd& directory, const std::string& name) {
  ::unlinkat(directory.get(), name.c_str(), 0);
  const std::string source = "/proc/self/fd/" + std::to_string(blob.get());
  if (::linkat(AT_FDCWD, source.c_str(), directory.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    COS_TRY(const struct stat status, stat_of(blob));
    return identity_of(status);
  }
  const UniqueFd copy(::openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (copy.valid() && ::ioctl(copy.get(), FICLONE, blob.get()) == 0) {
    COS_TRY(const struct stat status, stat_of(copy));
    return identity_of(status);
  }
  if (copy.valid()) {
    ::unlinkat(directory.get(), name.c_str(), 0);
  }
  return unavailable("The browser's profile and the store are on file systems that cannot share a file.");
}

// Puts the blob in the place of the file at `path`, atomically, once `note` has been told what will stand there.
Status put_in_place(const UniqueFd& blob, const std::filesystem::path& path,
                    const std::function<Status(const FileIdentity&)>& note) {
  COS_TRY(const UniqueFd parent, open_file(path.parent_path(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const std::string name = path.filename().string();
  const std::string beside = unfinished_name(path);
  const auto made = give_name(blob, parent, beside);
  const Status noted = made ? note(*made) : tl::unexpected(made.error());
  const bool placed = noted && ::renameat(parent.get(), beside.c_str(), parent.get(), name.c_str()) == 0;
  // Also after a success: rename() of two names of one file does nothing and leaves both.
  ::unlinkat(parent.get(), beside.c_str(), 0);
  return !noted || placed ? noted : unavailable("Cannot put a link into the browser's profile.");
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

// Still the file that we put there: same inode, and read-only as no file of a browser's own is.
bool is_our_file(const LinkRow& link, const std::optional<struct stat>& status) {
  return status && S_ISREG(status->st_mode) && identity_of(*status).inode == link.file.inode &&
         (status->st_mode & 0777U) == 0444U;
}

// The same, and unchanged.
bool is_ours(const LinkRow& link, const std::optional<struct stat>& status) {
  return is_our_file(link, status) && identity_of(*status) == link.file;
}

// An error unless the entry is there, sound, and its blob is the file that `fd` has open.
Status check_entry_of(StoreState& state, const Hash& hash, const UniqueFd& fd) {
  COS_TRY(const auto entry, state.registry.find(hash));
  COS_TRY(const struct stat status, stat_of(fd));
  if (!entry || entry->damaged || entry->identity != identity_of(status)) {
    return fail(ErrorCode::kNotFound, "The entry was removed meanwhile.");
  }
  return {};
}

// Notes the link before it is made, and for good, so that a process that is killed in between and a power cut leave a
// row without a link and not a link without a row.
Status announce_link(StoreState& state, const Realm& realm, const LinkRow& link, const UniqueFd& blob) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  COS_CHECK(check_entry_of(state, link.hash, blob));
  COS_TRY(const auto older, state.registry.link(realm, link.place, link.hash));
  if (older && older->path != link.path) {
    if (!remove_link_file(*older, &blob)) {
      return unavailable("The former link in the browser's profile cannot be removed.");
    }
    sync_profiles_of({*older});
  }
  COS_CHECK(state.registry.put_link(realm, link, state.clock()));
  // Who reads through it, for whoever clears that origin from another process.
  const bool noted = state.write_reads().has_value();
  COS_CHECK(transaction.commit());
  if (noted) {
    state.pending_reads.clear();
  }
  return {};
}

// A link that is a file of its own was announced as the blob's. Noted for good before it takes the file's place, where
// only its identity tells that it is ours.
Status note_copy(StoreState& state, const Realm& realm, const LinkRow& link) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  COS_CHECK(state.registry.put_link(realm, link, state.clock()));
  return transaction.commit();
}

// After a link could not be put in place.
Status take_back_link(StoreState& state, const LinkRow& link, const UniqueFd& blob) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock, sqlite::Durability::kRelaxed));
  COS_CHECK(drop_link(state, link, &blob));
  return transaction.commit();
}

// What a profile may have of links. A site's pages see by how quick a read is whether its link is still there, so it is
// a site's own links that make room for its next one; only a profile in which many sites have as many as they may takes
// from others, and from those that have the most.
struct LinkLimits {
  explicit LinkLimits(std::int64_t most)
      : all(static_cast<std::size_t>(std::max<std::int64_t>(most, 1))),
        of_place(std::max(all / kPlaces, std::min(all, kPlaces))) {}

  static constexpr std::size_t kPlaces = 8;
  std::size_t all;
  std::size_t of_place;
};

// Those that must go, longest unused first, now that `made` has come. That one stays, whatever date the clock gave it.
std::vector<LinkRow> surplus(std::vector<LinkRow> links, const LinkRow& made, const LinkLimits& limits) {
  std::sort(links.begin(), links.end(), [](const LinkRow& a, const LinkRow& b) { return a.used_at < b.used_at; });
  std::map<std::string, std::vector<LinkRow>> by_place;
  for (LinkRow& link : links) {
    if (link.path != made.path) {
      by_place[link.place].push_back(std::move(link));
    }
  }
  std::vector<LinkRow> over;
  const auto take = [&](std::vector<LinkRow>& from, std::size_t most) {
    const auto end = from.end() - static_cast<std::ptrdiff_t>(std::min(most, from.size()));
    std::move(from.begin(), end, std::back_inserter(over));
    from.erase(from.begin(), end);
  };
  take(by_place[made.place], limits.of_place - 1);
  const std::size_t others = links.size() - 1 - over.size();
  for (std::size_t left = others; left > limits.all - 1; --left) {
    auto& largest = std::max_element(by_place.begin(), by_place.end(), [](const auto& a, const auto& b) {
                      return a.second.size() < b.second.size();
                    })->second;
    take(largest, largest.size() - 1);
  }
  return over;
}

// The link stands. Looks again whether its entry does, and keeps the number of links bounded.
Status confirm_link(StoreState& state, const Realm& realm, const LinkRow& link, const UniqueFd& blob) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock, sqlite::Durability::kRelaxed));
  if (const Status entry = check_entry_of(state, link.hash, blob); !entry) {
    COS_CHECK(drop_link(state, link, &blob));
    COS_CHECK(transaction.commit());
    return tl::unexpected(entry.error());
  }
  // Another hand-over of the same may have taken the row meanwhile: its link is the one that is known.
  COS_TRY(const auto known, state.registry.link(realm, link.place, link.hash));
  if (!known || known->path != link.path) {
    COS_CHECK(drop_link(state, link, &blob));
    COS_CHECK(transaction.commit());
    return unavailable("The entry was handed over once more meanwhile.");
  }
  COS_CHECK(state.registry.put_link(realm, link, state.clock()));
  COS_TRY(const std::int64_t most, state.setting_value(setting::kHandoverLinks));
  COS_TRY(auto links, state.registry.links_of(realm));
  COS_CHECK(drop_links(state, surplus(std::move(links), link, LinkLimits(most))));
  return transaction.commit();
}

}  // namespace

bool remove_link_file(const LinkRow& link, const UniqueFd* blob) {
  const auto status = stat_of(link.path);
  const Result<struct stat> other = blob == nullptr ? fail(ErrorCode::kNotFound, "") : stat_of(*blob);
  const bool is_blob = status && other && status->st_ino == other->st_ino && status->st_dev == other->st_dev;
  const auto gone = [](const std::filesystem::path& path) {
    return ::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR;
  };
  // Also when somebody has changed its date: it gives the entry's bytes all the same.
  const bool removed = (!is_blob && !is_our_file(link, status)) || gone(link.path);
  return gone(link.path.parent_path() / unfinished_name(link.path)) && removed;
}

Status drop_link(StoreState& state, const LinkRow& link, const UniqueFd* blob) {
  if (!remove_link_file(link, blob)) {
    return {};
  }
  sync_profiles_of({link});
  return state.registry.forget_link(link);
}

std::vector<LinkRow> remove_link_files(StoreState& state, const std::vector<LinkRow>& links) {
  std::vector<LinkRow> gone;
  for (const LinkRow& link : links) {
    const Result<UniqueFd> blob = state.blobs->open(link.hash);
    if (remove_link_file(link, blob ? &*blob : nullptr)) {
      gone.push_back(link);
    }
  }
  sync_profiles_of(gone);
  return gone;
}

Result<std::size_t> drop_links(StoreState& state, const std::vector<LinkRow>& links) {
  const std::vector<LinkRow> gone = remove_link_files(state, links);
  auto next = gone.begin();  // in the order of `links`
  for (const LinkRow& link : links) {
    const bool went = next != gone.end() && next->path == link.path;
    COS_CHECK(went ? state.registry.forget_link(link) : state.registry.set_link_stale(link));
    next += went ? 1 : 0;
  }
  return gone.size();
}

tl::unexpected<Error> links_left(std::size_t left, std::size_t all) {
  return fail(ErrorCode::kIo,
              std::to_string(left) + " of " + std::to_string(all) + " links cannot be removed from browser profiles.");
}

void sync_profiles_of(const std::vector<LinkRow>& links) {
  std::set<std::filesystem::path> profiles;
  for (const LinkRow& link : links) {
    profiles.insert(link.path.parent_path());
  }
  for (const std::filesystem::path& profile : profiles) {
    (void)sync_directory(profile);  // it may be gone, and everything in it
  }
}

namespace {

// Whether what the browser would read is what the entry should be. Reads all of it.
bool link_holds(StoreState& state, const EntryRow& entry, const UniqueFd& file) {
  auto leaves = kept_leaves(state, entry);
  return leaves && *leaves && LeafCheck(std::move(**leaves), entry.size).holds(file, 0, entry.size);
}

}  // namespace

Result<std::size_t> remove_damaged_links(StoreState& state, const EntryRow& entry) {
  std::vector<LinkRow> links;
  {
    const std::lock_guard lock(state.mutex);
    COS_TRY(links, state.registry.links_of(entry.hash));
  }
  std::size_t removed = 0;
  for (const LinkRow& link : links) {
    const Result<UniqueFd> file = open_file(link.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const auto status = file ? stat_of(*file) : fail(ErrorCode::kNotFound, "");
    const bool own_bytes = status && is_ours(link, *status) && link.file.inode != link.blob;
    if (!own_bytes || link_holds(state, entry, *file)) {
      continue;
    }
    const std::lock_guard lock(state.mutex);
    COS_CHECK(drop_link(state, link));
    ++removed;
  }
  return removed;
}

}  // namespace internal

std::string internal::link_place(const StoreState& state, const Realm& realm, const Site& page) {
  const auto mac = hmac_sha256(state.secret, std::string("link") + '\0' + realm.name() + '\0' + page.serialized);
  return mac ? to_hex(std::span(*mac).first(16)) : std::string(32, '0');
}

std::string Store::link_place(const Realm& realm, const Site& page) const {
  return internal::link_place(*state_, realm, page);
}

Result<std::optional<std::filesystem::path>> Store::current_link(const Realm& realm, const Site& page,
                                                                 const Hash& hash) {
  constexpr std::int64_t kTouchEveryMs = 60'000;
  COS_CHECK(internal::check_enabled(*state_));
  const std::string place = link_place(realm, page);
  std::unique_lock lock(state_->mutex);
  COS_TRY(const auto link, state_->registry.link(realm, place, hash));
  COS_TRY(const auto entry, state_->registry.find(hash));
  if (!link || !entry || entry->damaged || link->blob != entry->identity.inode) {
    return std::nullopt;
  }
  const auto status = stat_of(link->path);
  if (!internal::is_ours(*link, status) || static_cast<std::uint64_t>(status->st_size) != entry->size) {
    return std::nullopt;
  }
  if (!state_->checked_lately(*entry, place)) {
    lock.unlock();
    const Result<UniqueFd> file = open_file(link->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file || !internal::link_holds(*state_, *entry, *file)) {
      return std::nullopt;  // who asks goes on with the entry itself, and learns what is the matter
    }
    lock.lock();
    state_->note_checked(*entry, place);
  }
  if (const std::int64_t now = state_->clock(); now - link->used_at >= kTouchEveryMs || link->used_at > now) {
    // Losing the date costs nothing but the order in which links go.
    (void)state_->registry.database().without_waiting([&] { return state_->registry.touch_link(realm, *link, now); });
  }
  return std::optional(link->path);
}

Status Store::hand_over(const Realm& realm, const Site& page, const Hash& hash, const std::filesystem::path& path) {
  COS_CHECK(internal::check_enabled(*state_));
  COS_TRY(const Reader reader, open_entry(hash));
  COS_CHECK(reader.check(0, reader.size()));
  COS_TRY(const UniqueFd blob, open_file("/proc/self/fd/" + std::to_string(reader.descriptor()), O_RDONLY));
  COS_TRY(const struct stat status, stat_of(blob));
  // Restored from a backup, say. A link that can be written would not be known for ours, and nobody may write through
  // one.
  if ((status.st_mode & 0777U) != 0444U) {
    if (::fchmod(blob.get(), 0444) != 0) {
      return internal::unavailable("The entry's file cannot be made read-only.");
    }
  }
  // A hard link has the blob's own identity; a reflink gets its when it has been made.
  LinkRow link{hash, path, identity_of(status), static_cast<std::int64_t>(status.st_ino), link_place(realm, page)};
  COS_CHECK(internal::announce_link(*state_, realm, link, blob));
  Status placed = internal::put_in_place(blob, path, [&](const FileIdentity& file) -> Status {
    const bool is_copy = !(file == link.file);
    link.file = file;
    return is_copy ? internal::note_copy(*state_, realm, link) : Status();
  });
  if (!placed) {
    COS_CHECK(internal::take_back_link(*state_, link, blob));
    return placed;
  }
  return internal::confirm_link(*state_, realm, link, blob);
}

Result<HandoverTest> Store::test_hand_over(const std::filesystem::path& path) {
  COS_CHECK(internal::check_enabled(*state_));
  const std::string text = "cos hand-over test " + random_hex(2048);
  Digest digest(HashAlgorithm::kSha256);
  digest.update(as_bytes(text));
  COS_TRY(const Hash hash, Hash::from_digest(HashAlgorithm::kSha256, digest.finish()));
  COS_TRY(IncomingFile file, state_->blobs->create_incoming(hash));
  const auto placed = [&]() -> Status {
    COS_CHECK(write_at(file.fd, as_bytes(text), 0));
    return internal::put_in_place(file.fd, path, [](const FileIdentity&) { return Status(); });
  }();
  state_->blobs->discard(file);
  COS_CHECK(placed);
  return HandoverTest{text.size(), hash.hex()};
}

Status Store::sweep_links() {
  constexpr std::size_t kAtOnce = 256;
  std::unique_lock lock(state_->mutex);
  std::size_t kept = 0;  // links whose files cannot be removed now: another start tries again
  while (true) {
    COS_TRY(const bool stale, state_->registry.has_stale_links(kept));
    if (!stale) {
      return {};
    }
    COS_TRY(auto transaction, state_->begin(lock));
    std::vector<LinkRow> gone;
    COS_TRY(kept, state_->registry.take_stale_links(kept, kAtOnce, [&](const LinkRow& link) {
      const bool removed = internal::remove_link_file(link);
      if (removed) {
        gone.push_back(link);
      }
      return removed;
    }));
    internal::sync_profiles_of(gone);
    COS_CHECK(transaction.commit());
  }
}

Result<std::size_t> Store::remove_links(const std::filesystem::path& below) {
  std::unique_lock lock(state_->mutex);
  COS_TRY(auto transaction, state_->begin(lock));
  COS_TRY(auto links, state_->registry.all_links());
  // A browser names its files by the real path. No name at all is above everything.
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(below, error);
  const std::array<std::filesystem::path, 2> names{normal_path(below), normal_path(error ? below : real)};
  std::erase_if(links, [&](const LinkRow& link) {
    return std::none_of(names.begin(), names.end(), [&](const std::filesystem::path& name) {
      return std::mismatch(name.begin(), name.end(), link.path.begin(), link.path.end()).first == name.end();
    });
  });
  COS_TRY(const std::size_t gone, internal::drop_links(*state_, links));
  COS_CHECK(transaction.commit());
  if (gone < links.size()) {
    return internal::links_left(links.size() - gone, links.size());
  }
  return gone;
}

}  // namespace libcos
