// What the administrator of the machine has decided for all its users. It wins over what a user has set.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cos/result.h"
#include "rules/host_list.h"

namespace libcos {

struct AdministratorPolicy {
  std::filesystem::path file;  // empty when there is none
  // By key, in the form in which the registry keeps settings.
  std::map<std::string, std::string, std::less<>> settings;
  // Absent: all may use the store that are not blocked.
  std::optional<HostList> allowed;
  HostList blocked;

  // The value that is decided; null when it is left to the user.
  [[nodiscard]] const std::string* setting(std::string_view key) const;
  // Whether pages of this host may use the store.
  [[nodiscard]] bool lets_use(std::string_view host) const;
};

// Reads the file. That there is none decides nothing; one that cannot be read or understood is an error: going on
// without it would let out what it was to keep in. Errors: kNotAllowed, naming the file and what is wrong with it.
Result<AdministratorPolicy> read_administrator_policy(const std::filesystem::path& file);

}  // namespace libcos
