// A browser profile with a real `cos host` under it, spoken to as the extension does.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cos/hash.h"
#include "host/process.h"
#include "scale/runs.h"

namespace libcos::scale {

using nlohmann::json;

// What processes see that use the store of `home`.
std::vector<std::string> environment_of(const std::filesystem::path& home);

class Browser {
 public:
  // The store of `home`, and a profile below it named by `digit`.
  Browser(const std::filesystem::path& home, char digit);

  // The handle of a create request, and a whole write through it. `bytes` are made piece by piece: calls the function
  // that it is given with each.
  using Pieces = std::function<void(const std::function<void(std::string_view)>&)>;
  std::string write(const std::string& origin, const Hash& hash, const Pieces& pieces);
  // Empty: not found.
  std::string find(const std::string& origin, const Hash& hash);
  void read(const std::string& handle, std::uint64_t begin, std::uint64_t end,
            const std::function<void(std::string_view)>& take);
  // Makes a marked file in the profile and has it replaced. Returns its path.
  std::filesystem::path hand_over(const std::string& handle);
  void release(const std::string& handle);
  void hang_up();

  // Of the host itself, below the "browser" that started it.
  [[nodiscard]] Holdings holdings() const;
  [[nodiscard]] std::size_t links() const;  // files in the profile

 private:
  [[nodiscard]] json ask(json message);
  [[nodiscard]] std::filesystem::path shelf() const;

  const std::filesystem::path home_;
  const char digit_;
  NativeHost host_;
  std::uint64_t marked_ = 0;
};

}  // namespace libcos::scale
