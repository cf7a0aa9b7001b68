#include "cli/app.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/hex.h"
#include "base/try.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kShortestAbbreviation = 6;
constexpr std::array<HashAlgorithm, 4> kAlgorithms{HashAlgorithm::kSha256, HashAlgorithm::kSha1, HashAlgorithm::kSha384,
                                                   HashAlgorithm::kSha512};

}  // namespace

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return kNothingFound;
    case ErrorCode::kCorrupt:
      return kDamagedFound;
    case ErrorCode::kType:
      return kUsage;
    default:
      return kFailed;
  }
}

Command add_command(Command parent, App& app, const std::string& name, const std::string& help,
                    std::function<int()> run) {
  const Command command = parent.add_command(name, help);
  command.add_flag("--json", app.json, "Print JSON, for programs");
  command.when_chosen([&app, run = std::move(run)] { app.run = run; });
  return command;
}

nlohmann::ordered_json error_json(const Error& error) {
  return {{"name", dom_name(error.code)}, {"message", error.message}, {"mend", error.mend}};
}

int report(const App& app, const Error& error) {
  if (app.json) {
    print_json({{"error", error_json(error)}});
  } else {
    std::fprintf(stderr, "%s %s\n", paint("cos:", Color::kRed, stderr).c_str(), printable(error.message).c_str());
    if (!error.mend.empty()) {
      std::fprintf(stderr, "     %s\n", printable(error.mend).c_str());
    }
  }
  return exit_code(error.code);
}

std::filesystem::path store_directory(const App& app) {
  return app.store.directory.empty() ? default_store_directory() : app.store.directory;
}

int with_store(const App& app, const std::function<Result<int>(Store&)>& body) {
  Result<Store> store = Store::open(app.store);
  if (!store) {
    return report(app, store.error());
  }
  const Result<int> code = body(*store);
  return code ? *code : report(app, code.error());
}

Result<Hash> resolve_hash(Store& store, const std::string& text) {
  if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
    return Hash::parse(text.substr(0, colon), text.substr(colon + 1));
  }
  for (const HashAlgorithm algorithm : kAlgorithms) {
    if (text.size() == 2 * digest_size(algorithm)) {
      return Hash::parse(algorithm_name(algorithm), text);
    }
  }
  if (text.size() < kShortestAbbreviation || !is_lowercase_hex(text)) {
    return fail(ErrorCode::kType, "'" + text + "' is not a hash.",
                "Give it as `cos ls` prints it: at least six lowercase hexadecimal digits.");
  }
  COS_TRY(const std::vector<Hash> matches, store.match(text, 2));
  if (matches.empty()) {
    return fail(ErrorCode::kNotFound, "No entry's hash begins with " + text + ".", "`cos ls` shows what is stored.");
  }
  if (matches.size() > 1) {
    return fail(ErrorCode::kType, "Several entries' hashes begin with " + text + ".", "Give more digits.");
  }
  return matches.front();
}

Result<std::optional<Realm>> resolve_realm(Store& store, const std::string& text) {
  if (text.empty()) {
    return std::optional<Realm>();
  }
  COS_TRY(const auto realms, store.realms());
  std::optional<Realm> found;
  for (const Realm& realm : realms) {
    if (realm.name().starts_with(text)) {
      if (found) {
        return fail(ErrorCode::kType, "Several profiles' ids begin with " + text + ".", "Give more digits.");
      }
      found = realm;
    }
  }
  if (!found) {
    return fail(ErrorCode::kNotFound, "The store knows no profile " + text + ".",
                "`cos stat HASH` shows the profiles in which an entry was stored.");
  }
  return found;
}

Result<Origin> resolve_origin(const std::string& text) {
  return Origin::from_url(text.find("://") == std::string::npos ? "https://" + text : text);
}

nlohmann::ordered_json to_json(const EntryInfo& info) {
  nlohmann::ordered_json storing = nlohmann::ordered_json::array();
  for (const StoringOrigin& origin : info.storing_origins) {
    storing.push_back({{"realm", origin.realm},
                       {"origin", origin.origin},
                       {"storedAt", origin.stored_at},
                       {"sourceUrl", origin.source_url}});
  }
  return {{"algorithm", algorithm_name(info.hash.algorithm())},
          {"value", info.hash.hex()},
          {"size", info.size},
          {"createdAt", info.created_at},
          {"lastRead", info.last_read},
          {"verifiedAt", info.verified_at},
          {"pinned", info.pinned},
          {"damaged", info.damaged},
          {"manual", info.manual},
          {"globallyDisclosable", info.globally_disclosable},
          {"onPublicHashList", info.on_public_hash_list},
          {"storingOrigins", std::move(storing)},
          {"listedOrigins", info.listed_origins}};
}

std::string json_text(const nlohmann::ordered_json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print_json(const nlohmann::ordered_json& value) { std::printf("%s\n", json_text(value).c_str()); }

}  // namespace libcos::cli
