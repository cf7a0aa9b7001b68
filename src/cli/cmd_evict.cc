#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"
#include "store/settings.h"

namespace libcos::cli {
namespace {

struct Wish {
  std::string to;
  std::string free;
  bool dry_run = false;
};

Result<std::uint64_t> target(Store& store, const Wish& wish) {
  COS_TRY(const Totals totals, store.totals());
  const std::string& text = wish.to.empty() ? wish.free : wish.to;
  if (text.empty()) {
    return totals.budget;
  }
  const auto size = parse_size(text);
  if (!size) {
    return fail(ErrorCode::kType, "'" + text + "' is not a size.", "Give it like 500MB or 20GiB.");
  }
  const auto bytes = static_cast<std::uint64_t>(*size);
  if (!wish.to.empty()) {
    return bytes;
  }
  return totals.bytes > bytes ? totals.bytes - bytes : 0;
}

Result<int> run(const App& app, Store& store, const Wish& wish) {
  COS_TRY(const std::uint64_t to, target(store, wish));
  COS_TRY(const auto evicted, store.evict_to(to, wish.dry_run));
  COS_TRY(const Totals totals, store.totals());
  std::uint64_t freed = 0;
  nlohmann::ordered_json entries = nlohmann::ordered_json::array();
  Table table{{"HASH", "SIZE", "LAST READ"}, {false, true, false}, {}};
  for (const EvictedEntry& entry : evicted) {
    freed += entry.size;
    entries.push_back({{"algorithm", algorithm_name(entry.hash.algorithm())},
                       {"value", entry.hash.hex()},
                       {"size", entry.size},
                       {"lastRead", entry.last_read}});
    table.rows.push_back({entry.hash.to_string(), human_size(entry.size), human_time(entry.last_read)});
  }
  const std::uint64_t left = totals.bytes - (wish.dry_run ? freed : 0);
  if (app.json) {
    print_json({{"dryRun", wish.dry_run}, {"target", to}, {"freed", freed}, {"left", left}, {"evicted", entries}});
  } else {
    if (!table.rows.empty()) {
      print_table(table);
    }
    std::printf("%s %zu entries, %s; %s left\n", wish.dry_run ? "would evict" : "evicted", evicted.size(),
                human_size(freed).c_str(), human_size(left).c_str());
    if (left > to) {
      std::printf("What is left is pinned or being read.\n");
    }
  }
  return kDone;
}

}  // namespace

void add_evict(Command cos, App& app) {
  auto wish = std::make_shared<Wish>();
  const Command command = add_command(cos, app, "evict", "Make room: delete what was read longest ago", [&app, wish] {
    return with_store(app, [&](Store& store) { return run(app, store, *wish); });
  });
  const Option to = command.add_option("--to", wish->to, "Until the store holds this much: 20GiB; default: the budget");
  command.add_option("--free", wish->free, "Until this much is freed: 500MB").excludes(to);
  command.add_flag("--dry-run", wish->dry_run, "Only show what would go");
}

}  // namespace libcos::cli
