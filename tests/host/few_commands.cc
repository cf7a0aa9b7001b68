// The executable in builds with sanitizers: `cos host` as a browser starts it, and the commands that tests of the host
// call.
#include <optional>
#include <string>

#include "cli/app.h"
#include "cos/version.h"
#include "host/host.h"

int main(int argc, char** argv) {
  if (argc >= 2 && std::string(argv[1]).starts_with("chrome-extension://")) {
    return libcos::run_host(argv[1]);
  }
  libcos::cli::Parser parser("cos", "Cross-Origin Storage for this machine", "cos " COS_VERSION);
  libcos::cli::App app;
  libcos::cli::add_config(parser.root(), app);
  libcos::cli::add_host(parser.root(), app);
  libcos::cli::add_phl(parser.root(), app);
  libcos::cli::add_rm(parser.root(), app);
  if (const std::optional<int> code = parser.parse(argc, argv)) {
    return *code;
  }
  return app.run ? app.run() : libcos::cli::kUsage;
}
