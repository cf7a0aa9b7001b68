#include "cos/scope.h"

#include <algorithm>
#include <utility>

namespace libcos {
namespace {

bool contains(std::span<const Origin> origins, const Origin& origin) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

void append_distinct(std::vector<Origin>& origins, Origin origin) {
  if (!contains(origins, origin)) {
    origins.push_back(std::move(origin));
  }
}

std::string_view trim_http_whitespace(std::string_view text) {
  constexpr std::string_view kWhitespace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kWhitespace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kWhitespace) - first + 1);
}

}  // namespace

Scope Scope::global() {
  Scope scope;
  scope.kind_ = Kind::kGlobal;
  return scope;
}

Scope Scope::list(std::vector<Origin> origins) {
  Scope scope;
  for (Origin& origin : origins) {
    append_distinct(scope.origins_, std::move(origin));
  }
  scope.kind_ = scope.origins_.empty() ? Kind::kSameSite : Kind::kList;
  return scope;
}

Result<Scope> Scope::parse(const OriginsArgument& argument) {
  if (std::holds_alternative<std::monostate>(argument)) {
    return same_site();
  }
  std::vector<std::string> urls;
  if (const auto* single = std::get_if<std::string>(&argument)) {
    if (*single == "*") {
      return global();
    }
    urls.push_back(*single);
  } else {
    urls = std::get<std::vector<std::string>>(argument);
  }
  if (urls.size() > kMaxListedOrigins) {
    return fail(ErrorCode::kType, "More than " + std::to_string(kMaxListedOrigins) + " origins were given.");
  }
  std::vector<Origin> origins;
  for (const std::string& url : urls) {
    Result<Origin> origin = Origin::from_url(url);
    if (!origin) {
      return fail(ErrorCode::kType, "'" + url + "' is not a URL with an http or https origin.");
    }
    origins.push_back(std::move(*origin));
  }
  return list(std::move(origins));
}

std::string_view scope_name(Scope::Kind kind) {
  switch (kind) {
    case Scope::Kind::kSameSite:
      return "same-site";
    case Scope::Kind::kList:
      return "list";
    case Scope::Kind::kGlobal:
      return "global";
  }
  return "same-site";
}

ScopeCeiling ScopeCeiling::parse(std::optional<std::string_view> header) {
  ScopeCeiling ceiling;
  if (!header) {
    return ceiling;
  }
  std::vector<Origin> allowed;
  std::string_view rest = *header;
  while (true) {
    const std::size_t comma = rest.find(',');
    Result<Origin> origin = Origin::from_url(trim_http_whitespace(rest.substr(0, comma)));
    if (!origin) {
      // Fail closed: a typing error in a ceiling must not widen it.
      ceiling.allowed_.emplace();
      return ceiling;
    }
    append_distinct(allowed, std::move(*origin));
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  ceiling.allowed_ = std::move(allowed);
  return ceiling;
}

ScopeCeiling::Limited ScopeCeiling::limit(const Scope& scope) const {
  if (scope.kind() != Scope::Kind::kList || !allowed_) {
    return {scope, {}};
  }
  std::vector<Origin> kept;
  std::vector<Origin> dropped;
  for (const Origin& origin : scope.origins()) {
    (contains(*allowed_, origin) ? kept : dropped).push_back(origin);
  }
  return {Scope::list(std::move(kept)), std::move(dropped)};
}

Grants::Grants(std::vector<Origin> least_recently_used_first, bool globally_disclosable)
    : origins_(std::move(least_recently_used_first)), globally_disclosable_(globally_disclosable) {}

std::vector<Origin> Grants::merge(const Scope& scope) {
  if (scope.kind() == Scope::Kind::kGlobal) {
    globally_disclosable_ = true;
    return {};
  }
  std::vector<Origin> dropped;
  for (const Origin& origin : scope.origins()) {
    if (lists(origin)) {
      continue;
    }
    if (origins_.size() >= kMaxListedOrigins) {
      dropped.push_back(origin);
    } else {
      origins_.push_back(origin);
    }
  }
  return dropped;
}

bool Grants::refresh(const Origin& origin) {
  const auto found = std::find(origins_.begin(), origins_.end(), origin);
  if (found == origins_.end()) {
    return false;
  }
  std::rotate(found, found + 1, origins_.end());
  return true;
}

bool Grants::lists(const Origin& origin) const { return contains(origins_, origin); }

}  // namespace libcos
