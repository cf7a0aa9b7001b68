#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

std::string who(const HistoryEvent& event) {
  if (event.origin.empty()) {
    return event.kind == HistoryEvent::Kind::kAdded ? "you, by hand" : "";
  }
  return event.origin + (event.top_level.empty() ? "" : " in a frame on " + event.top_level);
}

std::string detail(const HistoryEvent& event) {
  if (event.kind == HistoryEvent::Kind::kStored) {
    return std::string("for ") + (event.detail == "global" ? "all sites"
                                  : event.detail == "list" ? "listed origins"
                                                           : "its own site");
  }
  return event.detail;
}

Result<int> run(const App& app, Store& store, const std::string& text) {
  COS_TRY(const Hash hash, resolve_hash(store, text));
  COS_TRY(const auto events, store.history(hash));
  if (app.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const HistoryEvent& event : events) {
      all.push_back({{"event", history_event_name(event.kind)},
                     {"at", event.at},
                     {"firstAt", event.first_at},
                     {"realm", event.realm},
                     {"origin", event.origin},
                     {"topLevelSite", event.top_level},
                     {"detail", event.detail},
                     {"sourceUrl", event.source_url}});
    }
    print_json(all);
    return kDone;
  }
  Table table{{"WHEN", "WHAT", "WHO", "HOW", "PROFILE"}, {false, false, false, false, false}, {}, 2};
  for (const HistoryEvent& event : events) {
    table.rows.push_back({human_time(event.at), std::string(history_event_name(event.kind)), who(event), detail(event),
                          event.realm == "local" ? "" : event.realm.substr(0, 8)});
  }
  print_table(table);
  return kDone;
}

}  // namespace

void add_history(Command cos, App& app) {
  auto text = std::make_shared<std::string>();
  add_command(cos, app, "history", "Who stored and who read an entry",
              [&app, text] { return with_store(app, [&](Store& store) { return run(app, store, *text); }); })
      .add_option("hash", *text, "The hash, or its first six or more digits")
      .required();
}

}  // namespace libcos::cli
