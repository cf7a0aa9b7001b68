#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

nlohmann::ordered_json as_json(const Setting& setting) {
  return {{"key", setting.key},
          {"value", setting.value},
          {"default", setting.fallback},
          {"help", setting.help},
          {"administered", setting.administered}};
}

Result<int> list(const App& app, Store& store) {
  COS_TRY(const auto settings, store.settings());
  if (app.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Setting& setting : settings) {
      all.push_back(as_json(setting));
    }
    print_json(all);
    return kDone;
  }
  Table table{{"SETTING", "VALUE", "DEFAULT", ""}, {false, true, true, false}, {}, 3};
  for (const Setting& setting : settings) {
    table.rows.push_back({setting.key, setting.value, setting.fallback,
                          (setting.administered ? "Set by your administrator. " : "") + setting.help});
  }
  print_table(table);
  return kDone;
}

Result<int> show(const App& app, Store& store, const std::string& key) {
  COS_TRY(const Setting setting, store.setting(key));
  if (app.json) {
    print_json(as_json(setting));
  } else {
    std::printf("%s\n", setting.value.c_str());
  }
  return kDone;
}

}  // namespace

void add_config(Command cos, App& app) {
  const Command config = cos.add_command("config", "Limits and switches");
  config.require_command();
  auto key = std::make_shared<std::string>();
  auto value = std::make_shared<std::string>();
  add_command(config, app, "list", "Show all settings",
              [&app] { return with_store(app, [&](Store& store) { return list(app, store); }); });
  add_command(config, app, "get", "Show one setting",
              [&app, key] { return with_store(app, [&](Store& store) { return show(app, store, *key); }); })
      .add_option("key", *key)
      .required();
  const Command set = add_command(config, app, "set", "Change one setting", [&app, key, value] {
    return with_store(app, [&](Store& store) -> Result<int> {
      COS_CHECK(store.set_setting(*key, *value));
      return app.json ? show(app, store, *key) : Result<int>(kDone);
    });
  });
  set.add_option("key", *key).required();
  set.add_option("value", *value, "A number, a size such as 16GiB, or on/off").required();
}

}  // namespace libcos::cli
