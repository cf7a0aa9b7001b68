// The checks of `cos doctor`. Each looks at one thing, changes nothing, and says in one sentence how that is and what
// mends it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/doctor/finding.h"
#include "cos/store.h"

namespace libcos::cli {

// Whose the store is, and who else may read and write it.
Finding check_directory(const std::filesystem::path& directory);
// What Store::open() said.
Finding failed_to_open(const Error& error);

// What keeps this user from writing an existing store; nullopt: nothing.
std::optional<Finding> check_writable(const std::filesystem::path& directory);
// What check_writable() and Store::open() have nothing to say about.
Finding opened();
Finding check_registry(Store& store);
Finding check_disk_space(Store& store);
Finding check_budget(Store& store);
Finding check_entries(Store& store);
// Files that repairs and verifications set aside.
Finding check_leftovers(const std::filesystem::path& directory);
// The Public Hash List: whether one is installed, whether it is whole and young, how the last update went.
Findings check_list(Store& store);
// What the administrator of the machine has set in that file; nothing when that is nothing.
Findings check_administrator(const std::filesystem::path& file);
Finding check_loopback();

struct BrowserPlace {
  std::string title;
  std::filesystem::path user_data;
  std::filesystem::path system_manifest;  // for all users of the machine; empty: this browser's is not known
  std::string install_command;
};

struct Surroundings {
  std::filesystem::path executable;
  std::filesystem::path extension;  // empty: not installed beside it
  std::filesystem::path store;
  bool handover = true;  // as the setting says
  bool handover_administered = false;
};

// The hosts that browsers run now.
Finding check_hosts(const Surroundings& here);
Finding check_manifest(const BrowserPlace& browser, const Surroundings& here);
Findings check_extension(const BrowserPlace& browser, const Surroundings& here);
Finding check_handover(const BrowserPlace& browser, const Surroundings& here);

}  // namespace libcos::cli
