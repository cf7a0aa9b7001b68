#include <cstdio>
#include <memory>
#include <vector>

#include "base/try.h"
#include "cli/app.h"

namespace libcos::cli {
namespace {

Result<int> run(const App& app, Store& store, const std::vector<std::string>& texts) {
  nlohmann::ordered_json removed = nlohmann::ordered_json::array();
  int code = kDone;
  for (const std::string& text : texts) {
    COS_TRY(const Hash hash, resolve_hash(store, text));
    COS_TRY(const bool was_there, store.remove(hash));
    if (was_there) {
      removed.push_back({{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}});
    } else {
      code = kNothingFound;
    }
    if (!app.json) {
      std::printf("%s  %s\n", was_there ? "removed" : "not stored", hash.to_string().c_str());
    }
  }
  if (app.json) {
    print_json({{"removed", removed}});
  }
  return code;
}

}  // namespace

void add_rm(CLI::App& parser, App& app) {
  auto hashes = std::make_shared<std::vector<std::string>>();
  CLI::App* command = add_command(parser, app, "rm", "Delete entries", [&app, hashes] {
    return with_store(app, [&](Store& store) { return run(app, store, *hashes); });
  });
  command->add_option("hashes", *hashes, "The hashes, or their first six or more digits")->required();
}

}  // namespace libcos::cli
