#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/verification.h"

namespace libcos::cli {
namespace {

struct Found {
  Verification entries;
  // Of a look at everything only:
  std::vector<std::string> registry;  // what is wrong with it
  std::size_t orphans = 0;

  [[nodiscard]] bool is_nothing() const { return entries.found_nothing() && registry.empty() && orphans == 0; }
  [[nodiscard]] bool is_sound() const { return entries.found_all_intact() && registry.empty(); }
};

// After an error `found` has what was found before it.
Status verify(Store& store, const std::vector<std::string>& texts, Found& found) {
  std::vector<Hash> hashes;
  for (const std::string& text : texts) {
    COS_TRY(const Hash hash, resolve_hash(store, text));
    hashes.push_back(hash);
  }
  if (!hashes.empty()) {
    return verify_some(store, hashes, found.entries);
  }
  COS_CHECK(verify_all(store, found.entries));
  COS_TRY(found.registry, store.check_registry());
  COS_TRY(found.orphans, store.collect_orphans());
  return {};
}

void print(const Found& found) {
  print(found.entries);
  for (const std::string& problem : found.registry) {
    std::printf("The registry is damaged: %s.\n", printable(problem).c_str());
  }
  if (!found.registry.empty()) {
    std::printf("Close your browsers and run `cos repair`.\n");
  }
  if (found.orphans > 0) {
    std::printf("%zu files that belong to no entry were moved to quarantine/ in the store.\n", found.orphans);
  }
}

nlohmann::ordered_json to_json(const Found& found) {
  return {{"intact", found.entries.intact},
          {"bytes", found.entries.bytes},
          {"mended", names(found.entries.mended)},
          {"damaged", hashes_of(found.entries.damaged)},
          {"missing", hashes_of(found.entries.missing)},
          {"unreadable", to_json(found.entries.unreadable)},
          {"registry", found.registry},
          {"orphansQuarantined", found.orphans}};
}

}  // namespace

void add_verify(Command cos, App& app) {
  auto hashes = std::make_shared<std::vector<std::string>>();
  const Command command = add_command(cos, app, "verify", "Read entries again and check every byte", [&app, hashes] {
    return with_store(app, [&](Store& store) -> Result<int> {
      Found found;
      const Status done = verify(store, *hashes, found);
      if (!done && found.is_nothing()) {
        return tl::unexpected(done.error());
      }
      return report_done(
          app, to_json(found), [&] { print(found); }, found.is_sound() ? kDone : kDamagedFound, done);
    });
  });
  command.add_option("hashes", *hashes, "Only these entries");
}

}  // namespace libcos::cli
