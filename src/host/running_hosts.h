// The hosts that browsers of this user have started.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

namespace libcos {

std::vector<pid_t> running_hosts();
// Those that have a file in this directory or below it open.
std::vector<pid_t> hosts_with_files_in(const std::filesystem::path& directory);

}  // namespace libcos
