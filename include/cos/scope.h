// Who may read an entry: what a create request asks for, the ceiling that a response header sets, and the
// grants that an entry has accumulated (specification, sections 2 and 7).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cos/origin.h"
#include "cos/result.h"

namespace libcos {

// No list of origins, given or accumulated, is longer.
inline constexpr std::size_t kMaxListedOrigins = 100;

// The `origins` member as a page gave it: absent, a string, or a sequence of strings.
using OriginsArgument = std::variant<std::monostate, std::string, std::vector<std::string>>;

// The visibility that a create request asks for, validated and normalized.
class Scope {
 public:
  enum class Kind { kSameSite, kList, kGlobal };

  // Absent or [] → same-site; "*" → global; any other string → a list of one; a list → its distinct
  // origins in the order given. "*" inside a list is a URL that does not parse. Errors: kType, also for
  // more than kMaxListedOrigins entries.
  static Result<Scope> parse(const OriginsArgument& argument);

  static Scope same_site() { return {}; }
  static Scope global();
  static Scope list(std::vector<Origin> origins);  // an empty list is same_site()

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::span<const Origin> origins() const { return origins_; }  // empty unless kList

 private:
  Kind kind_ = Kind::kSameSite;
  std::vector<Origin> origins_;
};

std::string_view scope_name(Scope::Kind kind);  // "same-site", "list", "global"

// The Cross-Origin-Storage-Allow-Origin response header of the calling document.
class ScopeCeiling {
 public:
  // nullopt: the response had no such header, and lists are not bounded. A header with any token that is
  // not a URL with a non-opaque http(s) origin ("*" included) is an empty ceiling: no list passes.
  static ScopeCeiling parse(std::optional<std::string_view> header);

  struct Limited {
    Scope scope;
    std::vector<Origin> dropped;  // to be named in a console warning
  };

  // Cuts a list down to the ceiling; same-site and global scopes pass as they are.
  [[nodiscard]] Limited limit(const Scope& scope) const;

 private:
  std::optional<std::vector<Origin>> allowed_;
};

// What an entry's writers have granted so far. Grants only ever grow.
class Grants {
 public:
  Grants() = default;
  // `least_recently_used_first`: at most kMaxListedOrigins origins.
  Grants(std::vector<Origin> least_recently_used_first, bool globally_disclosable);

  // "Upgrading visibility": sets the flag or adds to the list, never takes away. Returns the origins
  // that did not fit into the list.
  std::vector<Origin> merge(const Scope& scope);

  // A read by a listed origin makes it the most recently used. False when the origin is not listed.
  bool refresh(const Origin& origin);

  [[nodiscard]] std::span<const Origin> origins() const { return origins_; }
  [[nodiscard]] bool globally_disclosable() const { return globally_disclosable_; }
  [[nodiscard]] bool lists(const Origin& origin) const;

 private:
  std::vector<Origin> origins_;
  bool globally_disclosable_ = false;
};

}  // namespace libcos
