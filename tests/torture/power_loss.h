// Replays what a power cut may leave of every operation: each prefix of its calls, with what no sync had made durable
// there, not there, or there in part.
#pragma once

#include <string_view>

namespace libcos::torture {

// `wanted`: about how many states to try; 0: all. Returns the exit code.
int run_power_loss(int wanted, std::string_view only);

}  // namespace libcos::torture
