// What a write waits for must not tell whether somebody else had stored the bytes before.
#pragma once

namespace libcos::torture {

// Returns the exit code.
int run_waits();

}  // namespace libcos::torture
