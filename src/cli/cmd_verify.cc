#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/verification.h"

namespace libcos::cli {
namespace {

// What a look at everything finds besides the entries' bytes.
struct Whole {
  std::vector<std::string> registry;  // what is wrong with it
  std::size_t orphans = 0;
};

Result<Whole> verify_store(Store& store) {
  Whole whole;
  COS_TRY(whole.registry, store.check_registry());
  COS_TRY(whole.orphans, store.collect_orphans());
  return whole;
}

void print(const Whole& whole) {
  for (const std::string& problem : whole.registry) {
    std::printf("The registry is damaged: %s.\n", problem.c_str());
  }
  if (!whole.registry.empty()) {
    std::printf("Close your browsers and run `cos repair`.\n");
  }
  if (whole.orphans > 0) {
    std::printf("%zu files that belong to no entry were moved to quarantine/ in the store.\n", whole.orphans);
  }
}

Result<Verification> verify(Store& store, const std::vector<std::string>& texts) {
  std::vector<Hash> hashes;
  for (const std::string& text : texts) {
    COS_TRY(const Hash hash, resolve_hash(store, text));
    hashes.push_back(hash);
  }
  return hashes.empty() ? verify_all(store) : verify_some(store, hashes);
}

}  // namespace

void add_verify(Command cos, App& app) {
  auto hashes = std::make_shared<std::vector<std::string>>();
  const Command command = add_command(cos, app, "verify", "Read entries again and check every byte", [&app, hashes] {
    return with_store(app, [&](Store& store) -> Result<int> {
      COS_TRY(const Verification verification, verify(store, *hashes));
      Whole whole;
      if (hashes->empty()) {
        COS_TRY(whole, verify_store(store));
      }
      if (app.json) {
        print_json({{"intact", verification.intact},
                    {"bytes", verification.bytes},
                    {"mended", names(verification.mended)},
                    {"damaged", hashes_of(verification.damaged)},
                    {"missing", hashes_of(verification.missing)},
                    {"unreadable", to_json(verification.unreadable)},
                    {"registry", whole.registry},
                    {"orphansQuarantined", whole.orphans}});
      } else {
        print(verification);
        print(whole);
      }
      return verification.found_all_intact() && whole.registry.empty() ? kDone : kDamagedFound;
    });
  });
  command.add_option("hashes", *hashes, "Only these entries");
}

}  // namespace libcos::cli
