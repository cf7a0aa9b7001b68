#include "store/administrator.h"

#include <cerrno>
#include <set>
#include <utility>

#include "base/files.h"
#include "base/try.h"
#include "store/settings.h"
#include "store/sqlite.h"

namespace libcos {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

// A member of a JSON object or an element of an array, as SQLite's parser sees it.
struct Member {
  std::string key;
  std::string value;
  std::string type;
};

tl::unexpected<Error> wrong(const std::filesystem::path& file, const std::string& what) {
  return fail(ErrorCode::kNotAllowed,
              "The administrator's policy in " + file.string() + " cannot be used: " + what + ".",
              "The store stays closed until the administrator of this machine has mended it.");
}

// Of an object or an array, by its own text: a path would find the first of several members of one name, and none whose
// name is written with escapes.
Result<std::vector<Member>> members_of(const AdministratorPolicy& policy, sqlite::Database& parser,
                                       const std::string& text) {
  COS_TRY(auto query, parser.query("SELECT key, value, type FROM json_each(?1)", text));
  COS_TRY(auto members, sqlite::collect(std::move(query), [](const sqlite::Query& row) -> Result<Member> {
            return Member{row.text(0), row.text(1), row.text(2)};
          }));
  std::set<std::string> keys;
  for (const Member& member : members) {
    if (!keys.insert(member.key).second) {
      return wrong(policy.file, "'" + member.key + "' stands there twice");
    }
  }
  return members;
}

Status read_setting(AdministratorPolicy& policy, const Member& member) {
  const SettingRow* row = find_setting(member.key);
  if (row == nullptr) {
    return wrong(policy.file, "there is no setting '" + member.key + "'");
  }
  const bool is_switch = member.type == "true" || member.type == "false";
  if (!is_switch && member.type != "text" && member.type != "integer") {
    return wrong(policy.file, "the value of " + member.key + " is no text, number or switch");
  }
  const std::string text = is_switch ? member.type : member.value;
  const Result<std::int64_t> value = parse_setting(*row, text);
  if (!value) {
    const std::string& message = value.error().message;
    return wrong(policy.file, message.substr(0, message.find_last_not_of('.') + 1));
  }
  policy.settings[member.key] = row->kind == SettingRow::Kind::kText ? text : format_setting(*row, *value);
  return {};
}

Status read_hosts(const AdministratorPolicy& policy, sqlite::Database& parser, const Member& member, HostList& hosts) {
  if (member.type != "array") {
    return wrong(policy.file, "sites." + member.key + " is no list");
  }
  COS_TRY(const auto members, members_of(policy, parser, member.value));
  for (const Member& host : members) {
    if (host.type != "text" || !hosts.add(host.value)) {
      return wrong(policy.file, "'" + host.value + "' in sites." + member.key + " is no host such as example.com");
    }
  }
  return {};
}

Status read_settings(AdministratorPolicy& policy, sqlite::Database& parser, const std::string& text) {
  COS_TRY(const auto members, members_of(policy, parser, text));
  for (const Member& member : members) {
    COS_CHECK(read_setting(policy, member));
  }
  return {};
}

Status read_sites(AdministratorPolicy& policy, sqlite::Database& parser, const std::string& text) {
  COS_TRY(const auto members, members_of(policy, parser, text));
  for (const Member& member : members) {
    if (member.key == "allowed") {
      COS_CHECK(read_hosts(policy, parser, member, policy.allowed.emplace()));
    } else if (member.key == "blocked") {
      COS_CHECK(read_hosts(policy, parser, member, policy.blocked));
    } else {
      return wrong(policy.file, "sites has no '" + member.key + "'");
    }
  }
  return {};
}

Status read_text(AdministratorPolicy& policy, const std::string& text) {
  // The registry's own library has a strict parser of JSON: no other is needed in libcos.
  COS_TRY(sqlite::Database parser, sqlite::Database::open_in_memory());
  COS_TRY(const auto type,
          parser.integer("SELECT json_valid(?1) AND json_type(iif(json_valid(?1), ?1, 'null')) = 'object'", text));
  // SQLite reads no further than a zero.
  if (type.value_or(0) == 0 || text.find('\0') != std::string::npos) {
    return wrong(policy.file, "it is no JSON object");
  }
  COS_TRY(const auto members, members_of(policy, parser, text));
  for (const Member& member : members) {
    if (member.type != "object" || (member.key != "settings" && member.key != "sites")) {
      return wrong(policy.file, "'" + member.key + "' is not one of the objects settings and sites");
    }
    COS_CHECK(member.key == "settings" ? read_settings(policy, parser, member.value)
                                       : read_sites(policy, parser, member.value));
  }
  return {};
}

}  // namespace

const std::string* AdministratorPolicy::setting(std::string_view key) const {
  const auto found = settings.find(key);
  return found == settings.end() ? nullptr : &found->second;
}

bool AdministratorPolicy::lets_use(std::string_view host) const {
  return !blocked.covers(host) && (!allowed || allowed->covers(host));
}

Result<AdministratorPolicy> read_administrator_policy(const std::filesystem::path& file) {
  AdministratorPolicy policy;
  if (file.empty() || (!stat_of(file) && (errno == ENOENT || errno == ENOTDIR))) {
    return policy;
  }
  policy.file = file;
  const Result<std::string> text = read_small_file(file, kLargestFile);
  if (!text) {
    return wrong(file, text.error().message.substr(0, text.error().message.find_last_not_of('.') + 1));
  }
  COS_CHECK(read_text(policy, *text));
  return policy;
}

}  // namespace libcos
