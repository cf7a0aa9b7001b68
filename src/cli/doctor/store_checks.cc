#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/files.h"
#include "base/try.h"
#include "cli/cmd_phl.h"
#include "cli/doctor/checks.h"
#include "cli/output.h"
#include "cli/places.h"
#include "host/list_update.h"
#include "store/administrator.h"
#include "store/paths.h"
#include "store/settings.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 1000;

Finding failure(const char* check, const Error& error) {
  return {check, "", Health::kBad, error.message, error.mend, error.code == ErrorCode::kCorrupt ? "cos repair" : ""};
}

// How many things are, in words: "1 entry", "2 entries".
std::string count(std::uint64_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

// What a store is made of, as far as it is there, but for the entries' bytes.
std::vector<fs::path> parts_of(const fs::path& root) {
  const StorePaths paths(root);
  std::vector<fs::path> parts{root};
  const std::string database = paths.database().string();
  for (const fs::path& part :
       {paths.incoming(), paths.blobs(), fs::path(database), fs::path(database + "-wal"), fs::path(database + "-shm"),
        fs::path(database + "-durable"), paths.hash_list().directory}) {
    if (stat_of(part)) {
      parts.push_back(part);
    }
  }
  // A backup that was put back by another user, say: blobs/<ALGORITHM>/<first digits>.
  std::error_code error;
  constexpr int kDigits = 1;
  for (fs::recursive_directory_iterator it(paths.blobs(), error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) {
      parts.push_back(it->path());
    }
    if (it.depth() >= kDigits) {
      it.disable_recursion_pending();
    }
  }
  return parts;
}

// Whether a store could be made there; nullopt: it could.
std::optional<std::string> why_none_can_be_made(const fs::path& directory) {
  std::error_code error;
  fs::path nearest = normal_path(fs::absolute(directory, error));
  while (!fs::is_symlink(nearest, error) && !stat_of(nearest) && nearest.has_relative_path()) {
    nearest = nearest.parent_path();
  }
  const std::string cannot = "No store can be made in " + directory.string() + ": ";
  if (fs::is_symlink(nearest, error) && !fs::exists(nearest, error)) {
    return cannot + nearest.string() + " is a link to what is not there.";
  }
  if (!fs::is_directory(nearest, error)) {
    return cannot + nearest.string() + " is no directory.";
  }
  return ::access(nearest.c_str(), W_OK | X_OK) == 0 ? std::nullopt
                                                     : std::optional(cannot + nearest.string() + " cannot be written.");
}

std::string as_root(const std::string& command) { return ::geteuid() == 0 ? command : "sudo " + command; }

Result<std::uint64_t> reserve_of(Store& store) {
  COS_TRY(const Setting setting, store.setting(setting::kReserve));
  COS_TRY(const std::int64_t value, parse_setting(*find_setting(setting::kReserve), setting.value));
  return static_cast<std::uint64_t>(value);
}

}  // namespace

Finding check_directory(const fs::path& directory) {
  constexpr const char* kName = "permissions";
  std::error_code error;
  const fs::path root = fs::canonical(directory, error);
  const auto status = error ? std::nullopt : stat_of(root);
  if (!status) {
    if (const auto why = why_none_can_be_made(directory)) {
      return {kName, "", Health::kBad, *why, "Name another directory in COS_HOME, or mend that one.", {}};
    }
    return {kName, "", Health::kNote,
            "There is no store yet: it is made in " + directory.string() +
                " when something is stored, by a page or by `cos add`."};
  }
  for (const fs::path& part : parts_of(root)) {
    if (const auto its = stat_of(part); its && its->st_uid != ::geteuid()) {
      return {kName,
              "",
              Health::kBad,
              part.string() + " belongs to another user.",
              "If the store is not to be yours, let the variable COS_HOME name a directory of your own; if it is:",
              as_root("chown -R " + std::to_string(::geteuid()) + " " + quoted(root.string()))};
    }
  }
  const std::string command = "chmod 700 " + quoted(root.string());
  if ((status->st_mode & 0022U) != 0) {
    return {kName, "", Health::kBad, "Other users of this machine can write into " + root.string() + ".", "", command};
  }
  if ((status->st_mode & 0055U) != 0) {
    return {kName, "", Health::kNote, "Other users of this machine can look into " + root.string() + ".", "", command};
  }
  return {kName, "", Health::kGood, "Nobody else can look into the store, " + root.string() + "."};
}

Finding failed_to_open(const Error& error) { return failure("store", error); }

std::optional<Finding> check_writable(const fs::path& directory) {
  std::error_code error;
  for (const fs::path& part : parts_of(fs::canonical(directory, error))) {
    const bool is_directory = fs::is_directory(part, error);
    if (::faccessat(AT_FDCWD, part.c_str(), R_OK | W_OK | (is_directory ? X_OK : 0), AT_EACCESS) == 0 ||
        errno == ENOENT) {
      continue;
    }
    if (errno == EROFS) {
      return Finding{"store",
                     "",
                     Health::kBad,
                     "The file system of " + part.string() + " can only be read: nothing can be stored.",
                     "A disk with errors is mounted so; look into the kernel's log (dmesg) first.",
                     as_root("mount -o remount,rw \"$(findmnt -n -o TARGET -T " + quoted(part.string()) + ")\"")};
    }
    return Finding{"store",      "",
                   Health::kBad, "This user cannot write " + part.string() + ".",
                   "",           "chmod " + std::string(is_directory ? "700 " : "600 ") + quoted(part.string())};
  }
  return std::nullopt;
}

Finding opened() { return {"store", "", Health::kGood, "The store opens, and can be written."}; }

Finding check_registry(Store& store) {
  const auto problems = store.check_registry();
  if (!problems) {
    return failure("registry", problems.error());
  }
  if (problems->empty()) {
    return {"registry", "", Health::kGood, "The registry of the store is sound."};
  }
  return {"registry",
          "",
          Health::kBad,
          "The registry is damaged: " + problems->front() + ".",
          "Close your browsers first.",
          "cos repair"};
}

Finding check_disk_space(Store& store) {
  std::error_code error;
  const fs::space_info space = fs::space(store.directory(), error);
  const auto reserve = reserve_of(store);
  if (error || !reserve) {
    return {"disk", "", Health::kNote, "Cannot tell how full the store's disk is."};
  }
  const std::string free = human_size(space.available) + " are free on the store's disk";
  if (space.available > *reserve) {
    return {"disk", "", Health::kGood, free + "."};
  }
  const auto totals = store.totals();
  const std::uint64_t missing = *reserve - space.available + 1;
  const SettingRow& row = *find_setting(setting::kReserve);
  const auto setting = store.setting(setting::kReserve);
  std::string command;
  if (setting && setting->administered) {
    command = totals && totals->bytes > 0 ? "cos evict --free " + std::to_string(missing) : "";
  } else if (*reserve > static_cast<std::uint64_t>(row.fallback)) {
    command = "cos config set disk.reserve " + format_setting(row, row.fallback);
  } else if (totals && totals->bytes > 0) {
    command = "cos evict --free " + std::to_string(missing);
  }
  return {"disk",
          "",
          Health::kBad,
          free + ", and writes must leave " + human_size(*reserve) + " free: nothing can be stored.",
          command.empty() ? "Free some disk space; the store holds nothing that could go."
                          : "Free some disk space, or make room in the store.",
          command};
}

Finding check_budget(Store& store) {
  const auto totals = store.totals();
  if (!totals) {
    return failure("budget", totals.error());
  }
  const std::string held = count(totals->entries, "entry", "entries") + ", " + human_size(totals->bytes) + " of " +
                           human_size(totals->budget);
  if (totals->bytes > totals->budget) {
    return {"budget", "", Health::kNote, "The store holds more than it may: " + held + ".", "", "cos evict"};
  }
  return {"budget", "", Health::kGood, "The store holds " + held + "."};
}

Finding check_entries(Store& store) {
  std::uint64_t damaged = 0;
  std::string command = "cos rm";
  std::optional<ListPlace> place;
  do {
    const auto page = store.list(ListOrder::kHash, place, kPage);
    if (!page) {
      return failure("entries", page.error());
    }
    for (const EntryInfo& entry : page->entries) {
      if (entry.damaged) {
        ++damaged;
        command += " " + entry.hash.to_string();
      }
    }
    place = page->next;
  } while (place);
  if (damaged == 0) {
    return {"entries", "", Health::kGood, "No entry is known to be damaged; `cos verify` reads every byte."};
  }
  return {"entries",
          "",
          Health::kBad,
          count(damaged, "entry is", "entries are") + " damaged, and given to nobody.",
          "`cos repair` says where to download them again; or forget them, and sites store them again.",
          command};
}

Finding check_leftovers(const fs::path& directory) {
  const fs::path quarantine = StorePaths(directory).quarantine();
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(quarantine, error), end; !error && it != end; it.increment(error)) {
    if (const auto status = stat_of(it->path()); status && S_ISREG(status->st_mode)) {
      ++files;
      bytes += static_cast<std::uint64_t>(status->st_size);
    }
  }
  if (files == 0) {
    return {"leftovers", "", Health::kGood, "Nothing is left over from repairs."};
  }
  return {"leftovers",
          "",
          Health::kNote,
          count(files, "file", "files") + " (" + human_size(bytes) +
              ") that had been damaged or belonged to no entry were set aside.",
          "Look at them, then delete them.",
          "rm -r " + quoted(quarantine.string())};
}

Findings check_list(Store& store) {
  constexpr const char* kName = "list";
  const HashListInfo info = store.hash_list();
  const auto url = store.setting(setting::kListUrl);
  const bool has_address = url && !url->value.empty();
  const std::string update = has_address ? "cos phl update" : "";
  const std::string no_address = has_address ? "" : "Fetch one with `cos phl update --from ADDRESS`.";
  Findings all;
  if (info.damaged) {
    all.push_back({kName, "", Health::kBad, "The installed Public Hash List is damaged, and counts as empty.",
                   no_address, update});
  } else if (!store.is_hash_list_intact()) {
    all.push_back({kName, "", Health::kBad,
                   "A part of the installed Public Hash List is damaged: some files are not shared, or not named.",
                   no_address, update});
  } else if (!info.installed) {
    all.push_back({kName, "", Health::kNote,
                   "Only the starter list of " + std::to_string(info.digests) +
                       " files is in force: no Public Hash List is installed.",
                   no_address, update});
  } else if (const auto age = age_in_days(info); age.value_or(0) > kOldListDays) {
    all.push_back({kName, "", Health::kNote, "The Public Hash List is " + std::to_string(*age) + " days old.",
                   no_address, update});
  } else {
    all.push_back(
        {kName, "", Health::kGood,
         "The Public Hash List " + info.version + " is installed, with " + std::to_string(info.digests) + " files."});
  }
  if (const ListCheck last = last_list_check(store); !last.failure.empty()) {
    all.push_back(
        {"list-update", "", Health::kNote, "The last update of the list failed: " + last.failure, last.mend, update});
  }
  return all;
}

Findings check_administrator(const fs::path& file) {
  constexpr const char* kName = "administrator";
  const auto policy = read_administrator_policy(file);
  if (!policy) {
    return {failure(kName, policy.error())};
  }
  Findings all;
  if (!policy->settings.empty()) {
    all.push_back({kName, "", Health::kGood,
                   count(policy->settings.size(), "setting is", "settings are") +
                       " set by your administrator; `cos config list` says which."});
  }
  if (policy->allowed || !policy->blocked.empty()) {
    all.push_back({kName, "", Health::kGood,
                   policy->allowed ? "Your administrator lets some sites use the store, and no others."
                                   : "Your administrator keeps some sites from using the store."});
  }
  return all;
}

Finding check_loopback() {
  constexpr timeval kPatience{2, 0};
  sockaddr_in address{};
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // An interface that is down can be listened on; only a connection tells.
  if (server.valid() && client.valid() && ::bind(server.get(), any, size) == 0 && ::listen(server.get(), 1) == 0 &&
      ::getsockname(server.get(), any, &size) == 0 &&
      ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience) == 0 &&
      ::connect(client.get(), any, size) == 0) {
    return {"loopback", "", Health::kGood, "Bytes can go to browsers over 127.0.0.1."};
  }
  return {"loopback",
          "",
          Health::kBad,
          "Cannot listen on 127.0.0.1 and be reached, as browsers must for their bytes: " +
              std::generic_category().message(errno) + ".",
          "Bring the loopback interface up; or see what filters connections to 127.0.0.1.",
          as_root("ip link set lo up")};
}

}  // namespace libcos::cli
