#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "cli/app.h"
#include "cli/help.h"
#include "cos/version.h"

namespace libcos::cli {
namespace {

void add_all(CLI::App& parser, App& app) {
  add_install(parser, app);
  add_uninstall(parser, app);
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
  add_activity(parser, app);
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

int run_cli(int argc, const char* const* argv, const StoreOptions& store) {
  CLI::App parser("Cross-Origin Storage for this machine", "cos");
  parser.set_version_flag("--version", "cos " COS_VERSION);
  parser.require_subcommand(0, 1);
  App app;
  app.store = store;
  add_all(parser, app);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? kDone : kUsage;
  }
  if (!app.run) {
    std::fputs(kWelcome, stdout);
    return kDone;
  }
  return app.run();
}

}  // namespace libcos::cli
