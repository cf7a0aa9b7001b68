#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/try.h"
#include "cli/app.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/verification.h"

namespace libcos::cli {
namespace {

struct Repair {
  std::optional<RebuildReport> rebuilt;
  bool all_verified = false;
  Verification verification;
  std::vector<Hash> adopted;
  std::size_t orphans = 0;

  [[nodiscard]] bool is_nothing() const {
    return !rebuilt && verification.found_nothing() && adopted.empty() && orphans == 0;
  }
};

// Whether the registry must be made anew. Errors other than damage are for the user to mend.
Result<bool> needs_rebuilding(const StoreOptions& options) {
  Result<Store> store = Store::open(options);
  if (!store) {
    return store.error().code == ErrorCode::kCorrupt ? Result<bool>(true) : tl::unexpected(store.error());
  }
  COS_TRY(const auto problems, store->check_registry());
  return !problems.empty();
}

// After an error `done` has what was done before it.
Status repair(const StoreOptions& options, bool adopt, Repair& done) {
  COS_TRY(const bool rebuild, needs_rebuilding(options));
  if (rebuild) {
    COS_TRY(done.rebuilt, rebuild_registry(options));
  }
  COS_TRY(Store store, Store::open(options));
  COS_CHECK(verify_all(store, done.verification));
  done.all_verified = true;
  if (adopt) {
    COS_TRY(done.adopted, store.adopt_orphans());
  }
  COS_TRY(done.orphans, store.collect_orphans());
  return {};
}

void print(const Repair& done) {
  if (done.rebuilt) {
    std::printf(
        "The registry was damaged. A new one was made from %llu rows of it; %llu rows had lost their meaning.\n",
        static_cast<unsigned long long>(done.rebuilt->rows_kept),
        static_cast<unsigned long long>(done.rebuilt->rows_dropped));
    if (done.rebuilt->log_bytes_lost > 0) {
      std::printf(
          "%s of what had been written to it last cannot be read any more: the files stored last may be missing.\n",
          human_size(done.rebuilt->log_bytes_lost).c_str());
    }
    if (!done.rebuilt->old_registry.empty()) {
      std::printf("The old one is kept in %s until something is cleared.\n",
                  printable(done.rebuilt->old_registry.string()).c_str());
    }
  } else {
    std::printf("The registry is sound.\n");
  }
  if (done.all_verified || !done.verification.found_nothing()) {
    print(done.verification);
  }
  if (!done.adopted.empty()) {
    std::printf("%zu files without records were kept as added by you.\n", done.adopted.size());
  }
  if (done.orphans > 0) {
    std::printf(
        "%zu files without records were moved to quarantine/ in the store. To keep such files, run"
        " `cos repair --adopt` instead.\n",
        done.orphans);
  }
}

nlohmann::ordered_json to_json(const Repair& done) {
  nlohmann::ordered_json registry = nullptr;
  if (done.rebuilt) {
    registry = {{"rowsKept", done.rebuilt->rows_kept},
                {"rowsDropped", done.rebuilt->rows_dropped},
                {"logBytesLost", done.rebuilt->log_bytes_lost},
                {"oldRegistry", done.rebuilt->old_registry.string()}};
  }
  return {{"rebuiltRegistry", registry},
          {"intact", done.verification.intact},
          {"mended", names(done.verification.mended)},
          {"damaged", to_json(done.verification.damaged)},
          {"missing", to_json(done.verification.missing)},
          {"unreadable", to_json(done.verification.unreadable)},
          {"adopted", names(done.adopted)},
          {"orphansQuarantined", done.orphans}};
}

}  // namespace

void add_repair(Command cos, App& app) {
  auto adopt = std::make_shared<bool>(false);
  const Command command =
      add_command(cos, app, "repair", "Mend a damaged store, and say what to download again", [&app, adopt] {
        Repair done;
        const Status all = repair(app.store, *adopt, done);
        if (!all && done.is_nothing()) {
          return report(app, all.error());
        }
        return report_done(
            app, to_json(done), [&] { print(done); }, done.verification.found_all_intact() ? kDone : kDamagedFound,
            all);
      });
  command.add_flag("--adopt", *adopt, "Keep files whose records are lost, as added by you");
}

}  // namespace libcos::cli
