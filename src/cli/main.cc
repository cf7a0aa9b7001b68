#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "cli/app.h"
#include "cos/version.h"
#include "host/host.h"

namespace {

constexpr const char* kWelcome = R"(cos keeps one copy of each file that websites share: AI models, runtimes, libraries.

  cos install          let your browsers use the store
  cos ls               what is stored, by whom, how large
  cos stat HASH        all about one entry
  cos add FILE         put a file into the store by hand
  cos get HASH -o FILE take a file out of the store
  cos rm HASH          delete an entry
  cos verify           read everything again and check it
  cos repair           mend a damaged store, and say what to download again
  cos why HASH --origin ORIGIN   why a site finds an entry, or does not
  cos history HASH     who stored it, who read it
  cos clear SITE       forget a site
  cos phl status       the list of files that sites may share, and its age
  cos config list      limits and switches

cos --help shows everything, cos COMMAND --help the options of a command.
)";

}  // namespace

int main(int argc, char** argv) {
  // A browser starts its native host with the extension's origin as the first argument and nothing else.
  if (argc >= 2 && std::string(argv[1]).starts_with("chrome-extension://")) {
    return libcos::run_host(argv[1]);
  }
  CLI::App parser("Cross-Origin Storage for this machine", "cos");
  parser.set_version_flag("--version", "cos " COS_VERSION);
  parser.require_subcommand(0, 1);
  parser.footer(
      "The store is $COS_HOME, else $XDG_DATA_HOME/cos, else ~/.local/share/cos.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing found, 4 damaged data found.");
  libcos::cli::App app;
  libcos::cli::add_install(parser, app);
  libcos::cli::add_ls(parser, app);
  libcos::cli::add_stat(parser, app);
  libcos::cli::add_add(parser, app);
  libcos::cli::add_get(parser, app);
  libcos::cli::add_rm(parser, app);
  libcos::cli::add_verify(parser, app);
  libcos::cli::add_repair(parser, app);
  libcos::cli::add_pin(parser, app);
  libcos::cli::add_clear(parser, app);
  libcos::cli::add_evict(parser, app);
  libcos::cli::add_history(parser, app);
  libcos::cli::add_why(parser, app);
  libcos::cli::add_sites(parser, app);
  libcos::cli::add_config(parser, app);
  libcos::cli::add_phl(parser, app);
  libcos::cli::add_host(parser, app);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? libcos::cli::kDone : libcos::cli::kUsage;
  }
  if (!app.run) {
    std::fputs(kWelcome, stdout);
    return libcos::cli::kDone;
  }
  return app.run();
}
