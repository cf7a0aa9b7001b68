// The hosts that browsers of this user have started.
#pragma once

#include <sys/types.h>

#include <vector>

namespace libcos {

std::vector<pid_t> running_hosts();

}  // namespace libcos
