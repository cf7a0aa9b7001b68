#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

struct Wish {
  std::vector<std::string> sites;
  std::vector<std::string> origins;
  std::string profile;
  bool all = false;
  bool yes = false;
};

bool confirmed(const Wish& wish) {
  if (wish.yes) {
    return true;
  }
  if (::isatty(STDIN_FILENO) == 0) {
    return false;
  }
  std::printf("Delete everything%s, entries added by hand and pinned ones too? [y/N] ",
              wish.profile.empty() ? "" : " of this profile");
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

Result<ClearReport> clear(Store& store, const Wish& wish, const std::optional<Realm>& realm) {
  ClearReport sum;
  const auto add = [&](const ClearReport& report) {
    sum.entries_removed += report.entries_removed;
    sum.bytes_freed += report.bytes_freed;
    sum.entries_kept += report.entries_kept;
  };
  if (wish.all) {
    return store.clear_all(realm);
  }
  for (const std::string& text : wish.origins) {
    COS_TRY(const Origin origin, resolve_origin(text));
    COS_TRY(const ClearReport report, store.clear_origin(origin, realm));
    add(report);
  }
  for (const std::string& host : wish.sites) {
    COS_TRY(const ClearReport report, store.clear_site(host, realm));
    add(report);
  }
  return sum;
}

Result<int> run(const App& app, Store& store, const Wish& wish) {
  const int kinds = (wish.all ? 1 : 0) + (wish.sites.empty() ? 0 : 1) + (wish.origins.empty() ? 0 : 1);
  if (kinds != 1) {
    return fail(ErrorCode::kType, "Say what to clear: sites, --origin or --all.", "For example: cos clear example.com");
  }
  if (wish.all && !confirmed(wish)) {
    return fail(ErrorCode::kAborted, "Nothing was cleared.", "Without a terminal, confirm with --yes.");
  }
  COS_TRY(const auto realm, resolve_realm(store, wish.profile));
  COS_TRY(const ClearReport report, clear(store, wish, realm));
  if (app.json) {
    print_json({{"entriesRemoved", report.entries_removed},
                {"bytesFreed", report.bytes_freed},
                {"entriesKept", report.entries_kept}});
  } else {
    std::printf("%llu entries deleted, %s freed", static_cast<unsigned long long>(report.entries_removed),
                human_size(report.bytes_freed).c_str());
    std::printf(report.entries_kept == 0 ? "\n" : "; %llu kept, which others stored, too, or you added\n",
                static_cast<unsigned long long>(report.entries_kept));
  }
  return kDone;
}

}  // namespace

void add_clear(Command cos, App& app) {
  auto wish = std::make_shared<Wish>();
  const Command command =
      add_command(cos, app, "clear", "Forget sites: what they stored, read and asked for",
                  [&app, wish] { return with_store(app, [&](Store& store) { return run(app, store, *wish); }); });
  command.add_option("sites", wish->sites, "Hosts, each with all hosts below it: example.com");
  command.add_option("--origin", wish->origins, "One origin alone: https://www.example.com");
  command.add_flag("--all", wish->all, "Everything");
  command.add_option("--profile", wish->profile, "In one browser profile only: its id, or how that begins");
  command.add_flag("--yes", wish->yes, "Do not ask");
}

}  // namespace libcos::cli
