#include "host/user_lists.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "base/try.h"
#include "host/user_entries.h"
#include "host/user_values.h"

namespace libcos::user {
namespace {

using nlohmann::json;

constexpr std::size_t kMostEntries = 200;
constexpr std::size_t kMostOrigins = 200;
constexpr std::size_t kSmallestStep = 50;
// A search looks at so many entries before it answers, so that the next question need not wait for all of a million.
constexpr std::size_t kSearchedEntries = 5000;
constexpr std::size_t kWholeSearch = 8;  // digits of a hash that nothing else is likely to be meant by
constexpr std::size_t kSniffedEntries = 200;
constexpr std::size_t kLongestSearch = 300;

// An entry that has gone since it was listed is left out.
Status add_row(const UserCommandContext& context, const EntryInfo& info, json& rows) {
  Result<json> row = summary(context, info);
  if (!row && row.error().code != ErrorCode::kNotFound) {
    return tl::unexpected(row.error());
  }
  if (row) {
    rows.push_back(std::move(*row));
  }
  return {};
}

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
  COS_TRY(const Hash hash, requested_hash(*found));
  const auto id = found->find("id");
  const auto key = found->find("key");
  if (id == found->end() || key == found->end() || !id->is_number_integer() || !key->is_number_integer()) {
    return malformed("after must be a place in the list.");
  }
  return ListPlace{hash, id->get<std::int64_t>(), key->get<std::int64_t>()};
}

OriginOrder origin_order_of(const json& request) {
  const std::string name = string_at(request, "order").value_or("bytes");
  return name == "entries" ? OriginOrder::kEntries : name == "name" ? OriginOrder::kName : OriginOrder::kBytes;
}

Result<std::optional<OriginPlace>> origin_place_of(const UserCommandContext& context, const json& request) {
  const auto found = request.find("after");
  if (found == request.end() || found->is_null()) {
    return std::nullopt;
  }
  const auto key = found->is_object() ? size_at(*found, "key") : std::nullopt;
  const auto origin = found->is_object() ? string_at(*found, "origin") : std::nullopt;
  if (!key || !origin) {
    return malformed("after must be a place in the list.");
  }
  return OriginPlace{*key, *origin, context.realm.name()};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

// `wanted` is in lower case.
bool fits(const UserCommandContext& context, const EntryInfo& info, const std::string& wanted) {
  const auto contains = [&](const std::string& text) { return lower(text).find(wanted) != std::string::npos; };
  return info.hash.hex().starts_with(wanted) ||
         std::any_of(
             info.storing_origins.begin(), info.storing_origins.end(),
             [&](const StoringOrigin& origin) { return is_of(context, origin.realm) && contains(origin.origin); }) ||
         contains(listed_name(context.store, info.hash));
}

Result<json> entries_with(const UserCommandContext& context, const std::vector<Hash>& hashes) {
  json rows = json::array();
  for (const Hash& hash : hashes) {
    COS_TRY(const auto info, context.store.stat(hash));
    if (info) {
      COS_CHECK(add_row(context, *info, rows));
    }
  }
  return json{{"entries", std::move(rows)}};
}

// The request's `origin`: only what it stored in this profile.
Result<std::optional<Origin>> origin_of(const json& request) {
  const auto found = request.find("origin");
  if (found == request.end() || found->is_null()) {
    return std::nullopt;
  }
  COS_TRY(Origin origin, Origin::from_serialized(string_at(request, "origin").value_or("")));
  return std::optional(std::move(origin));
}

Result<EntryPage> page_of(const UserCommandContext& context, const json& request, const std::optional<Origin>& origin,
                          const std::optional<ListPlace>& after, std::size_t limit) {
  return origin ? context.store.list_stored_by(context.realm, *origin, order_of(request), after, limit)
                : context.store.list(order_of(request), after, limit);
}

Result<json> search(const UserCommandContext& context, const json& request, std::size_t limit,
                    const std::string& wanted) {
  COS_TRY(std::optional<ListPlace> place, place_of(request));
  COS_TRY(const auto origin, origin_of(request));
  if (!place && !origin && wanted.size() >= kWholeSearch && is_lowercase_hex(wanted)) {
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
    COS_TRY(const EntryPage page, page_of(context, request, origin, place, step));
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

}  // namespace

Result<json> entries(const UserCommandContext& context, const json& request) {
  const std::size_t limit = std::clamp<std::size_t>(size_at(request, "limit").value_or(kMostEntries), 1, kMostEntries);
  const std::string wanted = lower(string_at(request, "search").value_or(""));
  if (wanted.size() > kLongestSearch) {
    return malformed("The search is too long.");
  }
  if (!wanted.empty()) {
    return search(context, request, limit, wanted);
  }
  COS_TRY(const auto place, place_of(request));
  COS_TRY(const auto origin, origin_of(request));
  COS_TRY(const EntryPage page, page_of(context, request, origin, place, limit));
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

Result<json> origins(const UserCommandContext& context, const json& request) {
  const std::size_t limit = std::clamp<std::size_t>(size_at(request, "limit").value_or(kMostOrigins), 1, kMostOrigins);
  COS_TRY(const auto place, origin_place_of(context, request));
  COS_TRY(const OriginPage page, context.store.storing_origins(context.realm, origin_order_of(request), place, limit));
  json rows = json::array();
  for (const OriginUsage& usage : page.origins) {
    rows.push_back({{"origin", usage.origin}, {"entries", usage.entries}, {"bytes", usage.bytes}});
  }
  json reply{{"origins", std::move(rows)}};
  if (page.next) {
    reply["next"] = {{"key", page.next->key}, {"origin", page.next->origin}};
  }
  return reply;
}

// The largest entries hold nearly all of the bytes; what the rest is would cost a look into every file.
Result<json> totals(const UserCommandContext& context, const json& /*request*/) {
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

}  // namespace libcos::user
