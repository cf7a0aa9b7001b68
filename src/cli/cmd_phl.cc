#include "cli/cmd_phl.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"
#include "host/list_update.h"

namespace libcos::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kDayMs = 86'400'000;

void line(const char* label, const std::string& value) {
  std::printf("%s  %s\n", paint(label, Color::kDim, stdout).c_str(), printable(value).c_str());
}

const char* name_of(HashListSection::Kind kind) {
  switch (kind) {
    case HashListSection::Kind::kManual:
      return "manual";
    case HashListSection::Kind::kModelHub:
      return "model-hub";
    default:
      return "core";
  }
}

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

struct SectionRow {
  const HashListSection* section;
  const char* list;
  bool in_force;
};

std::vector<SectionRow> section_rows(const HashListInfo& info) {
  std::vector<SectionRow> rows;
  const auto add = [&](const std::vector<HashListSection>& sections, const char* list) {
    for (const HashListSection& section : sections) {
      rows.push_back({&section, list, info.model_hubs || section.kind != HashListSection::Kind::kModelHub});
    }
  };
  add(info.sections, "installed");
  add(info.starter_sections, "starter");
  return rows;
}

ordered_json sections_json(const HashListInfo& info) {
  ordered_json all = ordered_json::array();
  for (const SectionRow& row : section_rows(info)) {
    all.push_back({{"name", row.section->name},
                   {"kind", name_of(row.section->kind)},
                   {"digests", row.section->digests},
                   {"list", row.list},
                   {"inForce", row.in_force}});
  }
  return all;
}

ordered_json status_json(Store& store, const HashListInfo& info) {
  const auto age = age_in_days(info);
  const ListCheck check = last_list_check(store);
  ordered_json last = nullptr;
  if (check.checked_at != 0) {
    last = {{"checkedAt", check.checked_at}, {"failure", check.failure}, {"mend", check.mend}};
  }
  const Result<Setting> url = store.setting("phl.url");
  return {{"version", info.version},
          {"commit", info.commit},
          {"digests", info.digests},
          {"installed", info.installed},
          {"damaged", info.damaged},
          {"intact", store.is_hash_list_intact()},
          {"madeAt", or_null(info.made_at)},
          {"installedAt", or_null(info.installed_at)},
          {"checksum", info.checksum},
          {"ageDays", or_null(age)},
          {"old", age.value_or(0) > kOldListDays},
          {"modelHubs", info.model_hubs},
          {"sections", sections_json(info)},
          {"previousVersion", or_null(info.previous_version)},
          {"url", url ? url->value : ""},
          {"lastCheck", std::move(last)}};
}

void print_sections(const HashListInfo& info) {
  Table table{{"SECTION", "DIGESTS", "LIST", ""}, {false, true, false, false}, {}};
  for (const SectionRow& row : section_rows(info)) {
    table.rows.push_back({printable(row.section->name), std::to_string(row.section->digests), row.list,
                          row.in_force ? "" : "off: phl.model-hubs"});
  }
  print_table(table);
}

void print_status(Store& store, const HashListInfo& info) {
  const auto warn = [](const std::string& text) {
    std::printf("%s\n", paint(printable(text), Color::kYellow, stdout).c_str());
  };
  if (info.damaged) {
    warn("The installed list is damaged and counts as empty: install it again with `cos phl update`.");
  } else if (!store.is_hash_list_intact()) {
    warn("A part of the installed list is damaged: install it again with `cos phl update`.");
  }
  line("version   ", info.version + (info.installed ? "" : " (starter list; none is installed)"));
  if (!info.commit.empty()) {
    line("commit    ", info.commit);
  }
  if (info.made_at) {
    line("made      ", human_time(*info.made_at).substr(0, 10));
  }
  if (info.installed_at) {
    line("installed ", human_time(*info.installed_at));
  }
  if (info.previous_version) {
    line("before it ", *info.previous_version + " (`cos phl update --rollback` goes back to it)");
  }
  line("digests   ", std::to_string(info.digests));
  const ListCheck check = last_list_check(store);
  if (check.checked_at != 0) {
    line("last check", human_time(check.checked_at) + (check.failure.empty() ? "" : ": failed"));
  }
  print_sections(info);
  if (!check.failure.empty()) {
    warn("The last check failed: " + check.failure + (check.mend.empty() ? "" : " " + check.mend));
  }
  if (const auto age = age_in_days(info); age.value_or(0) > kOldListDays) {
    warn("The list is " + std::to_string(*age) + " days old: `cos phl update` fetches a new one.");
  }
}

Result<int> status(const App& app, Store& store) {
  const HashListInfo info = store.hash_list();
  if (app.json) {
    print_json(status_json(store, info));
  } else {
    print_status(store, info);
  }
  return kDone;
}

Result<int> sections(const App& app, Store& store) {
  const HashListInfo info = store.hash_list();
  if (app.json) {
    print_json(sections_json(info));
  } else {
    print_sections(info);
  }
  return kDone;
}

void print_check(const Hash& hash, bool listed, const std::optional<HashProvenance>& provenance) {
  std::printf("%s is %son the Public Hash List.\n", hash.to_string().c_str(), listed ? "" : "not ");
  if (!provenance) {
    return;
  }
  if (!listed) {
    std::printf("  A model hub lists it; these are switched off: `cos config set phl.model-hubs on`.\n");
  }
  if (!provenance->name.empty()) {
    line("  what   ", provenance->name);
  }
  if (!provenance->url.empty()) {
    line("  example", provenance->url);
  }
  line("  section", (provenance->section.empty() ? "unknown" : provenance->section) +
                        (provenance->starter ? " (starter list)" : " (installed list)"));
}

Result<int> check(const App& app, Store& store, const std::vector<std::string>& texts) {
  ordered_json all = ordered_json::array();
  bool all_listed = true;
  for (const std::string& text : texts) {
    COS_TRY(const Hash hash, resolve_hash(store, text));
    const auto provenance = store.hash_provenance(hash);
    const bool listed = store.on_public_hash_list(hash);
    all_listed = all_listed && listed;
    ordered_json one{{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}, {"listed", listed}};
    if (provenance) {
      one["list"] = provenance->starter ? "starter" : "installed";
      one["section"] = provenance->section;
      one["inForce"] = provenance->in_force;
      one["name"] = provenance->name;
      one["url"] = provenance->url;
    }
    all.push_back(std::move(one));
    if (!app.json) {
      print_check(hash, listed, provenance);
    }
  }
  if (app.json) {
    print_json(all);
  }
  return all_listed ? kDone : kNothingFound;
}

Result<int> finish_update(const App& app, Store& store, const char* outcome, const char* words) {
  const HashListInfo info = store.hash_list();
  if (app.json) {
    ordered_json all = status_json(store, info);
    all["outcome"] = outcome;
    print_json(all);
  } else {
    std::printf("%s\n", words);
    print_status(store, info);
  }
  return kDone;
}

Result<int> update(const App& app, Store& store, std::string from, bool rollback) {
  if (rollback) {
    COS_CHECK(roll_back_hash_list(store));
    return finish_update(app, store, "rolled-back", "The list before is in force again.");
  }
  if (from.empty()) {
    COS_TRY(from, configured_list_address(store));
  }
  ProgressBar progress("Fetching the list");
  COS_TRY(const ListUpdate updated, update_hash_list(store, from, [&](std::uint64_t done, std::uint64_t total) {
            progress.update(done, std::max(done, total));
            return true;
          }));
  return updated.installed ? finish_update(app, store, "installed", "The list is installed.")
                           : finish_update(app, store, "current", "The list is current already.");
}

}  // namespace

std::optional<std::int64_t> age_in_days(const HashListInfo& info) {
  const auto since = info.made_at ? info.made_at : info.installed_at;
  return since ? std::optional(std::max<std::int64_t>(0, system_clock()() - *since) / kDayMs) : std::nullopt;
}

void add_phl(Command cos, App& app) {
  const Command phl = cos.add_command("phl", "The Public Hash List");
  phl.require_command();
  auto hashes = std::make_shared<std::vector<std::string>>();
  auto from = std::make_shared<std::string>();
  auto rollback = std::make_shared<bool>(false);
  add_command(phl, app, "status", "Which list is in force, and how old it is",
              [&app] { return with_store(app, [&](Store& store) { return status(app, store); }); });
  add_command(phl, app, "sections", "The list's sections and their sizes",
              [&app] { return with_store(app, [&](Store& store) { return sections(app, store); }); });
  add_command(phl, app, "check", "Whether hashes are listed, and as what (exit code 3: not all are)",
              [&app, hashes] { return with_store(app, [&](Store& store) { return check(app, store, *hashes); }); })
      .add_option("hashes", *hashes)
      .required();
  const Command update_command = add_command(phl, app, "update", "Install the published list", [&app, from, rollback] {
    return with_store(app, [&](Store& store) { return update(app, store, *from, *rollback); });
  });
  const Option source = update_command.add_option(
      "--from", *from,
      "An https: or file: address or a path, with its checksum beside it in .sha256; default: phl.url");
  update_command.add_flag("--rollback", *rollback, "Go back to the list that was installed before").excludes(source);
  add_phl_build(phl, app);
}

}  // namespace libcos::cli
