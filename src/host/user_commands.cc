#include "host/user_commands.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "base/try.h"
#include "host/caller_values.h"
#include "host/file_kind.h"
#include "host/json_values.h"

namespace libcos {
namespace {

using nlohmann::json;
using Context = UserCommandContext;

constexpr std::size_t kMostEntries = 200;
constexpr std::size_t kSmallestStep = 50;
// A search looks at so many entries before it answers, so that the next question need not wait for all of a million.
constexpr std::size_t kSearchedEntries = 5000;
constexpr std::size_t kWholeSearch = 8;  // digits of a hash that nothing else is likely to be meant by
constexpr std::size_t kMostNamed = 3;    // storing origins in a list of entries
constexpr std::size_t kMostStoring = 200;
constexpr std::size_t kMostEvents = 500;
constexpr std::size_t kMostSites = 2000;
constexpr std::size_t kSniffedEntries = 200;
constexpr std::size_t kLongestSearch = 300;

tl::unexpected<Error> malformed(std::string message) { return fail(ErrorCode::kType, std::move(message)); }

Result<Hash> hash_of(const json& request) {
  const auto found = request.find("hash");
  if (found == request.end() || !found->is_object()) {
    return malformed("The request needs a hash.");
  }
  return Hash::parse(string_at(*found, "algorithm").value_or(""), string_at(*found, "value").value_or(""));
}

json json_of(const Hash& hash) { return {{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}}; }

bool is_of(const Context& context, const std::string& realm) {
  return realm == context.realm.name() || realm == Realm::local().name();
}

std::string_view kind_of(Store& store, const Hash& hash) {
  std::array<std::uint8_t, kKindBytes> start{};
  const Result<std::size_t> got = store.peek(hash, start);
  const std::string_view kind = got ? file_kind(std::span(start).first(*got)) : "other";
  // Parts of a model have nothing in front that tells.
  const auto provenance = kind == "other" ? store.hash_provenance(hash) : std::nullopt;
  return provenance && provenance->model_hub ? "model" : kind;
}

std::string listed_name(Store& store, const Hash& hash) {
  const auto provenance = store.hash_provenance(hash);
  return !provenance ? "" : provenance->name.empty() ? provenance->url : provenance->name;
}

struct Use {
  std::size_t sites = 0;  // that stored or read it here
  std::uint64_t saved = 0;
};

// What a site read and had not stored it did not download; once, since what it reads again it could have kept.
Result<Use> use_of(const Context& context, const EntryInfo& info) {
  COS_TRY(const auto events, context.store.history(info.hash));
  std::set<std::string> storers;
  std::set<std::string> readers;
  for (const HistoryEvent& event : events) {
    const auto origin = Origin::from_serialized(event.origin);
    if (origin && is_of(context, event.realm)) {
      (event.kind == HistoryEvent::Kind::kRead ? readers : storers).insert(context.store.site_of(*origin).serialized);
    }
  }
  const auto saved = static_cast<std::uint64_t>(
      std::count_if(readers.begin(), readers.end(), [&](const std::string& site) { return !storers.contains(site); }));
  return Use{storers.size() + saved, saved * info.size};
}

const char* readable_by(const EntryInfo& info) {
  if (info.globally_disclosable && info.on_public_hash_list) {
    return "all";
  }
  return info.listed_origins.empty() ? "site" : "listed";
}

// What a list of entries and the panel of one entry both show.
Result<json> summary(const Context& context, const EntryInfo& info) {
  COS_TRY(const Use use, use_of(context, info));
  json storing = json::array();
  std::size_t here = 0;
  for (const StoringOrigin& origin : info.storing_origins) {
    if (is_of(context, origin.realm) && ++here <= kMostNamed) {
      storing.push_back(origin.origin);
    }
  }
  return json{{"hash", json_of(info.hash)},
              {"size", info.size},
              {"name", listed_name(context.store, info.hash)},
              {"kind", kind_of(context.store, info.hash)},
              {"storedAt", info.created_at},
              {"lastRead", info.last_read},
              {"verifiedAt", info.verified_at},
              {"pinned", info.pinned},
              {"damaged", info.damaged},
              {"manual", info.manual},
              {"readableBy", readable_by(info)},
              {"storedBy", std::move(storing)},
              {"storedHere", here},
              {"storedElsewhere", info.storing_origins.size() - here},
              {"sites", use.sites},
              {"saved", use.saved}};
}

// An entry that has gone since it was listed is left out.
Status add_row(const Context& context, const EntryInfo& info, json& rows) {
  Result<json> row = summary(context, info);
  if (!row && row.error().code != ErrorCode::kNotFound) {
    return tl::unexpected(row.error());
  }
  if (row) {
    rows.push_back(std::move(*row));
  }
  return {};
}

// Lists ----------------------------------------------------------------------------------------------------

ListOrder order_of(const json& request) {
  const std::string name = string_at(request, "order").value_or("read");
  return name == "size" ? ListOrder::kSize : name == "stored" ? ListOrder::kStored : ListOrder::kRead;
}

json json_of(const ListPlace& place) { return {{"hash", json_of(place.hash)}, {"id", place.id}, {"key", place.key}}; }

Result<std::optional<ListPlace>> place_of(const json& request) {
  const auto found = request.find("after");
  if (found == request.end() || found->is_null()) {
    return std::nullopt;
  }
  if (!found->is_object()) {
    return malformed("after must be a place in the list.");
  }
  COS_TRY(const Hash hash, hash_of(*found));
  const auto id = found->find("id");
  const auto key = found->find("key");
  if (id == found->end() || key == found->end() || !id->is_number_integer() || !key->is_number_integer()) {
    return malformed("after must be a place in the list.");
  }
  return ListPlace{hash, id->get<std::int64_t>(), key->get<std::int64_t>()};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

// `wanted` is in lower case.
bool fits(const Context& context, const EntryInfo& info, const std::string& wanted) {
  const auto contains = [&](const std::string& text) { return lower(text).find(wanted) != std::string::npos; };
  return info.hash.hex().starts_with(wanted) ||
         std::any_of(
             info.storing_origins.begin(), info.storing_origins.end(),
             [&](const StoringOrigin& origin) { return is_of(context, origin.realm) && contains(origin.origin); }) ||
         contains(listed_name(context.store, info.hash));
}

Result<json> entries_with(const Context& context, const std::vector<Hash>& hashes) {
  json rows = json::array();
  for (const Hash& hash : hashes) {
    COS_TRY(const auto info, context.store.stat(hash));
    if (info) {
      COS_CHECK(add_row(context, *info, rows));
    }
  }
  return json{{"entries", std::move(rows)}};
}

Result<json> search(const Context& context, const json& request, std::size_t limit, const std::string& wanted) {
  COS_TRY(std::optional<ListPlace> place, place_of(request));
  if (!place && wanted.size() >= kWholeSearch && is_lowercase_hex(wanted)) {
    COS_TRY(const auto hashes, context.store.match(wanted, limit));
    if (!hashes.empty()) {
      return entries_with(context, hashes);
    }
  }
  json rows = json::array();
  for (std::size_t seen = 0; seen < kSearchedEntries && rows.size() < limit && context.go_on();) {
    // No more than there is room for, or little more: the place where the page ends is where the next one begins.
    const std::size_t step = std::max(kSmallestStep, limit - rows.size());
    seen += step;
    COS_TRY(const EntryPage page, context.store.list(order_of(request), place, step));
    for (const EntryInfo& info : page.entries) {
      if (fits(context, info, wanted)) {
        COS_CHECK(add_row(context, info, rows));
      }
    }
    place = page.next;
    if (!place) {
      break;
    }
  }
  json reply{{"entries", std::move(rows)}};
  if (place) {
    reply["next"] = json_of(*place);
  }
  return reply;
}

Result<json> entries(const Context& context, const json& request) {
  const std::size_t limit = std::clamp<std::size_t>(size_at(request, "limit").value_or(kMostEntries), 1, kMostEntries);
  const std::string wanted = lower(string_at(request, "search").value_or(""));
  if (wanted.size() > kLongestSearch) {
    return malformed("The search is too long.");
  }
  if (!wanted.empty()) {
    return search(context, request, limit, wanted);
  }
  COS_TRY(const auto place, place_of(request));
  COS_TRY(const EntryPage page, context.store.list(order_of(request), place, limit));
  json rows = json::array();
  for (const EntryInfo& info : page.entries) {
    COS_CHECK(add_row(context, info, rows));
  }
  json reply{{"entries", std::move(rows)}};
  if (page.next) {
    reply["next"] = json_of(*page.next);
  }
  return reply;
}

// One entry ------------------------------------------------------------------------------------------------

const char* event_name(HistoryEvent::Kind kind) {
  switch (kind) {
    case HistoryEvent::Kind::kAdded:
      return "added";
    case HistoryEvent::Kind::kStored:
      return "stored";
    case HistoryEvent::Kind::kRead:
      return "read";
    case HistoryEvent::Kind::kVerified:
      return "verified";
  }
  return "";
}

Result<json> history_of(const Context& context, const Hash& hash) {
  COS_TRY(auto events, context.store.history(hash));
  std::erase_if(events,
                [&](const HistoryEvent& event) { return !event.realm.empty() && !is_of(context, event.realm); });
  const std::size_t first = events.size() > kMostEvents ? events.size() - kMostEvents : 0;
  json list = json::array();
  for (std::size_t i = first; i < events.size(); ++i) {
    const HistoryEvent& event = events[i];
    list.push_back({{"event", event_name(event.kind)},
                    {"at", event.at},
                    {"origin", event.origin},
                    {"page", event.top_level},
                    {"detail", event.detail}});
  }
  return list;
}

Result<json> entry(const Context& context, const json& request) {
  COS_TRY(const Hash hash, hash_of(request));
  COS_TRY(const auto info, context.store.stat(hash));
  if (!info) {
    return fail(ErrorCode::kNotFound, "There is no such file in the store.");
  }
  COS_TRY(json reply, summary(context, *info));
  json storing = json::array();
  for (const StoringOrigin& origin : info->storing_origins) {
    if (is_of(context, origin.realm) && storing.size() < kMostStoring) {
      storing.push_back({{"origin", origin.origin}, {"at", origin.stored_at}, {"page", origin.top_level}});
    }
  }
  // Whose lists these origins are on is not known: with another profile's among them none is named.
  const bool nameable = reply.at("storedElsewhere") == 0;
  reply["storing"] = std::move(storing);
  reply["listed"] = nameable ? json(info->listed_origins) : json::array();
  reply["listedCount"] = info->listed_origins.size();
  reply["forEveryone"] = info->globally_disclosable;
  reply["onHashList"] = info->on_public_hash_list;
  if (const auto provenance = context.store.hash_provenance(hash)) {
    reply["provenance"] = {{"name", provenance->name}, {"url", provenance->url}, {"inForce", provenance->in_force}};
  }
  COS_TRY(reply["history"], history_of(context, hash));
  return json{{"entry", std::move(reply)}};
}

Result<json> remove(const Context& context, const json& request) {
  COS_TRY(const Hash hash, hash_of(request));
  COS_TRY(const bool removed, context.store.remove(hash));
  return json{{"removed", removed}};
}

Result<json> pin(const Context& context, const json& request) {
  COS_TRY(const Hash hash, hash_of(request));
  const auto pinned = request.find("pinned");
  if (pinned == request.end() || !pinned->is_boolean()) {
    return malformed("ui.pin needs pinned: true or false.");
  }
  COS_CHECK(context.store.pin(hash, pinned->get<bool>()));
  return json::object();
}

const char* outcome_name(VerifyOutcome outcome) {
  switch (outcome) {
    case VerifyOutcome::kIntact:
      return "intact";
    case VerifyOutcome::kMended:
      return "mended";
    case VerifyOutcome::kDamaged:
      return "damaged";
    case VerifyOutcome::kMissing:
      return "missing";
  }
  return "";
}

Result<json> verify(const Context& context, const json& request) {
  COS_TRY(const Hash hash, hash_of(request));
  COS_TRY(const VerifyOutcome outcome,
          context.store.verify(hash, [&](std::uint64_t, std::uint64_t) { return context.go_on(); }));
  return json{{"outcome", outcome_name(outcome)}};
}

Result<json> clear(const Context& context, const json& request) {
  const std::string what = string_at(request, "what").value_or("");
  const std::string where = string_at(request, "where").value_or("");
  const std::string site = string_at(request, "site").value_or("");
  // Said in full: a word that is missing must not turn "one site" into "everything".
  if ((what != "all" && (what != "site" || site.empty())) || (where != "profile" && where != "machine")) {
    return malformed("ui.clear needs what (site, with a site, or all) and where (profile or machine).");
  }
  const std::optional<Realm> realm = where == "profile" ? std::optional(context.realm) : std::nullopt;
  COS_TRY(const ClearReport report,
          what == "all" ? context.store.clear_all(realm) : context.store.clear_site(site, realm));
  return json{{"removed", report.entries_removed}, {"bytesFreed", report.bytes_freed}, {"kept", report.entries_kept}};
}

// The store ------------------------------------------------------------------------------------------------

json json_of(const Setting& setting) {
  return {{"key", setting.key},
          {"value", setting.value},
          {"default", setting.fallback},
          {"help", setting.help},
          {"administered", setting.administered}};
}

Result<json> settings(const Context& context, const json& /*request*/) {
  COS_TRY(const auto all, context.store.settings());
  json list = json::array();
  for (const Setting& setting : all) {
    list.push_back(json_of(setting));
  }
  return json{{"settings", std::move(list)}};
}

Result<json> set(const Context& context, const json& request) {
  const auto key = string_at(request, "key");
  const auto value = string_at(request, "value");
  if (!key || !value) {
    return malformed("ui.set needs a key and a value.");
  }
  COS_CHECK(context.store.set_setting(*key, *value));
  COS_TRY(const Setting setting, context.store.setting(*key));
  return json{{"setting", json_of(setting)}};
}

// The largest entries hold nearly all of the bytes; what the rest is would cost a look into every file.
Result<json> totals(const Context& context, const json& /*request*/) {
  COS_TRY(const Totals totals, context.store.totals());
  COS_TRY(const EntryPage page, context.store.list(ListOrder::kSize, std::nullopt, kSniffedEntries));
  std::map<std::string_view, std::uint64_t> sizes;
  std::uint64_t known = 0;
  for (const EntryInfo& info : page.entries) {
    if (!info.damaged && context.go_on()) {
      sizes[kind_of(context.store, info.hash)] += info.size;
      known += info.size;
    }
  }
  if (totals.bytes > known) {
    sizes["rest"] += totals.bytes - known;
  }
  json kinds = json::array();
  for (const auto& [kind, bytes] : sizes) {
    kinds.push_back({{"kind", kind}, {"bytes", bytes}});
  }
  return json{
      {"entries", totals.entries}, {"bytes", totals.bytes}, {"budget", totals.budget}, {"kinds", std::move(kinds)}};
}

Result<json> list(const Context& context, const json& /*request*/) {
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
  return reply;
}

const char* decision_name(SiteDecision decision) {
  switch (decision) {
    case SiteDecision::kAsked:
      return "asked";
    case SiteDecision::kAllowed:
      return "allowed";
    case SiteDecision::kBlocked:
      return "blocked";
  }
  return "";
}

Result<json> sites(const Context& context, const json& /*request*/) {
  COS_TRY(const auto decisions, context.store.site_decisions());
  COS_TRY(const Setting ask, context.store.setting("gates.ask"));
  json list = json::array();
  for (const SiteDecisionInfo& info : decisions) {
    if (info.realm == context.realm.name() && list.size() < kMostSites) {
      list.push_back({{"site", info.site}, {"decision", decision_name(info.decision)}, {"at", info.at}});
    }
  }
  return json{{"ask", ask.value == "on"}, {"sites", std::move(list)}};
}

Result<json> decide(const Context& context, const json& request) {
  const std::string site = string_at(request, "site").value_or("");
  COS_TRY(const Origin origin, Origin::from_url(site.find("://") == std::string::npos ? "https://" + site : site));
  const std::string wanted = string_at(request, "decision").value_or("");
  for (const SiteDecision decision : {SiteDecision::kAsked, SiteDecision::kAllowed, SiteDecision::kBlocked}) {
    if (wanted == decision_name(decision)) {
      COS_CHECK(context.store.decide_site(context.realm, context.store.site_of(origin), decision));
      return json::object();
    }
  }
  return malformed("decision must be asked, allowed or blocked.");
}

// What a request of that caller would find now. Asking costs the caller nothing.
Result<json> why(const Context& context, const json& request) {
  COS_TRY(const Hash hash, hash_of(request));
  const auto described = request.find("caller");
  if (described == request.end() || !described->is_object()) {
    return malformed("ui.why needs a caller.");
  }
  COS_TRY(const CallerValues caller, read_caller(*described));
  COS_TRY(const ReadExplanation read, context.store.explain_read({context.realm, caller.origin, caller.top_level,
                                                                  caller.user_activation, caller.third_party_cookies},
                                                                 hash));
  const bool hit = read.disclosure != Disclosure::kRefused;
  return json{{"found", hit},
              {"reason", hit ? disclosure_name(read.disclosure) : miss_reason_name(read.reason)},
              {"sentence", read.sentence},
              {"mend", read.mend},
              {"charged", read.charged},
              {"lookupsLeft", read.lookups_left}};
}

using Command = Result<json> (*)(const Context&, const json&);

constexpr std::array<std::pair<std::string_view, Command>, 13> kCommands{{
    {"ui.entries", entries},
    {"ui.entry", entry},
    {"ui.remove", remove},
    {"ui.pin", pin},
    {"ui.verify", verify},
    {"ui.clear", clear},
    {"ui.settings", settings},
    {"ui.set", set},
    {"ui.totals", totals},
    {"ui.list", list},
    {"ui.sites", sites},
    {"ui.decide", decide},
    {"ui.why", why},
}};

}  // namespace

bool is_user_command(std::string_view command) {
  return std::any_of(kCommands.begin(), kCommands.end(), [&](const auto& known) { return known.first == command; });
}

Result<json> run_user_command(const Context& context, std::string_view command, const json& request) {
  for (const auto& [name, run] : kCommands) {
    if (name == command) {
      return run(context, request);
    }
  }
  return malformed("There is no such command.");
}

}  // namespace libcos
