#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/browser_targets.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cos/purge.h"
#include "host/running_hosts.h"
#include "store/paths.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

struct Wish {
  BrowserOptions browsers;
  bool purge = false;
  bool yes = false;
};

struct Undone {
  std::vector<std::string> browsers;
  nlohmann::ordered_json failed = nlohmann::ordered_json::array();
  std::size_t links = 0;
  std::optional<Error> links_left;  // why there may be more
  std::optional<PurgeReport> purged;

  [[nodiscard]] bool is_all() const { return failed.empty() && !links_left; }
};

bool has_store(const fs::path& directory) { return stat_of(StorePaths(directory).database()).has_value(); }

// What the user is about to lose, asked of a person; nobody is asked without a terminal.
bool confirmed(const App& app, const Wish& wish) {
  if (wish.yes) {
    return true;
  }
  if (app.json || ::isatty(STDIN_FILENO) == 0) {
    return false;
  }
  std::string held = "all that is stored";
  if (auto store = Store::open(app.store)) {
    if (const auto totals = store->totals()) {
      held = std::to_string(totals->entries) + (totals->entries == 1 ? " entry, " : " entries, ") +
             human_size(totals->bytes);
    }
  }
  std::printf("Delete %s in %s, with all settings, for good? [y/N] ", held.c_str(),
              printable(store_directory(app).string()).c_str());
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

Status check_purge(const App& app, const Wish& wish) {
  if (!means_all(wish.browsers)) {
    return fail(ErrorCode::kType, "--purge deletes the store of all browsers: it goes with no --browser.");
  }
  if (!has_store(store_directory(app))) {
    return {};
  }
  if (const auto hosts = hosts_with_files_in(store_directory(app)); !hosts.empty()) {
    return fail(ErrorCode::kBusy,
                "A browser uses the store (its host is process " + std::to_string(hosts.front()) + ").",
                "Close your browsers, then run this again. Nothing was deleted.");
  }
  if (!confirmed(app, wish)) {
    return fail(ErrorCode::kAborted, "Nothing was deleted.", "Without a terminal, confirm with --yes.");
  }
  return {};
}

// The files that hand entries over to browsers stand in their profiles, and are names of the store's bytes: as long as
// one of them is left, so is what it takes on the disk.
void remove_links(const App& app, const Wish& wish, const std::vector<BrowserTarget>& targets, Undone& undone) {
  if (!has_store(store_directory(app))) {
    return;
  }
  Result<Store> store = Store::open(app.store);
  if (!store) {
    undone.links_left = store.error();
    return;
  }
  std::vector<fs::path> places{fs::path()};
  if (!means_all(wish.browsers)) {
    places.clear();
    for (const BrowserTarget& target : targets) {
      places.push_back(target.user_data);
    }
  }
  for (const fs::path& place : places) {
    const auto removed = store->remove_links(place);
    if (!removed) {
      undone.links_left = removed.error();
      continue;
    }
    undone.links += *removed;
  }
}

// Nothing of it hangs on the rest: each is tried, whatever became of the others. After an error `undone` has what was
// undone before it.
Status undo(const App& app, const Wish& wish, const std::vector<BrowserTarget>& targets, Undone& undone) {
  for (const BrowserTarget& target : targets) {
    const Result<bool> removed = remove_host_manifest(target.user_data);
    if (!removed) {
      report_browser(app, target.title, removed.error(), undone.failed);
      continue;
    }
    if (*removed) {
      undone.browsers.push_back(target.title);
    }
    if (target.browser != nullptr) {
      remove_empty_user_data(*target.browser);
    }
  }
  remove_links(app, wish, targets, undone);
  if (wish.purge && has_store(store_directory(app))) {
    COS_TRY(undone.purged, purge_store(store_directory(app)));
  }
  return {};
}

void print(const App& app, const Wish& wish, const Undone& undone, bool has_failed) {
  for (const std::string& browser : undone.browsers) {
    std::printf("removed from  %s\n", browser.c_str());
  }
  if (undone.links > 0) {
    std::printf("%zu links to entries were removed from profiles.\n", undone.links);
  }
  if (undone.links_left) {
    std::printf("Links to entries may be left in profiles: %s\nThey go with the extension.\n",
                printable(undone.links_left->message).c_str());
  }
  if (has_failed) {
    return;  // the rest would be said of a store that is neither kept nor gone
  }
  const std::string nowhere = undone.browsers.empty() && undone.failed.empty() ? "It was registered nowhere. " : "";
  if (undone.purged) {
    std::printf("%sThe store was deleted: %llu files, %s.\n", nowhere.c_str(),
                static_cast<unsigned long long>(undone.purged->files), human_size(undone.purged->bytes).c_str());
    for (const fs::path& kept : undone.purged->kept) {
      std::printf("This is not the store's, and was kept: %s\n", printable(kept.string()).c_str());
    }
  } else if (wish.purge) {
    std::printf("%sThere is no store in %s.\n", nowhere.c_str(), printable(store_directory(app).string()).c_str());
  } else {
    std::printf("%sWhat was stored is kept in %s; `cos uninstall --purge` deletes it.\n", nowhere.c_str(),
                printable(store_directory(app).string()).c_str());
  }
}

nlohmann::ordered_json to_json(const App& app, const Undone& undone) {
  nlohmann::ordered_json kept = nlohmann::ordered_json::array();
  for (const fs::path& path : undone.purged ? undone.purged->kept : std::vector<fs::path>{}) {
    kept.push_back(path.string());
  }
  return {{"removed", undone.browsers},
          {"failed", undone.failed},
          {"links", undone.links},
          {"linksLeft", undone.links_left ? error_json(*undone.links_left) : nullptr},
          {"store", store_directory(app).string()},
          {"purged", undone.purged.has_value()},
          {"kept", kept}};
}

Result<int> uninstall(const App& app, const Wish& wish) {
  COS_TRY(const auto targets, targets_of(wish.browsers, false));
  if (wish.purge) {
    COS_CHECK(check_purge(app, wish));
  }
  Undone undone;
  const Status done = undo(app, wish, targets, undone);
  return report_done(
      app, to_json(app, undone), [&] { print(app, wish, undone, !done); }, undone.is_all() ? kDone : kFailed, done);
}

}  // namespace

void add_uninstall(Command cos, App& app) {
  auto wish = std::make_shared<Wish>();
  const Command command =
      add_command(cos, app, "uninstall", "Undo install; stored files are kept unless --purge is given", [&app, wish] {
        const Result<int> code = uninstall(app, *wish);
        return code ? *code : report(app, code.error());
      });
  add_browser_options(command, wish->browsers);
  command.add_flag("--purge", wish->purge, "Delete the store, too, with all entries and settings");
  command.add_flag("--yes", wish->yes, "Do not ask before deleting");
}

}  // namespace libcos::cli
