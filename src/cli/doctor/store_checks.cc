#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/files.h"
#include "base/try.h"
#include "cli/cmd_phl.h"
#include "cli/doctor/checks.h"
#include "cli/output.h"
#include "cli/places.h"
#include "host/list_update.h"
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
    return {kName, "", Health::kNote,
            "There is no store yet: it is made in " + directory.string() +
                " when something is stored, by a page or by `cos add`."};
  }
  if (status->st_uid != ::geteuid()) {
    return {kName, "", Health::kBad, "The store's directory " + root.string() + " belongs to another user.",
            "Let the variable COS_HOME name a directory of your own."};
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

Finding check_writable(const fs::path& directory) {
  const fs::path incoming = StorePaths(directory).incoming();
  // A file that never gets a name leaves nothing behind, whatever happens.
  const auto fd = open_file(incoming, O_TMPFILE | O_RDWR, 0600);
  if (fd || ::access(incoming.c_str(), W_OK) == 0) {
    return {"store", "", Health::kGood, "The store opens, and can be written."};
  }
  return {"store", "", Health::kBad, fd.error().message, fd.error().mend, "chmod 700 " + quoted(incoming.string())};
}

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
  const auto setting = store.setting(setting::kReserve);
  const bool changed = setting && setting->value != setting->fallback;
  return {"disk",
          "",
          Health::kBad,
          free + ", and writes must leave " + human_size(*reserve) + " free: nothing can be stored.",
          "Free some disk space, or make room in the store.",
          changed ? "cos config set disk.reserve " + setting->fallback
                  : "cos evict --free " + std::to_string(*reserve - space.available)};
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

Finding check_loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.valid() && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(socket.get(), 1) == 0) {
    return {"loopback", "", Health::kGood, "Bytes can go to browsers over 127.0.0.1."};
  }
  return {
      "loopback",
      "",
      Health::kBad,
      "Cannot listen on 127.0.0.1, over which bytes go to browsers: " + std::generic_category().message(errno) + ".",
      "Bring the loopback interface up, as root.",
      "ip link set lo up"};
}

}  // namespace libcos::cli
