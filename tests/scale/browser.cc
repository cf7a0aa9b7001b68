#include "scale/browser.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "scale/population.h"
#include "support/store_words.h"

namespace libcos::scale {
namespace {

namespace fs = std::filesystem;

// The browser is a shell with that argument, which starts the host and waits for it.
std::vector<std::string> browser(const fs::path& user_data) {
  return {
      "/bin/sh", "-c", "\"$1\" host; exit $?", "browser", cos_executable(), "--user-data-dir=" + user_data.string()};
}

json caller(const std::string& origin) {
  return {{"origin", origin}, {"topLevelOrigin", origin}, {"userActivation", true}};
}

json json_of(const Hash& hash) { return {{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}}; }

std::string head(const NativeHost& host, const std::string& request, const std::string& more) {
  return request + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(host.port()) +
         "\r\nOrigin: " + NativeHost::kExtension + "\r\nAuthorization: Bearer " + host.token() + "\r\n" + more +
         "\r\n\r\n";
}

}  // namespace

std::vector<std::string> environment_of(const fs::path& home) {
  return {"PATH=/usr/bin:/bin", "HOME=" + home.string(), "COS_HOME=" + (home / "store").string(),
          "XDG_CONFIG_HOME=" + (home / "config").string(), "XDG_DATA_HOME=" + (home / "data").string()};
}

Browser::Browser(const fs::path& home, char digit)
    : home_(home), digit_(digit), host_(environment_of(home), browser(home / std::string(1, digit))) {
  fs::create_directories(shelf());
  host_.hello(digit);
}

fs::path Browser::shelf() const {
  return home_ / std::string(1, digit_) / "Default" / "File System" / "000" / "t" / "00";
}

json Browser::ask(json message) {
  const std::string what = message.dump();
  json reply = host_.ask(std::move(message));
  if (!reply.at("ok").get<bool>()) {
    give_up(what + " was answered with " + reply.dump());
  }
  return reply;
}

std::string Browser::write(const std::string& origin, const Hash& hash, const Pieces& pieces) {
  const std::string handle =
      ask({{"cmd", "create"}, {"caller", caller(origin)}, {"hash", json_of(hash)}, {"origins", "*"}}).at("handle");
  const json opened = ask({{"cmd", "write.open"}, {"handle", handle}});
  HttpConnection connection(host_.port());
  std::uint64_t position = 0;
  pieces([&](std::string_view piece) {
    connection.send(
        head(host_, "PUT /write/" + opened.at("ticket").get<std::string>() + "?position=" + std::to_string(position),
             "Content-Length: " + std::to_string(piece.size())));
    connection.send(piece);
    if (connection.receive().status != 204) {
      give_up("A write was refused at " + std::to_string(position) + ".");
    }
    position += piece.size();
  });
  (void)ask({{"cmd", "write.close"}, {"session", opened.at("session")}});
  return handle;
}

std::string Browser::find(const std::string& origin, const Hash& hash) {
  const json reply = ask({{"cmd", "find"}, {"caller", caller(origin)}, {"hash", json_of(hash)}});
  return reply.at("found").get<bool>() ? reply.at("handle").get<std::string>() : std::string();
}

void Browser::read(const std::string& handle, std::uint64_t begin, std::uint64_t end,
                   const std::function<void(std::string_view)>& take) {
  const json opened = ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}});
  HttpConnection connection(host_.port());
  connection.send(head(host_, "POST /read/" + opened.at("ticket").get<std::string>(),
                       "Content-Length: 0\r\nRange: bytes=" + std::to_string(begin) + "-" + std::to_string(end - 1)));
  if (const int status = connection.receive(take).status; status != 206) {
    give_up("A read was answered with " + std::to_string(status) + ".");
  }
}

fs::path Browser::hand_over(const std::string& handle) {
  // The realm and 32 digits of the extension's choice.
  std::string number = std::to_string(++marked_);
  const std::string marker = std::string(32, digit_) + std::string(32 - number.size(), '0') + number;
  const fs::path path = shelf() / number;
  std::ofstream(path) << "cos-handover-marker-v1:" << marker;
  (void)ask({{"cmd", "handover"}, {"handle", handle}, {"marker", marker}});
  return path;
}

void Browser::release(const std::string& handle) { (void)ask({{"cmd", "release"}, {"handles", {handle}}}); }

void Browser::hang_up() {
  host_.hang_up();
  (void)host_.wait();
}

Holdings Browser::holdings() const {
  const std::string shell = std::to_string(host_.pid());
  std::ifstream children("/proc/" + shell + "/task/" + shell + "/children");
  int host = 0;
  children >> host;
  return holdings_of(host);
}

std::size_t Browser::links() const {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(shelf()), fs::directory_iterator()));
}

}  // namespace libcos::scale
