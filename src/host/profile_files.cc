#include "host/profile_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "base/files.h"
#include "base/try.h"
#include "host/browsers.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarkerPrefix = "cos-handover-marker-v1:";
constexpr std::size_t kMarkerDigits = 64;
constexpr int kMostAncestors = 4;
constexpr std::string_view kFileSystem = "File System";

std::vector<fs::path> children(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    paths.push_back(it->path());
  }
  return paths;
}

fs::path proc(pid_t pid, std::string_view what) { return fs::path("/proc") / std::to_string(pid) / what; }

// The fourth field of /proc/PID/stat; the second may hold spaces and brackets, so count from its end.
std::optional<pid_t> parent_of(pid_t pid) {
  const Result<std::string> stat = read_small_file(proc(pid, "stat"), 4096);
  const std::size_t bracket = stat ? stat->rfind(") ") : std::string::npos;
  if (bracket == std::string::npos || bracket + 4 >= stat->size()) {
    return std::nullopt;
  }
  pid_t parent = 0;
  std::from_chars(stat->data() + bracket + 4, stat->data() + stat->size(), parent);
  return parent > 1 ? std::optional(parent) : std::nullopt;
}

// The directories of profiles that a process has open files in: <profile>/File System/….
void add_open_profiles(pid_t pid, std::set<fs::path>& profiles) {
  for (const fs::path& link : children(proc(pid, "fd"))) {
    std::error_code error;
    const std::string target = fs::read_symlink(link, error).string();
    const std::size_t at = target.find("/" + std::string(kFileSystem) + "/");
    if (!error && at != std::string::npos) {
      profiles.insert(target.substr(0, at));
    }
  }
}

// Profiles below a user data directory: each has a directory "File System".
void add_profiles_below(const fs::path& user_data, std::set<fs::path>& profiles) {
  for (const fs::path& profile : children(user_data)) {
    std::error_code error;
    if (fs::is_directory(profile / kFileSystem, error)) {
      profiles.insert(profile);
    }
  }
}

void add_command_line_profiles(pid_t pid, std::set<fs::path>& profiles) {
  constexpr std::string_view kFlag = "--user-data-dir=";
  const Result<std::string> arguments = read_small_file(proc(pid, "cmdline"), std::size_t{1} << 20U);
  const std::size_t at = arguments ? arguments->find(kFlag) : std::string::npos;
  if (at != std::string::npos) {
    const fs::path directory = arguments->c_str() + at + kFlag.size();
    std::error_code error;
    // A relative directory is relative to the browser's working directory.
    add_profiles_below(directory.is_absolute() ? directory : fs::read_symlink(proc(pid, "cwd"), error) / directory,
                       profiles);
  }
}

std::set<fs::path> candidate_profiles() {
  std::set<fs::path> profiles;
  std::optional<pid_t> pid = ::getppid();
  for (int i = 0; i < kMostAncestors && pid && *pid > 1; ++i) {
    add_open_profiles(*pid, profiles);
    add_command_line_profiles(*pid, profiles);
    pid = parent_of(*pid);
  }
  if (profiles.empty()) {
    for (const Browser& browser : known_browsers()) {
      add_profiles_below(user_data_directory(browser), profiles);
    }
  }
  return profiles;
}

bool is_marked(const fs::path& path, const std::string& text) {
  const auto status = stat_of(path);
  if (!status || !S_ISREG(status->st_mode) || static_cast<std::size_t>(status->st_size) != text.size()) {
    return false;
  }
  const Result<UniqueFd> fd = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  std::string content(text.size(), '\0');
  const auto got =
      fd ? read_at(*fd, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()}, 0) : Result<std::size_t>(0);
  return got && *got == text.size() && content == text;
}

std::optional<fs::path> find_in(const fs::path& directory, const std::string& text) {
  for (const fs::path& file : children(directory)) {
    if (is_marked(file, text)) {
      return file;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string marker_text(std::string_view marker) { return std::string(kMarkerPrefix) + std::string(marker); }

Result<fs::path> ProfileFiles::find_marked(std::string_view marker) {
  if (marker.size() != kMarkerDigits || !std::all_of(marker.begin(), marker.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      })) {
    return fail(ErrorCode::kUnavailable, "The marker is malformed.");
  }
  const std::string text = marker_text(marker);
  const std::lock_guard lock(mutex_);
  if (auto found = last_directory_.empty() ? std::nullopt : find_in(last_directory_, text)) {
    return *found;
  }
  // <profile>/File System/<nnn>/t/<nn>/<number>
  for (const fs::path& profile : candidate_profiles()) {
    for (const fs::path& origin : children(profile / kFileSystem)) {
      for (const fs::path& shelf : children(origin / "t")) {
        if (auto found = find_in(shelf, text)) {
          last_directory_ = shelf;
          return *found;
        }
      }
    }
  }
  return fail(ErrorCode::kUnavailable, "The marked file was not found in the browser's profile.");
}

}  // namespace libcos
