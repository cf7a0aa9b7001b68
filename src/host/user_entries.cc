#include "host/user_entries.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/try.h"
#include "host/caller_values.h"
#include "host/file_kind.h"
#include "host/user_values.h"

namespace libcos::user {
namespace {

using nlohmann::json;

constexpr std::size_t kMostNamed = 3;  // storing origins in a list of entries
constexpr std::size_t kMostStoring = 200;
constexpr std::size_t kMostEvents = 500;

struct Use {
  std::size_t sites = 0;  // that stored or read it here
  std::uint64_t saved = 0;
};

// What a site read and had not stored it did not download; once, since what it reads again it could have kept.
Result<Use> use_of(const UserCommandContext& context, const EntryInfo& info) {
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

Result<json> history_of(const UserCommandContext& context, const Hash& hash) {
  COS_TRY(auto events, context.store.history(hash));
  std::erase_if(events,
                [&](const HistoryEvent& event) { return !event.realm.empty() && !is_of(context, event.realm); });
  const std::size_t first = events.size() > kMostEvents ? events.size() - kMostEvents : 0;
  json list = json::array();
  for (std::size_t i = first; i < events.size(); ++i) {
    const HistoryEvent& event = events[i];
    list.push_back({{"event", history_event_name(event.kind)},
                    {"at", event.at},
                    {"origin", event.origin},
                    {"page", event.top_level},
                    {"detail", event.detail}});
  }
  return list;
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

}  // namespace

bool is_of(const UserCommandContext& context, const std::string& realm) {
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

Result<json> summary(const UserCommandContext& context, const EntryInfo& info) {
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

Result<json> entry(const UserCommandContext& context, const json& request) {
  COS_TRY(const Hash hash, requested_hash(request));
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

Result<json> remove(const UserCommandContext& context, const json& request) {
  COS_TRY(const Hash hash, requested_hash(request));
  COS_TRY(const bool removed, context.store.remove(hash));
  return json{{"removed", removed}};
}

Result<json> pin(const UserCommandContext& context, const json& request) {
  COS_TRY(const Hash hash, requested_hash(request));
  const auto pinned = request.find("pinned");
  if (pinned == request.end() || !pinned->is_boolean()) {
    return malformed("ui.pin needs pinned: true or false.");
  }
  COS_CHECK(context.store.pin(hash, pinned->get<bool>()));
  return json::object();
}

Result<json> verify(const UserCommandContext& context, const json& request) {
  COS_TRY(const Hash hash, requested_hash(request));
  COS_TRY(const VerifyOutcome outcome,
          context.store.verify(hash, [&](std::uint64_t, std::uint64_t) { return context.go_on(); }));
  return json{{"outcome", outcome_name(outcome)}};
}

Result<json> clear(const UserCommandContext& context, const json& request) {
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

// What a request of that caller would find now. Asking costs the caller nothing.
Result<json> why(const UserCommandContext& context, const json& request) {
  COS_TRY(const Hash hash, requested_hash(request));
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
              {"name", listed_name(context.store, hash)},
              {"charged", read.charged},
              {"lookupsLeft", read.lookups_left}};
}

}  // namespace libcos::user
