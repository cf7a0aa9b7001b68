#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "cli/app.h"
#include "cli/help.h"
#include "cos/version.h"
#include "host/host.h"

namespace libcos::cli {
namespace {

void add_all(CLI::App& parser, App& app) {
  add_install(parser, app);
  add_doctor(parser, app);
  add_ls(parser, app);
  add_stat(parser, app);
  add_add(parser, app);
  add_get(parser, app);
  add_rm(parser, app);
  add_verify(parser, app);
  add_repair(parser, app);
  add_pin(parser, app);
  add_clear(parser, app);
  add_evict(parser, app);
  add_top(parser, app);
  add_history(parser, app);
  add_why(parser, app);
  add_sites(parser, app);
  add_config(parser, app);
  add_phl(parser, app);
  add_completions(parser, app);
  add_man(parser, app);
  add_host(parser, app);
  finish_help(parser);
}

}  // namespace
}  // namespace libcos::cli

int main(int argc, char** argv) {
  // A browser starts its native host with the extension's origin as the first argument and nothing else.
  if (argc >= 2 && std::string(argv[1]).starts_with("chrome-extension://")) {
    return libcos::run_host(argv[1]);
  }
  CLI::App parser("Cross-Origin Storage for this machine", "cos");
  parser.set_version_flag("--version", "cos " COS_VERSION);
  parser.require_subcommand(0, 1);
  libcos::cli::App app;
  libcos::cli::add_all(parser, app);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? libcos::cli::kDone : libcos::cli::kUsage;
  }
  if (!app.run) {
    std::fputs(libcos::cli::kWelcome, stdout);
    return libcos::cli::kDone;
  }
  return app.run();
}
