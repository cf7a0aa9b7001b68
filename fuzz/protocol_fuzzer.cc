// A conversation with the host: a JSON request a line, each in the place of what a browser sends. "@handle" and
// "@session" stand for the last ones that the host gave. Everything happens in a private window: no disk, no network.
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/support.h"
#include "host/session.h"

using libcos::fuzz::require;
using nlohmann::json;

namespace {

constexpr std::size_t kLargestMessageOut = 1'000'000;
constexpr std::size_t kMostRequests = 64;

class Conversation {
 public:
  void say(std::string text) {
    put_in(text, "@handle", handle_);
    put_in(text, "@session", session_);
    json request = json::parse(text, nullptr, false);
    if (!request.is_object()) {
      return;  // read_message() lets nothing else through
    }
    if (request.value("cmd", json()) == "hello") {
      request["private"] = true;
      request["protocol"] = request.value("protocol", json(1));
    }
    const auto id = request.find("id");
    ++asked_[id != request.end() && id->is_number_integer() ? id->dump() : "null"];
    host_->handle(request);
    const std::lock_guard lock(mutex_);
    handle_ = member("handle", handle_);
    session_ = member("session", session_);
  }

  // Each request has had its one answer when the host has ended.
  void end() {
    host_.reset();
    std::map<std::string, int> answered;
    for (const json& reply : replies_) {
      ++answered[reply.at("id").dump()];
      require(reply.at("ok").is_boolean(), "a reply says whether it went well");
      require(reply.at("ok").get<bool>() || reply.at("error").at("name").is_string(), "and if not, why");
      require(reply.dump(-1, ' ', false, json::error_handler_t::replace).size() <= kLargestMessageOut,
              "no message to the browser is too long");
    }
    require(answered == asked_, "every request is answered once");
  }

 private:
  static void put_in(std::string& text, const std::string& word, const std::string& value) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size())) {
      text.replace(at, word.size(), value);
    }
  }
  [[nodiscard]] std::string member(const char* name, const std::string& before) const {
    return replies_.empty() || !replies_.back().contains(name) ? before : replies_.back().at(name).get<std::string>();
  }

  std::mutex mutex_;  // guards replies_
  std::vector<json> replies_;
  std::map<std::string, int> asked_;
  std::string handle_ = "none";
  std::string session_ = "none";
  std::unique_ptr<libcos::Session> host_ = std::make_unique<libcos::Session>(
      "chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj", [this](const json& reply) {
        const std::lock_guard lock(mutex_);
        replies_.push_back(reply);
      });
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libcos::fuzz::Cutter input(data, size);
  Conversation conversation;
  conversation.say(R"({"id":0,"cmd":"hello","protocol":1})");
  for (std::size_t i = 0; i < kMostRequests && !input.empty(); ++i) {
    conversation.say(std::string(input.line()));
  }
  conversation.end();
  return 0;
}
