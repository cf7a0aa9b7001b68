#include "host/extensions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "base/files.h"
#include "host/browsers.h"
#include "host/json_values.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargestPreferences = std::size_t{64} << 20U;
constexpr std::size_t kLargestManifest = std::size_t{1} << 20U;

// "chrome-extension://ID/"
std::string extension_id() {
  constexpr std::string_view kScheme = "chrome-extension://";
  return std::string(kExtensionOrigin.substr(kScheme.size(), kExtensionOrigin.size() - kScheme.size() - 1));
}

json read_json(const fs::path& path, std::size_t most) {
  const Result<std::string> text = read_small_file(path, most);
  return text ? json::parse(*text, nullptr, false) : json(json::value_t::discarded);
}

const json* member(const json* value, const std::string& key) {
  if (value == nullptr || !value->is_object()) {
    return nullptr;
  }
  const auto found = value->find(key);
  return found == value->end() ? nullptr : &*found;
}

// Older browsers keep a number of bits, newer ones a list.
bool is_enabled(const json& record) {
  const json* reasons = member(&record, "disable_reasons");
  const json* state = member(&record, "state");
  const bool disabled = reasons != nullptr && ((reasons->is_array() && !reasons->empty()) ||
                                               (reasons->is_number_integer() && reasons->get<std::int64_t>() != 0));
  return !disabled && (state == nullptr || *state != 0);
}

InstalledExtension described(const fs::path& profile, const json& record) {
  InstalledExtension found{profile, {}, {}, is_enabled(record)};
  if (const auto path = string_at(record, "path"); path && !path->empty()) {
    // An unpacked one has a path of its own, one from a shop a path below the profile.
    found.directory = fs::path(*path).is_absolute() ? fs::path(*path) : profile / "Extensions" / *path;
    found.version = extension_version(found.directory);
  }
  return found;
}

// The record of our extension in what the profile has written down. Sets `readable` when it could be looked at.
std::optional<InstalledExtension> look_into(const fs::path& profile, bool& readable) {
  for (const char* name : {"Secure Preferences", "Preferences"}) {
    const json preferences = read_json(profile / name, kLargestPreferences);
    if (!preferences.is_object()) {
      continue;
    }
    readable = true;
    const json* settings = member(member(&preferences, "extensions"), "settings");
    const json* record = member(settings, extension_id());
    if (record != nullptr && record->is_object()) {
      return described(profile, *record);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string extension_version(const fs::path& directory) {
  const json manifest = read_json(directory / "manifest.json", kLargestManifest);
  return manifest.is_object() ? string_at(manifest, "version").value_or("") : "";
}

ProfileExtensions find_extension(const fs::path& user_data_directory) {
  ProfileExtensions all;
  std::error_code error;
  for (fs::directory_iterator it(user_data_directory, error), end; !error && it != end; it.increment(error)) {
    if (stat_of(it->path() / "Preferences")) {
      all.profiles.push_back(it->path());
    }
  }
  std::sort(all.profiles.begin(), all.profiles.end());
  for (const fs::path& profile : all.profiles) {
    bool readable = false;
    if (auto found = look_into(profile, readable)) {
      all.installed.push_back(std::move(*found));
    }
    all.unreadable += readable ? 0U : 1U;
  }
  return all;
}

}  // namespace libcos
