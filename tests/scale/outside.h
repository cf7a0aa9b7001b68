// The same operations as people meet them: a page's requests through a host, and whole commands.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scale/browser.h"
#include "scale/operations.h"

namespace libcos::scale {

class Outside {
 public:
  // The store of `home`, populated with `entries`.
  Outside(std::filesystem::path home, std::size_t entries);

  [[nodiscard]] std::vector<Operation> operations();

 private:
  void command(const std::vector<std::string>& arguments) const;

  const std::filesystem::path home_;
  const std::size_t entries_;
  Browser browser_;
};

}  // namespace libcos::scale
