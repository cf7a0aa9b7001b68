#include "cli/cli.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "cli/app.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cos/version.h"

namespace libcos::cli {
namespace {

void add_all(Command cos, App& app) {
  add_install(cos, app);
  add_uninstall(cos, app);
  add_doctor(cos, app);
  add_ls(cos, app);
  add_stat(cos, app);
  add_add(cos, app);
  add_get(cos, app);
  add_rm(cos, app);
  add_verify(cos, app);
  add_repair(cos, app);
  add_pin(cos, app);
  add_clear(cos, app);
  add_evict(cos, app);
  add_top(cos, app);
  add_history(cos, app);
  add_activity(cos, app);
  add_why(cos, app);
  add_sites(cos, app);
  add_config(cos, app);
  add_phl(cos, app);
  add_completions(cos, app);
  add_man(cos, app);
  add_host(cos, app);
}

int run(int argc, const char* const* argv, const StoreOptions& store) {
  Parser parser("cos", "Cross-Origin Storage for this machine", "cos " COS_VERSION);
  App app;
  app.store = store;
  add_all(parser.root(), app);
  finish_help(parser);
  if (const std::optional<int> code = parser.parse(argc, argv)) {
    return *code;
  }
  if (!app.run) {
    std::fputs(kWelcome, stdout);
    return kDone;
  }
  return app.run();
}

// What a command printed may wait in the buffer until the very end; a full disk is noticed only then. The host leaves
// nothing there: it writes to the descriptor itself.
int after_all_is_written(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
    return code;
  }
  std::fprintf(stderr, "%s Cannot write to standard output.\n", paint("cos:", Color::kRed, stderr).c_str());
  return std::max<int>(code, kFailed);
}

}  // namespace

int run_cli(int argc, const char* const* argv, const StoreOptions& store) {
  return after_all_is_written(run(argc, argv, store));
}

}  // namespace libcos::cli
