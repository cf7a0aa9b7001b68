// The executable in builds with sanitizers: `cos host` as a browser starts it, and the commands that tests of the host call.
#include <CLI/CLI.hpp>
#include <string>

#include "cli/app.h"
#include "host/host.h"

int main(int argc, char** argv) {
  if (argc >= 2 && std::string(argv[1]).starts_with("chrome-extension://")) {
    return libcos::run_host(argv[1]);
  }
  CLI::App parser("Cross-Origin Storage for this machine", "cos");
  libcos::cli::App app;
  libcos::cli::add_host(parser, app);
  libcos::cli::add_phl(parser, app);
  libcos::cli::add_rm(parser, app);
  CLI11_PARSE(parser, argc, argv);
  return app.run ? app.run() : libcos::cli::kUsage;
}
