#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"

namespace libcos::cli {
namespace {

Result<int> pin(const App& app, Store& store, const std::vector<std::string>& texts, bool pinned) {
  // All are looked up before any is changed: a typing error must not leave half of it done.
  std::vector<Hash> hashes;
  for (const std::string& text : texts) {
    COS_TRY(Hash hash, resolve_hash(store, text));
    hashes.push_back(hash);
  }
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  for (const Hash& hash : hashes) {
    COS_CHECK(store.pin(hash, pinned));
    done.push_back({{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}, {"pinned", pinned}});
    if (!app.json) {
      std::printf("%s  %s\n", pinned ? "pinned" : "unpinned", hash.to_string().c_str());
    }
  }
  if (app.json) {
    print_json(done);
  }
  return kDone;
}

void add_one(Command cos, App& app, const char* name, const char* help, bool pinned) {
  auto hashes = std::make_shared<std::vector<std::string>>();
  add_command(cos, app, name, help,
              [&app, hashes, pinned] {
                return with_store(app, [&](Store& store) { return pin(app, store, *hashes, pinned); });
              })
      .add_option("hashes", *hashes, "The hashes, or their first six or more digits")
      .required();
}

}  // namespace

void add_pin(Command cos, App& app) {
  add_one(cos, app, "pin", "Keep entries, however full the store is", true);
  add_one(cos, app, "unpin", "Let entries be evicted again", false);
}

}  // namespace libcos::cli
