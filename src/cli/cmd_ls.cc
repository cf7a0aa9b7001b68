#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kShortHash = 12;

struct Options {
  std::string sort = "read";
  std::size_t limit = 0;
};

// Calls `take` with each entry, in the order of hashes.
Status for_each_entry(Store& store, const std::function<void(EntryInfo)>& take) {
  std::optional<Hash> after;
  while (true) {
    COS_TRY(std::vector<EntryInfo> page, store.list(after, kPage));
    for (EntryInfo& info : page) {
      after = info.hash;
      take(std::move(info));
    }
    if (page.size() < kPage) {
      return {};
    }
  }
}

void sort_entries(std::vector<EntryInfo>& entries, const std::string& order) {
  if (order == "size") {
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.size > b.size; });
  } else if (order == "stored") {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
  } else if (order == "read") {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.last_read > b.last_read; });
  }
}

// "https://a.example and 2 more"
std::string stored_by(const EntryInfo& info) {
  if (info.storing_origins.empty()) {
    return info.manual ? "(by hand)" : "";
  }
  const std::size_t others = info.storing_origins.size() - 1;
  return info.storing_origins.front().origin + (others > 0 ? " and " + std::to_string(others) + " more" : "");
}

std::string visible_to(const EntryInfo& info) {
  if (info.damaged) {
    return paint("damaged", Color::kRed, stdout);
  }
  if (info.globally_disclosable) {
    if (info.on_public_hash_list) {
      return "all sites";
    }
    return info.storing_origins.empty() ? "no site (not on the list)" : "same site (not on the list)";
  }
  return info.listed_origins.empty() ? "same site" : std::to_string(info.listed_origins.size()) + " listed";
}

void print_entries(const std::vector<EntryInfo>& entries, const Totals& totals) {
  const std::int64_t now = system_clock()();
  Table table{{"HASH", "SIZE", "READ", "STORED BY", "READABLE BY"}, {false, true, false, false, false}, {}};
  for (const EntryInfo& info : entries) {
    table.rows.push_back({info.hash.hex().substr(0, kShortHash), human_size(info.size), human_ago(info.last_read, now),
                          stored_by(info), visible_to(info)});
  }
  print_table(table);
  std::printf("%s\n", paint(std::to_string(totals.entries) + " entries, " + human_size(totals.bytes) + " of " +
                                human_size(totals.budget),
                            Color::kDim, stdout)
                          .c_str());
}

Result<int> run(const App& app, Store& store, const Options& options) {
  std::vector<EntryInfo> entries;
  COS_CHECK(for_each_entry(store, [&](EntryInfo info) { entries.push_back(std::move(info)); }));
  sort_entries(entries, options.sort);
  if (options.limit != 0 && entries.size() > options.limit) {
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(options.limit), entries.end());
  }
  if (app.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const EntryInfo& info : entries) {
      list.push_back(to_json(info));
    }
    print_json(list);
    return kDone;
  }
  COS_TRY(const Totals totals, store.totals());
  if (entries.empty()) {
    std::printf("The store is empty: %s\n", store.directory().c_str());
    return kDone;
  }
  print_entries(entries, totals);
  return kDone;
}

}  // namespace

void add_ls(CLI::App& parser, App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(parser, app, "ls", "List what is stored", [&app, options] {
    return with_store(app, [&](Store& store) { return run(app, store, *options); });
  });
  command->add_option("--sort", options->sort, "Order: read, stored, size or hash")
      ->capture_default_str()
      ->check(CLI::IsMember({"read", "stored", "size", "hash"}));
  command->add_option("--limit", options->limit, "Show at most so many");
}

}  // namespace libcos::cli
