#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

Result<int> list(const App& app, Store& store) {
  COS_TRY(const auto decisions, store.site_decisions());
  COS_TRY(const Setting ask, store.setting("gates.ask"));
  if (app.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const SiteDecisionInfo& info : decisions) {
      all.push_back({{"site", info.site},
                     {"decision", site_decision_name(info.decision)},
                     {"realm", info.realm},
                     {"at", info.at}});
    }
    print_json({{"askMode", ask.value == "on"}, {"sites", all}});
    return kDone;
  }
  if (ask.value != "on") {
    std::printf("Sites need no permission now. `cos config set gates.ask on` changes that.\n");
  }
  Table table{{"SITE", "", "WHEN", "PROFILE"}, {false, false, false, false}, {}};
  for (const SiteDecisionInfo& info : decisions) {
    table.rows.push_back(
        {info.site, std::string(site_decision_name(info.decision)), human_time(info.at), info.realm.substr(0, 8)});
  }
  if (!table.rows.empty()) {
    print_table(table);
  }
  return kDone;
}

Result<int> decide(const App& app, Store& store, const std::string& text, const std::string& profile,
                   SiteDecision decision) {
  COS_TRY(const Origin origin, resolve_origin(text));
  const Site site = store.site_of(origin);
  COS_TRY(const auto one, resolve_realm(store, profile));
  std::vector<Realm> realms;
  if (one) {
    realms.push_back(*one);
  } else {
    COS_TRY(realms, store.realms());
    std::erase_if(realms, [](const Realm& realm) { return realm.is_local(); });
  }
  if (realms.empty()) {
    return fail(ErrorCode::kNotFound, "The store knows no browser profile yet.",
                "A profile is known once a page in it has used the store.");
  }
  for (const Realm& realm : realms) {
    COS_CHECK(store.decide_site(realm, site, decision));
  }
  return list(app, store);
}

}  // namespace

void add_sites(Command cos, App& app) {
  const Command sites = cos.add_command("sites", "Which sites may find others' files, if you are asked");
  sites.require_command();
  add_command(sites, app, "list", "Sites that asked, and what you said",
              [&app] { return with_store(app, [&](Store& store) { return list(app, store); }); });
  auto site = std::make_shared<std::string>();
  auto profile = std::make_shared<std::string>();
  const auto add_decision = [&](const char* name, const char* help, SiteDecision decision) {
    const Command command = add_command(sites, app, name, help, [&app, site, profile, decision] {
      return with_store(app, [&](Store& store) { return decide(app, store, *site, *profile, decision); });
    });
    command.add_option("site", *site, "example.com").required();
    command.add_option("--profile", *profile, "In one browser profile only; default: in all that the store knows");
  };
  add_decision("allow", "Let a site find files of other sites", SiteDecision::kAllowed);
  add_decision("block", "Do not", SiteDecision::kBlocked);
  add_decision("forget", "Let it ask again", SiteDecision::kAsked);
}

}  // namespace libcos::cli
