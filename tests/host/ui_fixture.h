// A host to which the extension's own pages speak.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/host_fixture.h"

namespace libcos {

class UserCommandsTest : public HostTest {
 protected:
  UserCommandsTest() : host_(home_.environment()) { EXPECT_EQ(refusal(host_.hello()), ""); }

  json ask(const std::string& command, json fields = json::object()) {
    fields["cmd"] = "ui." + command;
    return host_.ask(std::move(fields));
  }
  json entry(std::string_view text) { return ask("entry", {{"hash", json_of(hash_of(text))}}); }
  // The hashes of a whole list, page by page.
  std::vector<std::string> walk(json fields) {
    std::vector<std::string> hashes;
    for (int pages = 0; pages < 100; ++pages) {
      const json reply = ask("entries", fields);
      EXPECT_EQ(refusal(reply), "");
      for (const json& row : reply.at("entries")) {
        hashes.push_back(row.at("hash").at("value").get<std::string>());
      }
      if (!reply.contains("next")) {
        return hashes;
      }
      fields["after"] = reply.at("next");
    }
    ADD_FAILURE() << "the list does not end";
    return hashes;
  }

  NativeHost host_;
};

}  // namespace libcos
