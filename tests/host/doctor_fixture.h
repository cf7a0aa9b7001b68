// For tests of `cos doctor`: what it finds, and doing what it says.
#pragma once

#include <functional>
#include <string>

#include "host/phl_fixture.h"

namespace libcos {

class DoctorTest : public PhlTest {
 protected:
  [[nodiscard]] std::filesystem::path user_data() const { return home_.configuration() / "chromium"; }
  [[nodiscard]] std::filesystem::path manifest() const {
    return user_data() / "NativeMessagingHosts" / "dev.cos.host.json";
  }
  void install() const {
    std::filesystem::create_directories(user_data());
    EXPECT_EQ(code_of({"install", "--browser", "chromium"}), 0);
  }
  void change_manifest(const std::function<void(json&)>& change) const {
    json all = json::parse(content(manifest()));
    change(all);
    std::ofstream(manifest()) << all;
  }
  // A profile whose Preferences hold this record of the extension, or none.
  void make_profile(const json& record, const std::string& name = "Default") const {
    std::filesystem::create_directories(user_data() / name);
    json preferences{{"extensions", {{"settings", json::object()}}}};
    if (!record.is_null()) {
      preferences["extensions"]["settings"]["nfnjcpnlghcadaegalilihnljncmldfj"] = record;
    }
    std::ofstream(user_data() / name / "Preferences") << preferences;
  }
  [[nodiscard]] std::filesystem::path unpacked_extension(const std::string& version) const {
    std::filesystem::create_directories(path("extension"));
    file("extension/manifest.json", json{{"version", version}}.dump());
    return path("extension");
  }

  // The first finding of that name; null when there is none.
  [[nodiscard]] json finding(const std::string& check, int code) const {
    const json all = json_of({"doctor"}, code);
    for (const json& one : all.at("findings")) {
      if (one.at("check") == check) {
        return one;
      }
    }
    return {};
  }
  [[nodiscard]] std::string state_of(const std::string& check, int code = 0) const {
    const json found = finding(check, code);
    return found.is_null() ? "" : found.at("state").get<std::string>();
  }
  // What doctor says to do, done by a shell.
  void mend(const json& broken) const {
    ASSERT_FALSE(broken.is_null());
    const std::string command = broken.at("command");
    ASSERT_NE(command, "") << broken;
    const Finished done = run({"/bin/sh", "-c", "cos() { " + cos_executable() + " \"$@\"; }\n" + command},
                              {.environment = home_.environment()});
    EXPECT_EQ(done.code, 0) << command << "\n" << done.err;
  }
  // Whatever was broken is named, and good after what was named is done.
  void expect_mended(const std::string& check, const std::string& words) const {
    const json broken = finding(check, 1);
    ASSERT_FALSE(broken.is_null()) << check;
    EXPECT_EQ(broken.at("state"), "bad") << broken;
    EXPECT_TRUE(mentions(broken.at("sentence"), words)) << broken;
    mend(broken);
    EXPECT_EQ(state_of(check), "good");
  }
};

}  // namespace libcos
