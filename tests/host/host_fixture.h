// A host with a store of its own, and the words that tests about it are written in.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "host/process.h"
#include "store/store_fixture.h"

namespace libcos {

using nlohmann::json;

inline json caller(const std::string& origin) { return {{"origin", origin}, {"topLevelOrigin", origin}}; }

inline json json_of(const Hash& hash) {
  return {{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}};
}

// The name of a refusal; "" for a reply that is none.
inline std::string refusal(const json& reply) {
  return reply.at("ok").get<bool>() ? "" : reply.at("error").at("name").get<std::string>();
}

// What a request must carry to be let in.
inline std::map<std::string, std::string> good_headers(const NativeHost& host) {
  return {{"Host", "127.0.0.1:" + std::to_string(host.port())},
          {"Origin", NativeHost::kExtension},
          {"Authorization", "Bearer " + host.token()}};
}

inline std::string head(const std::string& method, const std::string& target,
                        const std::map<std::string, std::string>& headers) {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
  }
  return text + "\r\n";
}

inline HttpReply exchange(const NativeHost& host, const std::string& method, const std::string& target,
                          std::map<std::string, std::string> headers, std::string_view body = {}) {
  headers.emplace("Content-Length", std::to_string(body.size()));
  HttpConnection connection(host.port());
  connection.send(head(method, target, headers));
  connection.send(body);
  return connection.receive();
}

inline HttpReply put(const NativeHost& host, const std::string& ticket, std::string_view body,
                     const std::string& query = "?position=0") {
  return exchange(host, "PUT", "/write/" + ticket + query, good_headers(host), body);
}

inline HttpReply post(const NativeHost& host, const std::string& ticket, const std::string& range = {}) {
  auto headers = good_headers(host);
  if (!range.empty()) {
    headers["Range"] = range;
  }
  return exchange(host, "POST", "/read/" + ticket, headers);
}

// The handle of a create request.
inline std::string create(NativeHost& host, const std::string& origin, const Hash& hash, const json& origins = nullptr,
                          const json& ceiling = nullptr) {
  json request{{"cmd", "create"}, {"caller", caller(origin)}, {"hash", json_of(hash)}};
  if (!origins.is_null()) {
    request["origins"] = origins;
  }
  if (!ceiling.is_null()) {
    request["ceiling"] = ceiling;
  }
  return host.ask(request).at("handle").get<std::string>();
}

// The same of a frame of `origin` on a page of `page`.
inline std::string create_framed(NativeHost& host, const std::string& origin, const std::string& page,
                                 const Hash& hash) {
  const json caller{{"origin", origin}, {"topLevelOrigin", page}};
  return host.ask({{"cmd", "create"}, {"caller", caller}, {"hash", json_of(hash)}}).at("handle").get<std::string>();
}

struct OpenedWrite {
  std::string session;
  std::string ticket;
};

inline OpenedWrite open_write(NativeHost& host, const std::string& handle) {
  const json reply = host.ask({{"cmd", "write.open"}, {"handle", handle}});
  return {reply.at("session").get<std::string>(), reply.at("ticket").get<std::string>()};
}

inline json close_write(NativeHost& host, const std::string& session) {
  return host.ask({{"cmd", "write.close"}, {"session", session}});
}

// All of a page's write; returns the handle.
inline std::string store_text(NativeHost& host, const std::string& origin, std::string_view text,
                              const json& origins = nullptr, const json& ceiling = nullptr) {
  const std::string handle = create(host, origin, hash_of(text), origins, ceiling);
  const OpenedWrite write = open_write(host, handle);
  EXPECT_EQ(put(host, write.ticket, text).status, 204);
  EXPECT_EQ(refusal(close_write(host, write.session)), "");
  return handle;
}

inline json find(NativeHost& host, const std::string& origin, const Hash& hash) {
  return host.ask({{"cmd", "find"}, {"caller", caller(origin)}, {"hash", json_of(hash)}});
}

inline bool is_found(NativeHost& host, const std::string& origin, const Hash& hash) {
  return find(host, origin, hash).at("found").get<bool>();
}

inline std::string read_ticket(NativeHost& host, const std::string& handle) {
  return host.ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}}).at("ticket").get<std::string>();
}

inline json hello_message(const json& changes) {
  json message{
      {"cmd", "hello"}, {"protocol", 1}, {"extension", "0.1.0"}, {"realm", std::string(32, 'a')}, {"private", false}};
  message.update(changes);
  return message;
}

// Names, sizes and times of everything below a directory.
inline std::set<std::string> listing(const std::filesystem::path& directory) {
  std::set<std::string> all;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(directory, error), end; it != end; ++it) {
    struct stat status {};
    ::lstat(it->path().c_str(), &status);
    all.insert(it->path().string() + " " + std::to_string(status.st_size) + " " + std::to_string(mtime_ns(status)));
  }
  return all;
}

inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class HostTest : public testing::Test {
 protected:
  HostTest() {
    // Tests run on whatever disk there is.
    EXPECT_TRUE(store().set_setting("disk.reserve", "0"));
  }

  // Another process' view of the same store: ours.
  [[nodiscard]] Store store() const {
    auto opened = Store::open({home_.store(), {}});
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  void put_on_public_hash_list(const Hash& hash) const {
    EXPECT_TRUE(store().install_hash_list("// VERSION: test\n// ===BEGIN SHA-256===\n" + hash.hex() +
                                          "\n// ===END SHA-256===\n"));
  }
  [[nodiscard]] std::size_t entries() const {
    const auto all = store().list(std::nullopt, 1000);
    EXPECT_TRUE(all) << all.error().message;
    return all ? all->size() : 0;
  }
  [[nodiscard]] std::size_t incoming_files() const {
    const std::filesystem::directory_iterator files(home_.store() / "incoming");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  const Home home_;
};

}  // namespace libcos
