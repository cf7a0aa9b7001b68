#include "host/browsers.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/try.h"
#include "host/json_values.h"

namespace libcos {
namespace {

constexpr std::array<Browser, 8> kBrowsers{{
    {"chromium", "Chromium", "chromium", "/etc/chromium/native-messaging-hosts"},
    {"chrome", "Google Chrome", "google-chrome", "/etc/opt/chrome/native-messaging-hosts"},
    {"chrome-beta", "Google Chrome Beta", "google-chrome-beta", "/etc/opt/chrome/native-messaging-hosts"},
    {"chrome-unstable", "Google Chrome Dev", "google-chrome-unstable", "/etc/opt/chrome/native-messaging-hosts"},
    {"edge", "Microsoft Edge", "microsoft-edge", "/etc/opt/edge/native-messaging-hosts"},
    {"brave", "Brave", "BraveSoftware/Brave-Browser", {}},
    {"vivaldi", "Vivaldi", "vivaldi", {}},
    {"opera", "Opera", "opera", {}},
}};

std::filesystem::path configuration_directory() {
  const char* xdg = std::getenv("XDG_CONFIG_HOME");  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  if (xdg != nullptr && std::filesystem::path(xdg).is_absolute()) {
    return normal_path(xdg);
  }
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  const bool is_named = home != nullptr && std::filesystem::path(home).is_absolute();
  const passwd* user = is_named ? nullptr : ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe)
  return std::filesystem::path(is_named ? home : user == nullptr ? "/" : user->pw_dir) / ".config";
}

}  // namespace

std::span<const Browser> known_browsers() { return kBrowsers; }

const Browser* find_browser(std::string_view name) {
  const auto* found =
      std::find_if(kBrowsers.begin(), kBrowsers.end(), [&](const Browser& b) { return b.name == name; });
  return found == kBrowsers.end() ? nullptr : found;
}

std::filesystem::path user_data_directory(const Browser& browser) {
  return configuration_directory() / browser.directory;
}

std::filesystem::path host_manifest_path(const std::filesystem::path& user_data_directory) {
  return user_data_directory / "NativeMessagingHosts" / (std::string(kHostName) + ".json");
}

std::filesystem::path system_manifest_path(const Browser& browser) {
  return browser.system_hosts.empty()
             ? std::filesystem::path()
             : std::filesystem::path(browser.system_hosts) / (std::string(kHostName) + ".json");
}

Result<std::optional<HostManifest>> read_host_manifest(const std::filesystem::path& path) {
  constexpr std::size_t kMost = 65'536;
  if (!stat_of(path)) {
    return std::nullopt;
  }
  COS_TRY(const std::string text, read_small_file(path, kMost));
  const auto manifest = nlohmann::json::parse(text, nullptr, false);
  if (!manifest.is_object()) {
    return fail(ErrorCode::kData, path.string() + " is no manifest of a native host.");
  }
  HostManifest read{string_at(manifest, "name").value_or(""),
                    string_at(manifest, "type").value_or(""),
                    string_at(manifest, "path").value_or(""),
                    {},
                    string_at(manifest, "description").value_or("")};
  const auto origins = manifest.find("allowed_origins");
  if (origins != manifest.end() && origins->is_array()) {
    for (const auto& origin : *origins) {
      if (origin.is_string()) {
        read.allowed_origins.push_back(origin.get<std::string>());
      }
    }
  }
  return read;
}

Status write_host_manifest(const std::filesystem::path& user_data_directory, const std::filesystem::path& executable) {
  const nlohmann::ordered_json manifest{{"name", kHostName},
                                        {"description", "cos, Cross-Origin Storage for this machine"},
                                        {"path", executable.string()},
                                        {"type", "stdio"},
                                        {"allowed_origins", {kExtensionOrigin}}};
  std::string text;
  try {
    text = manifest.dump(2) + "\n";
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::kUnavailable, "The path of this executable is not UTF-8, and no manifest can hold it.",
                "Move it to a directory with another name, and install it from there.");
  }
  const std::filesystem::path path = host_manifest_path(user_data_directory);
  COS_CHECK(make_private_directory(path.parent_path()));
  return replace_file(path, as_bytes(text), 0644);
}

void remove_empty_user_data(const Browser& browser) {
  const std::filesystem::path top = configuration_directory();
  for (std::filesystem::path path = user_data_directory(browser); path != top; path = path.parent_path()) {
    if (::rmdir(path.c_str()) != 0) {
      return;
    }
  }
}

Result<bool> remove_host_manifest(const std::filesystem::path& user_data_directory) {
  const std::filesystem::path path = host_manifest_path(user_data_directory);
  if (::unlink(path.c_str()) == 0) {
    ::rmdir(path.parent_path().c_str());  // only when nothing else is in it
    return true;
  }
  if (errno == ENOENT || errno == ENOTDIR) {
    return false;
  }
  return tl::unexpected(errno_error("remove", path, errno));
}

}  // namespace libcos
