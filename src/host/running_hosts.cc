#include "host/running_hosts.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "base/files.h"
#include "host/browsers.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

// A browser starts a host with the extension's origin as its first argument.
bool is_host(const fs::path& process) {
  const auto status = stat_of(process);
  if (!status || status->st_uid != ::geteuid()) {
    return false;
  }
  const Result<std::string> line = read_small_file(process / "cmdline", std::size_t{1} << 16U);
  const std::size_t program = line ? line->find('\0') : std::string::npos;
  if (program == std::string::npos) {
    return false;
  }
  const std::string_view first(line->c_str() + program + 1);
  return first == kExtensionOrigin;
}

}  // namespace

std::vector<pid_t> running_hosts() {
  std::vector<pid_t> hosts;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    pid_t pid = 0;
    const auto [stop, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong == std::errc{} && stop == name.data() + name.size() && is_host(it->path())) {
      hosts.push_back(pid);
    }
  }
  std::sort(hosts.begin(), hosts.end());
  return hosts;
}

std::vector<pid_t> hosts_with_files_in(const fs::path& directory) {
  std::error_code error;
  const std::string below = fs::weakly_canonical(directory, error).string() + "/";
  std::vector<pid_t> hosts = running_hosts();
  std::erase_if(hosts, [&](pid_t pid) {
    for (fs::directory_iterator it("/proc/" + std::to_string(pid) + "/fd", error), end; !error && it != end;
         it.increment(error)) {
      std::error_code closed;
      if (fs::read_symlink(it->path(), closed).string().starts_with(below)) {
        return false;
      }
    }
    return true;
  });
  return hosts;
}

}  // namespace libcos
