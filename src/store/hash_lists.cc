#include "store/hash_lists.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/hex.h"
#include "base/try.h"
#include "phl/list_names.h"
#include "phl/starter_text.h"
#include "store/digest.h"

namespace libcos::internal {
namespace {

namespace fs = std::filesystem;

// The four files of a directory change in an order in which, at every instant, list.bin is a whole list and
// the names that carry its checksum are in one of the two names files or nowhere. Readers take names by their
// checksum only. So a process may be killed between any two steps.

Result<UniqueFd> lock_directory(const HashListPaths& paths) {
  COS_CHECK(make_private_directory(paths.directory));
  COS_TRY(UniqueFd fd, open_file(paths.lock(), O_RDWR | O_CREAT, 0600));
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return tl::unexpected(errno_error("lock", paths.lock(), errno));
    }
  }
  return fd;
}

// What replace_file() of a killed process left. The lock is held: nobody is writing one now.
void remove_unfinished(const HashListPaths& paths) {
  std::error_code error;
  for (fs::directory_iterator it(paths.directory, error), end; it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    if (name.ends_with(".new") && (name.starts_with("list.") || name.starts_with("previous."))) {
      ::unlink(it->path().c_str());
    }
  }
}

// `to` becomes another name of `from`'s bytes.
Status duplicate_file(const fs::path& from, const fs::path& to) {
  const fs::path beside = to.string() + ".new";
  ::unlink(beside.c_str());
  if (::link(from.c_str(), beside.c_str()) == 0) {
    const bool renamed = ::rename(beside.c_str(), to.c_str()) == 0;
    const int error = errno;
    ::unlink(beside.c_str());  // rename() leaves it when both are one file already
    return renamed ? Status{} : tl::unexpected(errno_error("replace", to, error));
  }
  // A file system without hard links.
  constexpr std::size_t kMost = std::size_t{1} << 31U;
  COS_TRY(const std::string bytes, read_small_file(from, kMost));
  return replace_file(to, as_bytes(bytes));
}

Status exchange(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
    return {};
  }
  // Not on every file system; or `a` does not exist. `a` is a whole file at every instant here, too.
  const fs::path kept = a.string() + ".kept.new";
  const bool both = stat_of(a).has_value();
  if (both) {
    COS_CHECK(duplicate_file(a, kept));
  }
  if (::rename(b.c_str(), a.c_str()) != 0 || (both && ::rename(kept.c_str(), b.c_str()) != 0)) {
    return tl::unexpected(errno_error("replace", a, errno));
  }
  return {};
}

ListDigest checksum_of(std::string_view text) {
  Digest digest(HashAlgorithm::kSha256);
  digest.update(as_bytes(text));
  const auto bytes = digest.finish();
  ListDigest checksum{};
  std::copy(bytes.begin(), bytes.end(), checksum.begin());
  return checksum;
}

std::optional<fs::path> names_file_of(const HashListPaths& paths, const PublicHashList& list) {
  for (const fs::path& file : {paths.names(), paths.previous_names()}) {
    if (HashListNames::map(file, list)) {
      return file;
    }
  }
  return std::nullopt;
}

// Whether no bit of a list, and of its names, has turned.
bool is_whole(const HashListPaths& paths, const PublicHashList& list) {
  const std::array<fs::path, 2> files{paths.names(), paths.previous_names()};
  const bool has_names = std::any_of(files.begin(), files.end(), [&](const fs::path& file) {
    const Result<HashListNames> names = HashListNames::map(file, list);
    // One cos made both. A bit that turned in a length makes the list's sum be looked for among the zeros behind it.
    return names && names->is_intact() && names->has_sum() == list.has_sum();
  });
  // A list of format 1 has none.
  return list.is_intact() && (has_names || list.stamp().installed_at == 0);
}

// The list in force becomes the previous one as well.
Status keep_previous(const HashListPaths& paths, const ListDigest& next) {
  const Result<PublicHashList> current = PublicHashList::map(paths.list());
  if (!current || current->stamp().checksum == next || !is_whole(paths, *current)) {
    return {};  // nothing to keep; or installed once more, or damaged, which must not push out the one before
  }
  const auto names = names_file_of(paths, *current);
  if (names == paths.names()) {
    COS_CHECK(duplicate_file(paths.names(), paths.previous_names()));
  }
  return duplicate_file(paths.list(), paths.previous_list());
}

HashProvenance from_starter(const Hash& hash) {
  // Parsed for each question: the user asks seldom, and the comments need not stay in memory.
  const ParsedHashList list = parse_hash_list(kStarterListText).value_or(ParsedHashList{});
  const auto found = std::find_if(list.digests.begin(), list.digests.end(), [&](const ListedDigest& listed) {
    return std::equal(listed.digest.begin(), listed.digest.end(), hash.digest().begin(), hash.digest().end());
  });
  HashProvenance provenance;
  provenance.starter = true;
  if (found != list.digests.end()) {
    const NameAndUrl read = read_comments(found->comments);
    provenance.name = read.name;
    provenance.url = read.url;
    provenance.section = list.sections[found->section].name;
  }
  return provenance;
}

}  // namespace

bool HashLists::contains(const Hash& hash, bool model_hubs) {
  if (starter_.contains(hash, model_hubs)) {
    return true;
  }
  const std::lock_guard lock(mutex_);
  refresh();
  return installed_ && installed_->contains(hash, model_hubs);
}

std::optional<HashProvenance> HashLists::provenance(const Hash& hash) {
  const std::lock_guard lock(mutex_);
  refresh();
  const auto index = installed_ ? installed_->index_of(hash) : std::nullopt;
  if (!index) {
    return starter_.contains(hash) ? std::optional(from_starter(hash)) : std::nullopt;
  }
  HashProvenance provenance;
  provenance.model_hub = *index >= installed_->size() - installed_->model_hub_size() && !starter_.contains(hash);
  for (const fs::path& file : {paths_.names(), paths_.previous_names()}) {
    const Result<HashListNames> names = HashListNames::map(file, *installed_);
    const auto entry = names ? names->at(*index) : std::nullopt;
    if (entry) {
      const auto& sections = installed_->sections();
      provenance.section = entry->section < sections.size() ? sections[entry->section].name : "";
      provenance.name = entry->name;
      provenance.url = entry->url;
      break;
    }
  }
  return provenance;
}

HashListInfo HashLists::info(bool model_hubs) {
  const std::lock_guard lock(mutex_);
  refresh();
  const auto in_force = [&](const PublicHashList& list) {
    return list.size() - (model_hubs ? 0 : list.model_hub_size());
  };
  const PublicHashList& list = installed_ ? *installed_ : starter_;
  HashListInfo info{.version = std::string(list.version()),
                    .digests = in_force(starter_) + (installed_ ? in_force(*installed_) : 0),
                    .installed = installed_.has_value(),
                    .damaged = damaged_};
  info.commit = list.commit();
  info.made_at = hash_list_time(list.date(), list.version());
  info.model_hubs = model_hubs;
  info.starter_sections = starter_.sections();
  if (installed_) {
    info.sections = installed_->sections();
    // A list of format 1 knows neither.
    if (installed_->stamp().installed_at != 0) {
      info.installed_at = installed_->stamp().installed_at;
      info.checksum = to_hex(installed_->stamp().checksum);
      info.summed = installed_->has_sum();
    }
  }
  if (const Result<PublicHashList> previous = PublicHashList::map(paths_.previous_list())) {
    info.previous_version = std::string(previous->version());
    info.previous_checksum = to_hex(previous->stamp().checksum);
  }
  return info;
}

bool HashLists::is_intact() {
  const std::lock_guard lock(mutex_);
  refresh();
  if (!installed_) {
    return !damaged_;
  }
  return is_whole(paths_, *installed_);
}

Status HashLists::install(std::string_view text, std::int64_t now) {
  COS_TRY(const ParsedHashList list, parse_hash_list(text));
  const HashListStamp stamp{checksum_of(text), now};
  COS_TRY(const UniqueFd lock, lock_directory(paths_));
  remove_unfinished(paths_);
  COS_CHECK(keep_previous(paths_, stamp.checksum));
  // The names first: they say nothing until a list has their checksum.
  COS_CHECK(replace_file(paths_.names(), pack_hash_list_names(list, stamp)));
  return replace_file(paths_.list(), pack_hash_list(list, stamp));
}

Status HashLists::roll_back() {
  COS_TRY(const UniqueFd lock, lock_directory(paths_));
  const Result<PublicHashList> previous = PublicHashList::map(paths_.previous_list());
  if (!previous) {
    return fail(ErrorCode::kNotFound, "There is no earlier Public Hash List to go back to.",
                "One is kept whenever `cos phl update` installs another.");
  }
  if (!is_whole(paths_, *previous)) {
    return fail(ErrorCode::kCorrupt, "The Public Hash List before this one is damaged.",
                "Install the published list anew: cos phl update");
  }
  if (names_file_of(paths_, *previous) == paths_.previous_names()) {
    COS_CHECK(exchange(paths_.names(), paths_.previous_names()));
  }
  COS_CHECK(exchange(paths_.list(), paths_.previous_list()));
  return sync_directory(paths_.directory);
}

void HashLists::refresh() {
  const auto status = stat_of(paths_.list());
  const FileIdentity now = status ? identity_of(*status) : FileIdentity{};
  if (now == identity_) {
    return;
  }
  identity_ = now;
  damaged_ = false;
  installed_.reset();
  if (status) {
    Result<PublicHashList> mapped = PublicHashList::map(paths_.list());
    damaged_ = !mapped;
    if (mapped) {
      installed_.emplace(std::move(*mapped));
    } else if (mapped.error().code != ErrorCode::kCorrupt) {
      identity_ = {};  // could not be read just now: look again next time
    }
  }
}

}  // namespace libcos::internal
