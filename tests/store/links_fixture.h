// For tests of hand-over links: files as the extension leaves them in the browser's profile.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "store/store_fixture.h"

namespace libcos {

inline const std::string kA = "https://a.test";
inline const Site kPage{"https://a.test"};

class LinksTest : public StoreTest {
 protected:
  // A file as the extension leaves it in the browser's profile.
  std::filesystem::path marked(const std::string& name) {
    const auto path = temp_.path() / "profile" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "marker";
    return path;
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::uintmax_t names_of_blob(const Hash& hash) const {
    return std::filesystem::hard_link_count(blob_path(hash));
  }
};

}  // namespace libcos
