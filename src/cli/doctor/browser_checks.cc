#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "cli/doctor/checks.h"
#include "cli/doctor/version_of.h"
#include "cli/places.h"
#include "cos/version.h"
#include "host/browsers.h"
#include "host/extensions.h"
#include "host/running_hosts.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

std::string how_to_add(const Surroundings& here) {
  return "Open chrome://extensions, switch on Developer mode, choose Load unpacked and " +
         (here.extension.empty() ? std::string("the directory of the extension")
                                 : "the directory " + here.extension.string()) +
         ".";
}

std::string name_of(const InstalledExtension& extension) { return extension.profile.filename().string(); }

Finding check_installed(const BrowserPlace& browser, const Surroundings& here, const InstalledExtension& extension) {
  const auto found = [&](Health health, const std::string& sentence, const std::string& mend) {
    return Finding{"extension", browser.title, health, sentence, mend, {}};
  };
  const std::string profile = "profile " + name_of(extension);
  if (!extension.enabled) {
    return found(Health::kBad, "The extension is switched off in " + profile + ".",
                 "Open chrome://extensions and switch it on.");
  }
  std::error_code error;
  if (!extension.directory.empty() && !fs::exists(extension.directory / "manifest.json", error)) {
    return found(
        Health::kBad,
        "The extension of " + profile + " was loaded from " + extension.directory.string() + ", where it is no more.",
        how_to_add(here));
  }
  if (extension.version.empty()) {
    return found(Health::kNote, "The extension is in " + profile + "; cannot tell which version.", "");
  }
  if (extension.version != COS_VERSION) {
    return found(Health::kNote,
                 "The extension of " + profile + " is version " + extension.version + ", cos is " COS_VERSION ".",
                 how_to_add(here));
  }
  return found(Health::kGood, "The extension " + extension.version + " is in " + profile + ".", "");
}

// A file or directory that exists and is what a new one would be made in.
fs::path nearest_existing(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return fs::canonical(path, error);
}

}  // namespace

Finding check_manifest(const BrowserPlace& browser, const Surroundings& here) {
  const auto found = [&](Health health, const std::string& sentence, const std::string& mend = {}) {
    return Finding{"manifest", browser.title, health,
                   sentence,   mend,          health == Health::kGood ? std::string() : browser.install_command};
  };
  // As a browser looks: the user's own manifest is in force, if there is one.
  auto manifest = read_host_manifest(host_manifest_path(browser.user_data));
  bool for_all_users = false;
  if (manifest && !*manifest && !browser.system_manifest.empty()) {
    manifest = read_host_manifest(browser.system_manifest);
    for_all_users = true;
  }
  if (!manifest) {
    Finding unreadable = found(Health::kBad, manifest.error().message);
    if (std::error_code error; !fs::is_regular_file(host_manifest_path(browser.user_data), error)) {
      unreadable.mend = "Remove what stands in its place, then run " + std::exchange(unreadable.command, {}) + ".";
    }
    return unreadable;
  }
  if (!*manifest) {
    return found(Health::kBad, browser.title + " does not know cos: there is no manifest for it.");
  }
  const HostManifest& host = **manifest;
  const std::string program = host.executable.string();
  // Browsers refuse one without a description, or with a path that is relative.
  if (host.name != kHostName || host.type != "stdio" || !host.executable.is_absolute() || host.description.empty()) {
    return found(Health::kBad, "The manifest for " + browser.title + " is not what a browser needs to start cos.");
  }
  if (std::find(host.allowed_origins.begin(), host.allowed_origins.end(), kExtensionOrigin) ==
      host.allowed_origins.end()) {
    if (for_all_users && !host.allowed_origins.empty()) {
      // One of the user's own would take its place.
      return {"manifest",
              browser.title,
              Health::kNote,
              "The manifest for all users lets another extension start cos than this one knows.",
              "So it is where an administrator has signed the extension with a key of their own.",
              {}};
    }
    return found(Health::kBad, "The manifest for " + browser.title + " does not let the extension start cos.");
  }
  std::error_code error;
  if (!fs::is_regular_file(host.executable, error)) {
    return found(Health::kBad, browser.title + " would start " + program + ", which is not there.");
  }
  if (::access(host.executable.c_str(), X_OK) != 0) {
    return found(Health::kBad, browser.title + " would start " + program + ", which cannot be executed.",
                 "To keep that one: chmod +x " + quoted(program));
  }
  if (!fs::equivalent(host.executable, here.executable, error)) {
    const std::string version = version_of(host.executable);
    if (version.empty()) {
      return found(Health::kBad, browser.title + " would start " + program + ", which is not cos.");
    }
    if (version != COS_VERSION) {
      return found(Health::kBad,
                   browser.title + " would start cos " + version + ", " + program + "; this is cos " COS_VERSION ".",
                   "Unless you want that, register this one.");
    }
    return found(Health::kNote,
                 browser.title + " starts another executable of the same version, " + program + ", not this one.",
                 "Unless you want that, register this one.");
  }
  return found(Health::kGood, browser.title + " starts this executable, for the extension alone" +
                                  (for_all_users ? " and for all users." : "."));
}

Finding check_hosts(const Surroundings& here) {
  const auto found = [](Health health, const std::string& sentence, const std::string& mend) {
    return Finding{"hosts", "", health, sentence, mend, {}};
  };
  const std::vector<pid_t> hosts = running_hosts();
  if (hosts.empty()) {
    return found(Health::kNote, "No host runs: browsers start one when a page first asks the extension for a file.",
                 "Open a browser that has the extension; its icon in the toolbar says whether a host answers.");
  }
  for (const pid_t pid : hosts) {
    std::error_code error;
    if (!fs::equivalent("/proc/" + std::to_string(pid) + "/exe", here.executable, error)) {
      return found(Health::kNote,
                   "A browser runs another executable than this one as its host (process " + std::to_string(pid) +
                       "): it was started before cos was replaced, or from another place.",
                   "Close that browser and start it again.");
    }
  }
  return found(Health::kGood, "Browsers run " + std::to_string(hosts.size()) + " of this executable as hosts.", "");
}

Findings check_extension(const BrowserPlace& browser, const Surroundings& here) {
  const ProfileExtensions look = find_extension(browser.user_data);
  const auto note = [&](const std::string& sentence, const std::string& mend) {
    return Findings{{"extension", browser.title, Health::kNote, sentence, mend, {}}};
  };
  if (look.profiles.empty()) {
    return note("Cannot tell whether the extension is there: there is no profile yet.",
                "Start " + browser.title + " once. " + how_to_add(here));
  }
  if (look.installed.empty() && look.unreadable > 0) {
    return note("Cannot tell whether the extension is there: the profile's Preferences cannot be read.",
                how_to_add(here));
  }
  if (look.installed.empty()) {
    return note("No profile has the extension, unless it was loaded with --load-extension, which cannot be told.",
                how_to_add(here));
  }
  Findings all;
  for (const InstalledExtension& extension : look.installed) {
    all.push_back(check_installed(browser, here, extension));
  }
  return all;
}

Finding check_handover(const BrowserPlace& browser, const Surroundings& here) {
  const auto found = [&](Health health, const std::string& sentence, const std::string& mend,
                         const std::string& command) {
    return Finding{"handover", browser.title, health, sentence, mend, command};
  };
  if (!here.handover) {
    return found(Health::kNote, "Direct hand-over is switched off: bytes are copied over 127.0.0.1.",
                 here.handover_administered ? "It is set by your administrator." : "",
                 here.handover_administered ? "" : "cos config set handover.enabled on");
  }
  const auto store = stat_of(nearest_existing(here.store));
  const auto profile = stat_of(nearest_existing(browser.user_data));
  if (!store || !profile) {
    return found(Health::kNote, "Cannot tell whether the profiles and the store are on one file system.", "", "");
  }
  if (store->st_dev != profile->st_dev) {
    return found(
        Health::kNote,
        "The profiles and the store are on different file systems: bytes may have to be copied over 127.0.0.1.",
        "Let the variable COS_HOME name a directory on the profiles' file system.", "");
  }
  return found(Health::kGood, "The profiles and the store are on one file system: reads need no copy.", "", "");
}

}  // namespace libcos::cli
