#include "host/user_settings.h"

#include <string>
#include <utility>

#include "base/try.h"
#include "host/list_update.h"
#include "host/user_values.h"

namespace libcos::user {
namespace {

using nlohmann::json;

constexpr std::size_t kMostSites = 2000;
constexpr std::size_t kMostChanges = 32;

json json_of(const Setting& setting) {
  json told{{"key", setting.key},
            {"value", setting.value},
            {"default", setting.fallback},
            {"help", setting.help},
            {"administered", setting.administered}};
  if (!setting.most.empty()) {
    told["least"] = setting.least;
    told["most"] = setting.most;
  }
  return told;
}

json json_of(std::string_view key, const SettingEffect& effect) {
  json told{{"key", key}};
  if (effect.count) {
    told["count"] = *effect.count;
    told["more"] = effect.more;
    told["freed"] = effect.freed;
  }
  if (key.starts_with("budget.")) {
    told["budget"] = effect.budget;
    told["bytes"] = effect.bytes;
    told["left"] = effect.left;
    told["full"] = effect.full;
  }
  return told;
}

// The request's `site`: an origin, or a host of https.
Result<Origin> requested_site(const json& request) {
  const std::string site = string_at(request, "site").value_or("");
  return Origin::from_url(site.find("://") == std::string::npos ? "https://" + site : site);
}

// Of such a store nothing is on disk, and nothing of the user's settings is known in it.
bool is_private(const Store& store) { return store.directory().empty(); }

Result<bool> asks(const UserCommandContext& context) {
  COS_TRY(const Setting ask, context.store.setting("gates.ask"));
  return ask.value == "on";
}

}  // namespace

Result<json> settings(const UserCommandContext& context, const json& /*request*/) {
  COS_TRY(const auto all, context.store.settings());
  json list = json::array();
  for (const Setting& setting : all) {
    list.push_back(json_of(setting));
  }
  return json{{"settings", std::move(list)}};
}

Result<json> set(const UserCommandContext& context, const json& request) {
  const auto key = string_at(request, "key");
  const auto value = string_at(request, "value");
  if (!key || !value) {
    return malformed("ui.set needs a key and a value.");
  }
  COS_CHECK(context.store.set_setting(*key, *value));
  COS_TRY(const Setting setting, context.store.setting(*key));
  return json{{"setting", json_of(setting)}};
}

Result<json> effect(const UserCommandContext& context, const json& request) {
  const auto changes = request.find("changes");
  if (changes == request.end() || !changes->is_array() || changes->size() > kMostChanges) {
    return malformed("ui.effect needs changes, " + std::to_string(kMostChanges) + " at most.");
  }
  json effects = json::array();
  for (const json& change : *changes) {
    const auto key = change.is_object() ? string_at(change, "key") : std::nullopt;
    const auto value = change.is_object() ? string_at(change, "value") : std::nullopt;
    if (!key || !value) {
      return malformed("Each of the changes needs a key and a value.");
    }
    COS_TRY(const SettingEffect foreseen, context.store.foresee(context.realm, *key, *value));
    effects.push_back(json_of(*key, foreseen));
  }
  return json{{"effects", std::move(effects)}};
}

Result<json> list(const UserCommandContext& context, const json& /*request*/) {
  const HashListInfo info = context.store.hash_list();
  json reply{{"version", info.version},
             {"digests", info.digests},
             {"installed", info.installed},
             {"damaged", info.damaged},
             {"modelHubs", info.model_hubs}};
  if (info.made_at) {
    reply["madeAt"] = *info.made_at;
  }
  if (info.installed_at) {
    reply["installedAt"] = *info.installed_at;
  }
  if (is_private(context.store)) {
    return reply;
  }
  reply["address"] = configured_list_address(context.store).value_or("");
  if (const ListCheck check = last_list_check(context.store); check.checked_at != 0) {
    reply["check"] = {{"at", check.checked_at}, {"failure", check.failure}, {"mend", check.mend}, {"code", check.code}};
  }
  return reply;
}

// As `cos phl update`.
Result<json> update_list(const UserCommandContext& context, const json& request) {
  if (is_private(context.store)) {
    return fail(ErrorCode::kNotAllowed, "A private window does not change the Public Hash List.");
  }
  COS_TRY(const std::string from, configured_list_address(context.store));
  COS_TRY(const ListUpdate update,
          update_hash_list(context.store, from, [&](std::uint64_t, std::uint64_t) { return context.go_on(); }));
  COS_TRY(json reply, list(context, request));
  reply["updated"] = update.installed;
  return reply;
}

Result<json> sites(const UserCommandContext& context, const json& /*request*/) {
  COS_TRY(const auto decisions, context.store.site_decisions());
  COS_TRY(const bool ask, asks(context));
  json list = json::array();
  for (const SiteDecisionInfo& info : decisions) {
    if (info.realm == context.realm.name() && list.size() < kMostSites) {
      list.push_back({{"site", info.site}, {"decision", site_decision_name(info.decision)}, {"at", info.at}});
    }
  }
  return json{{"ask", ask}, {"sites", std::move(list)}};
}

Result<json> site(const UserCommandContext& context, const json& request) {
  COS_TRY(const Origin origin, requested_site(request));
  if (origin.is_opaque()) {
    return malformed("An opaque origin has no site.");
  }
  const Site meant = context.store.site_of(origin);
  COS_TRY(const bool ask, asks(context));
  COS_TRY(const auto decision, context.store.site_decision(context.realm, meant));
  json reply{{"ask", ask}, {"site", meant.serialized}, {"decision", nullptr}};
  if (decision) {
    reply["decision"] = site_decision_name(*decision);
  }
  return reply;
}

Result<json> decide(const UserCommandContext& context, const json& request) {
  COS_TRY(const Origin origin, requested_site(request));
  const std::string wanted = string_at(request, "decision").value_or("");
  for (const SiteDecision decision : {SiteDecision::kAsked, SiteDecision::kAllowed, SiteDecision::kBlocked}) {
    if (wanted == site_decision_name(decision)) {
      COS_CHECK(context.store.decide_site(context.realm, context.store.site_of(origin), decision));
      return json::object();
    }
  }
  return malformed("decision must be asked, allowed or blocked.");
}

}  // namespace libcos::user
