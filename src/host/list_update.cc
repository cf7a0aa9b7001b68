#include "host/list_update.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/random.h"
#include "base/try.h"
#include "host/fetch.h"
#include "host/json_values.h"
#include "phl/mapped_bytes.h"
#include "store/digest.h"
#include "store/paths.h"
#include "store/settings.h"

namespace libcos {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLargestList = std::uint64_t{512} << 20U;
constexpr std::uint64_t kLargestCompanion = 4096;
constexpr std::size_t kHexDigits = 64;
constexpr std::int64_t kDayMs = 86'400'000;

HashListPaths paths_of(const Store& store) { return StorePaths(store.directory()).hash_list(); }

// Where the checksum of a list is published. A URL's query stays at the end.
std::string companion_of(const std::string& from) {
  const std::size_t end = from.starts_with("https://") ? std::min(from.find_first_of("?#"), from.size()) : from.size();
  return from.substr(0, end) + ".sha256" + from.substr(end);
}

// What `sha256sum` printed: the digest, blanks, a name.
Result<std::string> published_checksum(const std::string& from, const Progress& progress) {
  const std::string companion = companion_of(from);
  const Result<std::string> text = fetch_text(companion, kLargestCompanion, progress);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "There is no checksum " + companion + ": the list stays as it was.",
                "A list comes with its checksum: download it too, or make one with sha256sum.");
  }
  if (!text) {
    return tl::unexpected(text.error());
  }
  std::string checksum = text->substr(0, text->find_first_of(" \t\r\n"));
  if (checksum.size() != kHexDigits || !is_lowercase_hex(checksum)) {
    return fail(ErrorCode::kData, companion + " holds no SHA-256 checksum; the list stays as it was.",
                "It should be what sha256sum prints for the list.");
  }
  return checksum;
}

// A file without a name: whatever ends this process, nothing is left.
Result<UniqueFd> nameless_file(const HashListPaths& paths) {
  COS_CHECK(make_private_directory(paths.directory));
  const std::filesystem::path path = paths.directory / ("list." + random_hex(8) + ".new");
  COS_TRY(UniqueFd fd, open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  ::unlink(path.c_str());
  return fd;
}

Result<UniqueFd> download(const Store& store, const std::string& from, const std::string& checksum,
                          const Progress& progress) {
  COS_TRY(UniqueFd fd, nameless_file(paths_of(store)));
  Digest digest(HashAlgorithm::kSha256);
  std::uint64_t size = 0;
  const Status fetched = fetch(
      from, kLargestList,
      [&](std::span<const std::uint8_t> bytes) -> Status {
        digest.update(bytes);
        COS_CHECK(write_at(fd, bytes, size));
        size += bytes.size();
        return {};
      },
      progress);
  COS_CHECK(fetched);
  if (to_hex(digest.finish()) != checksum) {
    return fail(ErrorCode::kData,
                from + " does not match its checksum in " + companion_of(from) + "; the list stays as it was.",
                "Both may just have been replaced: try again, or download both files again.");
  }
  return fd;
}

enum class Asked { kByUser, kInBackground };

Result<ListUpdate> update(Store& store, const std::string& from, Asked asked, const Progress& progress) {
  COS_TRY(const std::string checksum, published_checksum(from, progress));
  HashListInfo current = store.hash_list();
  // Of a list without sums nobody knows whether it still is what was installed.
  const bool is_current = checksum == current.checksum && current.summed && store.is_hash_list_intact();
  if (is_current || (asked == Asked::kInBackground && checksum == last_list_check(store).declined)) {
    return ListUpdate{false, std::move(current)};
  }
  COS_TRY(const UniqueFd file, download(store, from, checksum, progress));
  COS_TRY(const MappedBytes mapped, MappedBytes::map(file));
  const auto bytes = mapped.bytes();
  COS_TRY(HashListInfo installed, store.install_hash_list({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  return ListUpdate{true, std::move(installed)};
}

// Best effort: a record that cannot be written costs a check that comes too early.
void note(const Store& store, const ListCheck& check) {
  const json record{{"checkedAt", check.checked_at},
                    {"failure", check.failure},
                    {"mend", check.mend},
                    {"code", check.code},
                    {"declined", check.declined}};
  const std::string text = record.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  (void)make_private_directory(paths_of(store).directory);
  (void)replace_file(paths_of(store).last_check(), as_bytes(text));
}

void note_outcome(const Store& store, const Result<ListUpdate>& outcome, Asked asked) {
  if (!outcome && outcome.error().code == ErrorCode::kAborted) {
    return;  // nothing is known that was not known before
  }
  ListCheck check;
  check.checked_at = system_clock()();
  if (!outcome) {
    check.failure = outcome.error().message;
    check.mend = outcome.error().mend;
    check.code = error_code_name(outcome.error().code);
  }
  if (!outcome || asked == Asked::kInBackground) {
    check.declined = last_list_check(store).declined;
  }
  note(store, check);
}

bool is_due(const ListCheck& last, std::int64_t days) {
  // What failed is tried again the next day: the network may just have been away.
  const std::int64_t wait = (last.failure.empty() ? days : std::min<std::int64_t>(days, 1)) * kDayMs;
  const std::int64_t now = system_clock()();
  return now - last.checked_at >= wait || last.checked_at > now;
}

}  // namespace

Result<std::string> configured_list_address(Store& store) {
  COS_TRY(const Setting url, store.setting(setting::kListUrl));
  if (url.value.empty()) {
    return fail(ErrorCode::kType, "There is no address to fetch the Public Hash List from.",
                "Give one for good with `cos config set phl.url https://…`, or once with `cos phl update --from`.");
  }
  return url.value;
}

Result<ListUpdate> update_hash_list(Store& store, const std::string& from, const Progress& progress) {
  Result<ListUpdate> outcome = update(store, from, Asked::kByUser, progress);
  if (from == configured_list_address(store).value_or("")) {
    note_outcome(store, outcome, Asked::kByUser);
  }
  return outcome;
}

Result<HashListInfo> roll_back_hash_list(Store& store) {
  const std::string declined = store.hash_list().checksum;
  COS_TRY(HashListInfo list, store.roll_back_hash_list());
  ListCheck check = last_list_check(store);
  check.declined = declined;
  note(store, check);
  return list;
}

ListCheck last_list_check(const Store& store) {
  constexpr std::size_t kMost = 65'536;
  const Result<std::string> text = read_small_file(paths_of(store).last_check(), kMost);
  const json record = text ? json::parse(*text, nullptr, false) : json();
  if (!record.is_object()) {
    return {};
  }
  return {static_cast<std::int64_t>(size_at(record, "checkedAt").value_or(0)),
          string_at(record, "failure").value_or(""), string_at(record, "mend").value_or(""),
          string_at(record, "code").value_or(""), string_at(record, "declined").value_or("")};
}

void update_hash_list_if_due(Store& store, const std::atomic<bool>& stop) {
  const std::string url = configured_list_address(store).value_or("");
  const Result<Setting> days_text = store.setting(setting::kListDays);
  const auto days = days_text ? parse_setting(*find_setting(setting::kListDays), days_text->value).value_or(0) : 0;
  if (url.empty() || days == 0 || !is_due(last_list_check(store), days)) {
    return;
  }
  if (!make_private_directory(paths_of(store).directory)) {
    return;
  }
  const auto lock = open_file(paths_of(store).check_lock(), O_RDWR | O_CREAT, 0600);
  if (!lock || ::flock(lock->get(), LOCK_EX | LOCK_NB) != 0 || !is_due(last_list_check(store), days)) {
    return;  // another browser's host is doing it, or just did
  }
  const Result<ListUpdate> outcome = update(store, url, Asked::kInBackground, [&](std::uint64_t, std::uint64_t) {
    // A local file is there in an instant: it is finished, so that a short session gets its list, too.
    return !stop || !url.starts_with("https://");
  });
  note_outcome(store, outcome, Asked::kInBackground);
}

}  // namespace libcos
