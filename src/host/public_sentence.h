#pragma once

#include <string>

#include "cos/result.h"

namespace libcos {

// The error's message where it can be told to a page, else one sentence for its code: messages of errors that
// have to do with this machine name paths.
std::string public_sentence(const Error& error);

}  // namespace libcos
