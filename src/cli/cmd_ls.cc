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
constexpr std::size_t kShortRealm = 8;

struct Options {
  std::string sort;  // empty: what suits what is listed
  std::size_t limit = 0;
  bool by_site = false;
};

Result<ListOrder> entry_order(const std::string& name) {
  if (name.empty() || name == "read") {
    return ListOrder::kRead;
  }
  if (name == "size") {
    return ListOrder::kSize;
  }
  if (name == "stored") {
    return ListOrder::kStored;
  }
  if (name == "hash") {
    return ListOrder::kHash;
  }
  return fail(ErrorCode::kType, "Entries cannot be sorted by " + name + ".", "Give read, stored, size or hash.");
}

Result<OriginOrder> site_order(const std::string& name) {
  if (name.empty() || name == "size") {
    return OriginOrder::kBytes;
  }
  if (name == "files") {
    return OriginOrder::kEntries;
  }
  if (name == "name") {
    return OriginOrder::kName;
  }
  return fail(ErrorCode::kType, "Sites cannot be sorted by " + name + ".", "Give size, files or name.");
}

// Shows what there is page by page: of a million entries, a thousand are in memory at a time. `fetch` gets the page
// after a place, of no more than so many.
template <class Place, class Fetch, class Show>
Status walk(const Options& options, const Fetch& fetch, const Show& show) {
  std::optional<Place> place;
  std::size_t left = options.limit == 0 ? SIZE_MAX : options.limit;
  do {
    COS_TRY(const auto page, fetch(place, std::min(left, kPage)));
    left -= show(page);
    place = page.next;
  } while (place && left > 0);
  return {};
}

Status for_each_page(Store& store, const Options& options,
                     const std::function<void(const std::vector<EntryInfo>&)>& show) {
  COS_TRY(const ListOrder order, entry_order(options.sort));
  return walk<ListPlace>(
      options, [&](const auto& place, std::size_t limit) { return store.list(order, place, limit); },
      [&](const EntryPage& page) {
        show(page.entries);
        return page.entries.size();
      });
}

Status for_each_page(Store& store, const Options& options,
                     const std::function<void(const std::vector<OriginUsage>&)>& show) {
  COS_TRY(const OriginOrder order, site_order(options.sort));
  return walk<OriginPlace>(
      options,
      [&](const auto& place, std::size_t limit) { return store.storing_origins(std::nullopt, order, place, limit); },
      [&](const OriginPage& page) {
        show(page.origins);
        return page.origins.size();
      });
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

using cli::to_json;

nlohmann::ordered_json to_json(const OriginUsage& usage) {
  return {{"origin", usage.origin}, {"realm", usage.realm}, {"entries", usage.entries}, {"bytes", usage.bytes}};
}

// What print_json() prints of an array of all of them.
template <class Item>
Result<int> list_as_json(Store& store, const Options& options) {
  const char* before = "[\n";
  COS_CHECK(for_each_page(store, options, [&](const std::vector<Item>& page) {
    for (const Item& item : page) {
      const std::string text = json_text(nlohmann::ordered_json::array({to_json(item)}));
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
    std::printf("The store is empty: %s\n", printable(store.directory().string()).c_str());
    return kDone;
  }
  std::printf("%s\n", paint(std::to_string(totals.entries) + " entries, " + human_size(totals.bytes) + " of " +
                                human_size(totals.budget),
                            Color::kDim, stdout)
                          .c_str());
  return kDone;
}

Result<int> list_sites_as_table(Store& store, const Options& options) {
  std::vector<std::size_t> widths;
  COS_CHECK(for_each_page(store, options, [&](const std::vector<OriginUsage>& page) {
    if (page.empty()) {
      return;
    }
    Table table{{"SITE", "FILES", "SIZE", "PROFILE"}, {false, true, true, false}, {}};
    for (const OriginUsage& usage : page) {
      table.rows.push_back(
          {usage.origin, std::to_string(usage.entries), human_size(usage.bytes), usage.realm.substr(0, kShortRealm)});
    }
    widths = print_table(table, widths);
  }));
  if (widths.empty()) {
    std::printf("No site has stored anything: %s\n", printable(store.directory().string()).c_str());
  }
  return kDone;
}

Result<int> list(const App& app, Store& store, const Options& options) {
  if (options.by_site) {
    return app.json ? list_as_json<OriginUsage>(store, options) : list_sites_as_table(store, options);
  }
  return app.json ? list_as_json<EntryInfo>(store, options) : list_as_table(store, options);
}

}  // namespace

void add_ls(Command cos, App& app) {
  auto options = std::make_shared<Options>();
  const Command command = add_command(cos, app, "ls", "List what is stored", [&app, options] {
    return with_store(app, [&](Store& store) { return list(app, store, *options); });
  });
  command.add_flag("--by-site", options->by_site, "The sites that stored something, with files and bytes of each");
  command
      .add_option("--sort", options->sort,
                  "Order: read (default), stored, size or hash; of sites: size (default), files or name")
      .choices({"read", "stored", "size", "hash", "files", "name"});
  command.add_option("--limit", options->limit, "Show at most so many");
}

}  // namespace libcos::cli
