#include <string>

#include "cli/cli.h"
#include "host/host.h"

int main(int argc, char** argv) {
  // A browser starts its native host with the extension's origin as the first argument and nothing else.
  if (argc >= 2 && std::string(argv[1]).starts_with("chrome-extension://")) {
    return libcos::run_host(argv[1]);
  }
  return libcos::cli::run_cli(argc, argv, {});
}
