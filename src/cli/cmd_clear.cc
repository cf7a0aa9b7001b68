#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "store/clearing.h"

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

// All that is named, before anything is cleared: a slip in the second name must not come out when the first is gone.
Result<std::vector<Origin>> checked_names(const Wish& wish) {
  std::vector<Origin> origins;
  for (const std::string& text : wish.origins) {
    COS_TRY(const Origin origin, resolve_origin(text));
    COS_CHECK(internal::check_clearable(origin));
    origins.push_back(origin);
  }
  for (const std::string& host : wish.sites) {
    COS_CHECK(internal::host_named(host));
  }
  return origins;
}

// After an error `sum` has what was cleared before it.
Status clear(Store& store, const Wish& wish, const std::vector<Origin>& origins, const std::optional<Realm>& realm,
             ClearReport& sum) {
  const auto add = [&](const ClearReport& report) {
    sum.entries_removed += report.entries_removed;
    sum.bytes_freed += report.bytes_freed;
    sum.entries_kept += report.entries_kept;
  };
  if (wish.all) {
    COS_TRY(sum, store.clear_all(realm));
  }
  for (const Origin& origin : origins) {
    COS_TRY(const ClearReport report, store.clear_origin(origin, realm));
    add(report);
  }
  for (const std::string& host : wish.sites) {
    COS_TRY(const ClearReport report, store.clear_site(host, realm));
    add(report);
  }
  return {};
}

void print(const ClearReport& report) {
  std::printf("%llu entries deleted, %s freed", static_cast<unsigned long long>(report.entries_removed),
              human_size(report.bytes_freed).c_str());
  std::printf(report.entries_kept == 0 ? "\n" : "; %llu kept, which others stored, too, or you added\n",
              static_cast<unsigned long long>(report.entries_kept));
}

Result<int> run(const App& app, Store& store, const Wish& wish) {
  const int kinds = (wish.all ? 1 : 0) + (wish.sites.empty() ? 0 : 1) + (wish.origins.empty() ? 0 : 1);
  if (kinds != 1) {
    return fail(ErrorCode::kType, "Say what to clear: sites, --origin or --all.", "For example: cos clear example.com");
  }
  COS_TRY(const auto origins, checked_names(wish));
  if (wish.all && !confirmed(wish)) {
    return fail(ErrorCode::kAborted, "Nothing was cleared.", "Without a terminal, confirm with --yes.");
  }
  COS_TRY(const auto realm, resolve_realm(store, wish.profile));
  ClearReport sum;
  const Status done = clear(store, wish, origins, realm, sum);
  if (!done && sum.entries_removed == 0 && sum.entries_kept == 0) {
    return tl::unexpected(done.error());
  }
  return report_done(
      app,
      {{"entriesRemoved", sum.entries_removed}, {"bytesFreed", sum.bytes_freed}, {"entriesKept", sum.entries_kept}},
      [&] { print(sum); }, kDone, done);
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
