#include "host/user_activity.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/try.h"
#include "host/user_entries.h"
#include "host/user_values.h"

namespace libcos::user {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLines = 200;

Result<std::optional<ActivityPlace>> place_of(const json& request) {
  const auto found = request.find("before");
  if (found == request.end() || found->is_null()) {
    return std::nullopt;
  }
  const auto number = [&](const char* key) {
    const auto value = found->is_object() ? found->find(key) : found->end();
    return value != found->end() && value->is_number_integer() ? std::optional(value->get<std::int64_t>())
                                                               : std::nullopt;
  };
  const auto at = number("at");
  const auto id = number("id");
  if (!at || !id) {
    return malformed("before must be a place in the activity log.");
  }
  return ActivityPlace{*at, *id};
}

// What a file is, which is the same in all lines that tell of it. No `kind`: the store does not have it.
class Files {
 public:
  explicit Files(Store& store) : store_(store) {}

  Result<const json*> about(const Hash& hash) {
    auto known = known_.find(hash);
    if (known == known_.end()) {
      COS_TRY(const auto entry, store_.stat(hash));
      json file{{"name", listed_name(store_, hash)}};
      if (entry) {
        file["kind"] = kind_of(store_, hash);
      }
      known = known_.emplace(hash, std::move(file)).first;
    }
    return &known->second;
  }

 private:
  Store& store_;
  std::map<Hash, json> known_;
};

}  // namespace

Result<json> activity(const UserCommandContext& context, const json& request) {
  const std::size_t limit = std::clamp<std::size_t>(size_at(request, "limit").value_or(kMostLines), 1, kMostLines);
  COS_TRY(const auto before, place_of(request));
  COS_TRY(const ActivityPage page, context.store.activity(context.realm, before, limit));
  Files files(context.store);
  json lines = json::array();
  for (const ActivityLine& line : page.lines) {
    COS_TRY(const json* const file, files.about(line.hash));
    json row{{"event", activity_kind_name(line.kind)},
             {"at", line.at},
             {"count", line.count},
             {"origin", line.origin},
             {"page", line.top_level},
             {"hash", json_of(line.hash)},
             {"size", line.size}};
    row.update(*file);
    lines.push_back(std::move(row));
  }
  json reply{{"lines", std::move(lines)}};
  if (page.next) {
    reply["next"] = {{"at", page.next->at}, {"id", page.next->id}};
  }
  return reply;
}

Result<json> forget_activity(const UserCommandContext& context, const json& /*request*/) {
  COS_CHECK(context.store.forget_activity(context.realm));
  return json::object();
}

}  // namespace libcos::user
