#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/doctor/checks.h"
#include "cli/output.h"
#include "cli/places.h"
#include "cos/version.h"
#include "host/browsers.h"
#include "store/settings.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

const char* word_for(Health health) {
  switch (health) {
    case Health::kGood:
      return "good";
    case Health::kNote:
      return "note";
    case Health::kBad:
      return "bad";
  }
  return "bad";
}

void append(Findings& all, Findings more) { std::move(more.begin(), more.end(), std::back_inserter(all)); }

// Notes what the hand-over setting is, as long as the store can be opened.
Findings look_at_store(const App& app, Surroundings& here) {
  const fs::path directory = store_directory(app);
  Findings all{check_directory(directory)};
  std::error_code error;
  if (all.front().health == Health::kBad || !fs::exists(directory, error)) {
    append(all, check_administrator(app.store.administrator_policy));
    return all;
  }
  if (auto obstacle = check_writable(directory)) {
    all.push_back(std::move(*obstacle));
    return all;
  }
  Result<Store> store = Store::open(app.store);
  if (!store) {
    all.push_back(failed_to_open(store.error()));
    return all;
  }
  all.push_back(opened());
  all.push_back(check_registry(*store));
  all.push_back(check_entries(*store));
  all.push_back(check_leftovers(store->directory()));
  all.push_back(check_disk_space(*store));
  all.push_back(check_budget(*store));
  append(all, check_list(*store));
  const auto setting = store->setting(setting::kHandover);
  here.handover = !setting || setting->value != "off";
  here.handover_administered = setting && setting->administered;
  append(all, check_administrator(app.store.administrator_policy));
  return all;
}

Result<std::vector<BrowserPlace>> browsers_here(const std::vector<std::string>& directories) {
  std::vector<BrowserPlace> places;
  for (const std::string& directory : directories) {
    COS_TRY(const fs::path path, absolute_path(directory));
    places.push_back({directory, path, {}, "cos install --user-data-dir " + quoted(path.string())});
  }
  if (!places.empty()) {
    return places;
  }
  for (const Browser& browser : known_browsers()) {
    std::error_code error;
    const fs::path directory = user_data_directory(browser);
    if (fs::is_directory(directory, error)) {
      places.push_back({std::string(browser.title), directory, system_manifest_path(browser),
                        "cos install --browser " + std::string(browser.name)});
    }
  }
  return places;
}

Findings look_at_browsers(const std::vector<BrowserPlace>& places, const Surroundings& here) {
  if (places.empty()) {
    return {{"browsers", "", Health::kNote, "No Chromium-based browser has a profile here.",
             "Start the browser once; then run `cos install`, and this again."}};
  }
  Findings all{check_hosts(here)};
  for (const BrowserPlace& browser : places) {
    all.push_back(check_manifest(browser, here));
    append(all, check_extension(browser, here));
    all.push_back(check_handover(browser, here));
  }
  return all;
}

nlohmann::ordered_json as_json(const Findings& findings, bool healthy) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"check", finding.check},
                    {"about", finding.about},
                    {"state", word_for(finding.health)},
                    {"sentence", finding.sentence},
                    {"mend", finding.mend},
                    {"command", finding.command}});
  }
  return {{"version", COS_VERSION}, {"healthy", healthy}, {"findings", std::move(list)}};
}

void print(const Finding& finding) {
  constexpr std::size_t kIndent = 6;
  const Color color = finding.health == Health::kGood   ? Color::kGreen
                      : finding.health == Health::kNote ? Color::kYellow
                                                        : Color::kRed;
  const std::string word = word_for(finding.health);
  const std::string about =
      finding.about.empty() || finding.sentence.find(finding.about) != std::string::npos ? "" : finding.about + ": ";
  std::printf("%s%s%s\n", paint(word, color, stdout).c_str(), std::string(kIndent - word.size(), ' ').c_str(),
              wrapped(printable(about + finding.sentence), kIndent, stdout).c_str());
  if (!finding.mend.empty()) {
    std::printf("      %s\n", wrapped(printable(finding.mend), kIndent, stdout).c_str());
  }
  if (!finding.command.empty()) {
    // In one line, whatever its length: it is there to be copied.
    std::printf("      %s\n", paint(printable(finding.command), Color::kBold, stdout).c_str());
  }
}

int doctor(const App& app, const std::vector<std::string>& directories) {
  const Result<fs::path> executable = own_executable();
  if (!executable) {
    return report(app, executable.error());
  }
  const auto places = browsers_here(directories);
  if (!places) {
    return report(app, places.error());
  }
  Surroundings here{*executable, extension_directory(*executable), store_directory(app)};
  Findings all = look_at_store(app, here);
  all.push_back(check_loopback());
  append(all, look_at_browsers(*places, here));
  const auto bad = std::count_if(all.begin(), all.end(), [](const Finding& f) { return f.health == Health::kBad; });
  if (app.json) {
    print_json(as_json(all, bad == 0));
    return bad == 0 ? kDone : kFailed;
  }
  for (const Finding& finding : all) {
    print(finding);
  }
  if (bad == 0) {
    std::printf("\nNothing is bad.\n");
  } else {
    std::printf("\n%ld to be mended: do what stands below each, then run `cos doctor` again.\n",
                static_cast<long>(bad));
  }
  return bad == 0 ? kDone : kFailed;
}

}  // namespace

void add_doctor(Command cos, App& app) {
  auto directories = std::make_shared<std::vector<std::string>>();
  add_command(cos, app, "doctor", "See whether all is well, and how to mend what is not",
              [&app, directories] { return doctor(app, *directories); })
      .add_option("--user-data-dir", *directories, "Look at the profiles below this directory, not at the known ones")
      .one_value_each();
}

}  // namespace libcos::cli
