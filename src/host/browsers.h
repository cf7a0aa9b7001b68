// The browsers we know: where they keep profiles, and where they look for native hosts.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cos/result.h"

namespace libcos {

// The extension's id, fixed by the key in its manifest.
inline constexpr std::string_view kExtensionOrigin = "chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj/";
inline constexpr std::string_view kHostName = "dev.cos.host";

struct Browser {
  std::string_view name;  // as in `cos install --browser NAME`
  std::string_view title;
  std::string_view directory;  // of the user's profiles, below the configuration directory
  // Where it looks for the native hosts of all users of the machine; empty: we do not know.
  std::string_view system_hosts;
};

std::span<const Browser> known_browsers();
const Browser* find_browser(std::string_view name);

// The directory with the browser's profiles for this user.
std::filesystem::path user_data_directory(const Browser& browser);

// <user data directory>/NativeMessagingHosts/dev.cos.host.json
std::filesystem::path host_manifest_path(const std::filesystem::path& user_data_directory);

// Of the host for all users of the machine; empty when we do not know where this browser looks for it.
std::filesystem::path system_manifest_path(const Browser& browser);

// What a browser reads there, as far as we care.
struct HostManifest {
  std::string name;
  std::string type;
  std::filesystem::path executable;
  std::vector<std::string> allowed_origins;
  std::string description;
};

// nullopt when there is none. Errors: kData when it is no manifest, kIo.
Result<std::optional<HostManifest>> read_host_manifest(const std::filesystem::path& path);

// Registers `executable` as the native host. Errors: kIo.
Status write_host_manifest(const std::filesystem::path& user_data_directory, const std::filesystem::path& executable);
// Removes the directories of a known browser that install made and nobody has used.
void remove_empty_user_data(const Browser& browser);
// False when there was none.
Result<bool> remove_host_manifest(const std::filesystem::path& user_data_directory);

}  // namespace libcos
