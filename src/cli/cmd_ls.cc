#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

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

ListOrder order_named(const std::string& name) {
  if (name == "size") {
    return ListOrder::kSize;
  }
  if (name == "stored") {
    return ListOrder::kStored;
  }
  return name == "hash" ? ListOrder::kHash : ListOrder::kRead;
}

using Show = std::function<void(const std::vector<EntryInfo>&)>;

// Shows the entries page by page: of a million, a thousand are in memory at a time.
Status for_each_page(Store& store, const Options& options, const Show& show) {
  std::optional<ListPlace> place;
  std::size_t left = options.limit == 0 ? SIZE_MAX : options.limit;
  do {
    COS_TRY(const EntryPage page, store.list(order_named(options.sort), place, std::min(left, kPage)));
    show(page.entries);
    left -= page.entries.size();
    place = page.next;
  } while (place && left > 0);
  return {};
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

// What print_json() prints of an array of all of them.
Result<int> list_as_json(Store& store, const Options& options) {
  const char* before = "[\n";
  COS_CHECK(for_each_page(store, options, [&](const std::vector<EntryInfo>& page) {
    for (const EntryInfo& info : page) {
      const std::string text = json_text(nlohmann::ordered_json::array({to_json(info)}));
      // Without the brackets that one of its own has, and their line breaks.
      std::printf("%s%s", before, text.substr(2, text.size() - 4).c_str());
      before = ",\n";
    }
  }));
  std::printf(*before == '[' ? "[]\n" : "\n]\n");
  return kDone;
}

Result<int> list_as_table(Store& store, const Options& options) {
  const std::int64_t now = system_clock()();
  COS_TRY(const Totals totals, store.totals());
  std::vector<std::size_t> widths;
  COS_CHECK(for_each_page(store, options, [&](const std::vector<EntryInfo>& page) {
    if (page.empty()) {
      return;
    }
    Table table{{"HASH", "SIZE", "READ", "STORED BY", "READABLE BY"}, {false, true, false, false, false}, {}, 3};
    for (const EntryInfo& info : page) {
      table.rows.push_back({info.hash.hex().substr(0, kShortHash), human_size(info.size),
                            human_ago(info.last_read, now), stored_by(info), visible_to(info)});
    }
    widths = print_table(table, widths);
  }));
  if (widths.empty()) {
    std::printf("The store is empty: %s\n", store.directory().c_str());
    return kDone;
  }
  std::printf("%s\n", paint(std::to_string(totals.entries) + " entries, " + human_size(totals.bytes) + " of " +
                                human_size(totals.budget),
                            Color::kDim, stdout)
                          .c_str());
  return kDone;
}

}  // namespace

void add_ls(Command cos, App& app) {
  auto options = std::make_shared<Options>();
  const Command command = add_command(cos, app, "ls", "List what is stored", [&app, options] {
    return with_store(
        app, [&](Store& store) { return app.json ? list_as_json(store, *options) : list_as_table(store, *options); });
  });
  command.add_option("--sort", options->sort, "Order: read, stored, size or hash")
      .default_shown()
      .choices({"read", "stored", "size", "hash"});
  command.add_option("--limit", options->limit, "Show at most so many");
}

}  // namespace libcos::cli
