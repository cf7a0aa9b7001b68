// The words that tests about the command line are written in.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <unordered_map>

#include "host/process.h"
#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {

using nlohmann::json;

inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool mentions(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

class CliTest : public testing::Test {
 protected:
  CliTest() { EXPECT_TRUE(store().set_setting("disk.reserve", "0")); }

  [[nodiscard]] Store store() const {
    auto opened = Store::open({home_.store(), {}});
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  [[nodiscard]] Finished cos(const std::vector<std::string>& arguments, RunOptions options = {}) const {
    std::vector<std::string> all{cos_executable()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    options.environment = home_.environment(options.environment);
    return run(all, options);
  }
  [[nodiscard]] int code_of(const std::vector<std::string>& arguments) const { return cos(arguments).code; }
  // The same after a shell did `first`, in which $0 is the home: what is about the directory that cos is started in.
  [[nodiscard]] Finished cos_after(const std::string& first, const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{"/bin/sh", "-c", first + " && exec \"$@\"", home_.path().string(), cos_executable()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all, {.environment = home_.environment()});
  }
  // The JSON that a command prints; fails the test when it prints anything else.
  [[nodiscard]] json json_of(std::vector<std::string> arguments, int code = 0) const {
    arguments.emplace_back("--json");
    const Finished finished = cos(arguments);
    EXPECT_EQ(finished.code, code) << finished.out << finished.err;
    EXPECT_TRUE(json::accept(finished.out)) << finished.out;
    EXPECT_EQ(finished.err, "");
    return json::parse(finished.out, nullptr, false);
  }

  std::filesystem::path file(const std::string& name, const std::string& text) const {
    std::ofstream(home_.path() / name, std::ios::binary) << text;
    return home_.path() / name;
  }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return home_.path() / name; }
  std::string add(const std::string& text) const {
    EXPECT_EQ(code_of({"add", file("added", text).string()}), 0);
    return hash_of(text).hex();
  }
  void damage(const std::string& text) const {
    const std::filesystem::path blob = StorePaths(home_.store()).blob(hash_of(text));
    ASSERT_EQ(::chmod(blob.c_str(), 0644), 0);
    std::fstream(blob, std::ios::in | std::ios::out | std::ios::binary) << '\1';
  }
  // Two texts whose hashes begin alike.
  [[nodiscard]] static std::pair<std::string, std::string> look_alikes() {
    std::unordered_map<std::string, std::string> seen;
    for (int i = 0;; ++i) {
      const std::string text = "text " + std::to_string(i);
      const auto [other, is_new] = seen.emplace(hash_of(text).hex().substr(0, 6), text);
      if (!is_new) {
        return {other->second, text};
      }
    }
  }

  const Home home_;
};

inline const std::string kUnknown(64, '0');
// For CliTest::cos_after().
inline constexpr const char* kInADeletedDirectory = "mkdir \"$0/gone\" && cd \"$0/gone\" && rmdir \"$0/gone\"";

}  // namespace libcos
