#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"

namespace libcos::cli {
namespace {

// Returns what was removed.
Result<Hash> remove_one(Store& store, const std::string& text) {
  COS_TRY(const Hash hash, resolve_hash(store, text));
  COS_TRY(const bool was_there, store.remove(hash));
  if (!was_there) {
    return fail(ErrorCode::kNotFound, "There is no entry " + hash.to_string() + ".", "`cos ls` shows what is stored.");
  }
  return hash;
}

// Every hash is tried: one that cannot be removed must not hide what was.
Result<int> run(const App& app, Store& store, const std::vector<std::string>& texts) {
  nlohmann::ordered_json removed = nlohmann::ordered_json::array();
  nlohmann::ordered_json failed = nlohmann::ordered_json::array();
  int code = kDone;
  for (const std::string& text : texts) {
    const Result<Hash> hash = remove_one(store, text);
    if (!hash) {
      failed.push_back({{"hash", text}, {"message", hash.error().message}});
      code = std::max(code, app.json ? exit_code(hash.error().code) : report(app, hash.error()));
      continue;
    }
    removed.push_back({{"algorithm", algorithm_name(hash->algorithm())}, {"value", hash->hex()}});
    if (!app.json) {
      std::printf("removed  %s\n", hash->to_string().c_str());
    }
  }
  if (app.json) {
    print_json({{"removed", removed}, {"failed", failed}});
  }
  return code;
}

}  // namespace

void add_rm(Command cos, App& app) {
  auto hashes = std::make_shared<std::vector<std::string>>();
  const Command command = add_command(cos, app, "rm", "Delete entries", [&app, hashes] {
    return with_store(app, [&](Store& store) { return run(app, store, *hashes); });
  });
  command.add_option("hashes", *hashes, "The hashes, or their first six or more digits").required();
}

}  // namespace libcos::cli
