// Lists as their publisher puts them somewhere, for tests about `cos phl` and background updates.
#pragma once

#include <string>
#include <vector>

#include "host/cli_fixture.h"

namespace libcos {

class PhlTest : public CliTest {
 protected:
  static std::string text_of(const std::string& version, const std::vector<std::string>& core,
                             const std::vector<std::string>& hub = {}) {
    std::string text = "// VERSION: " + version + "\n// COMMIT: c0ffee\n// ===BEGIN SHA-256===\n";
    for (const std::string& name : core) {
      text += "// file " + name + "\n// https://cdn.test/" + name + "\n" + hash_of(name).hex() + "\n";
    }
    text += "// ===END SHA-256===\n// ===BEGIN SHA-256 HUGGING-FACE===\n";
    for (const std::string& name : hub) {
      text += hash_of(name).hex() + "\n";
    }
    return text + "// ===END SHA-256 HUGGING-FACE===\n";
  }
  // With its checksum beside it.
  std::filesystem::path publish(const std::string& name, const std::string& text) const {
    file(name + ".sha256", hash_of(text).hex() + "  " + name + "\n");
    return file(name, text);
  }
  std::filesystem::path publish(const std::string& name, const std::string& version,
                                const std::vector<std::string>& core, const std::vector<std::string>& hub = {}) const {
    return publish(name, text_of(version, core, hub));
  }
  [[nodiscard]] Finished update(const std::string& from, const std::vector<std::string>& environment = {}) const {
    return cos({"phl", "update", "--from", from}, {.environment = environment});
  }
  [[nodiscard]] json status() const { return json_of({"phl", "status"}); }
  [[nodiscard]] std::string version() const { return status().at("version"); }
  [[nodiscard]] bool is_listed(const std::string& text) const {
    return code_of({"phl", "check", hash_of(text).hex()}) == 0;
  }
};

}  // namespace libcos
