#pragma once

#include <string>

namespace libcos {

// Serves the browser on standard input and output until it hangs up. `origin`: the extension's, as the
// browser passes it ("chrome-extension://…/"). Returns the exit code.
int run_host(const std::string& origin);

}  // namespace libcos
