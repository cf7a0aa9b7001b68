#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kPage = 500;
constexpr std::size_t kShortHash = 12;

struct Options {
  std::size_t limit = 50;
  std::string profile;
  bool erase = false;
};

struct Lines {
  std::vector<ActivityLine> lines;
  bool ended = false;
};

Result<Lines> newest(Store& store, const std::optional<Realm>& realm, std::size_t limit) {
  Lines newest;
  std::optional<ActivityPlace> place;
  const std::size_t most = limit == 0 ? SIZE_MAX : limit;
  do {
    COS_TRY(ActivityPage page, store.activity(realm, place, std::min(most - newest.lines.size(), kPage)));
    newest.lines.insert(newest.lines.end(), page.lines.begin(), page.lines.end());
    place = page.next;
  } while (place && newest.lines.size() < most);
  newest.ended = !place;
  return newest;
}

std::string who(const ActivityLine& line) {
  if (line.origin.empty()) {
    return line.kind == ActivityKind::kStored ? "you, by hand" : "";
  }
  return line.origin + (line.top_level.empty() ? "" : " in a frame on " + line.top_level);
}

std::string what(const ActivityLine& line) {
  const std::string name(activity_kind_name(line.kind));
  return line.count > 1 ? name + " " + std::to_string(line.count) + " times" : name;
}

// What the Public Hash List calls it, else how its hash begins.
std::string file(Store& store, const Hash& hash) {
  const auto provenance = store.hash_provenance(hash);
  const std::string name = !provenance ? "" : provenance->name.empty() ? provenance->url : provenance->name;
  return hash.hex().substr(0, kShortHash) + (name.empty() ? "" : "  " + printable(name));
}

void print_as_json(Store& store, const std::vector<ActivityLine>& lines) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ActivityLine& line : lines) {
    const auto provenance = store.hash_provenance(line.hash);
    all.push_back({{"event", activity_kind_name(line.kind)},
                   {"at", line.at},
                   {"count", line.count},
                   {"realm", line.realm},
                   {"origin", line.origin},
                   {"topLevelSite", line.top_level},
                   {"algorithm", algorithm_name(line.hash.algorithm())},
                   {"value", line.hash.hex()},
                   {"size", line.size},
                   {"name", provenance ? provenance->name : ""}});
  }
  print_json(all);
}

void print_as_table(Store& store, const Lines& newest) {
  Table table{{"WHEN", "WHO", "WHAT", "SIZE", "FILE", "PROFILE"}, {false, false, false, true, false, false}, {}, 4};
  for (const ActivityLine& line : newest.lines) {
    table.rows.push_back({human_time(line.at), who(line), what(line), line.size == 0 ? "" : human_size(line.size),
                          file(store, line.hash), line.realm == "local" ? "" : line.realm.substr(0, 8)});
  }
  if (!table.rows.empty()) {
    print_table(table);
  }
  if (!newest.ended) {
    std::printf("%s\n", paint("There is more: --limit 0 shows all.", Color::kDim, stdout).c_str());
  }
}

Result<int> erase(const App& app, Store& store, const std::optional<Realm>& realm) {
  COS_CHECK(store.forget_activity(realm));
  if (app.json) {
    print_json({{"erased", true}});
  } else {
    std::printf("The activity log is erased%s.\n", realm ? " for this profile" : "");
  }
  return kDone;
}

Result<int> run(const App& app, Store& store, const Options& options) {
  COS_TRY(const auto realm, resolve_realm(store, options.profile));
  if (options.erase) {
    return erase(app, store, realm);
  }
  COS_TRY(const Lines lines, newest(store, realm, options.limit));
  if (app.json) {
    print_as_json(store, lines.lines);
    return kDone;
  }
  COS_TRY(const Setting kept, store.setting("history.activity"));
  if (kept.value != "on") {
    std::printf("Nothing is noted now. `cos config set history.activity on` changes that.\n");
  } else if (lines.lines.empty()) {
    std::printf("Nothing has happened yet. What a browser does is here within a minute or so.\n");
  }
  print_as_table(store, lines);
  return kDone;
}

}  // namespace

void add_activity(Command cos, App& app) {
  auto options = std::make_shared<Options>();
  const Command command = add_command(cos, app, "activity", "What sites stored and asked for lately", [&app, options] {
    return with_store(app, [&](Store& store) { return run(app, store, *options); });
  });
  command.add_option("--limit", options->limit, "Show at most so many lines; 0: all").default_shown();
  command.add_option("--profile", options->profile, "Of one browser profile only: its id, or how that begins");
  command.add_flag("--erase", options->erase, "Erase it instead");
}

}  // namespace libcos::cli
