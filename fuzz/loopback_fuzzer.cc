// Bytes on a connection to the host's port. "@token", "@port", "@read" and "@write" stand for this host's own, so that
// requests get as far as they can. Without the token nothing may be let in.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "base/files.h"
#include "fuzz/support.h"
#include "host/loopback.h"
#include "store/digest.h"

using libcos::fuzz::require;

namespace {

constexpr const char* kExtension = "chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj";
constexpr std::string_view kText = "0123456789";

libcos::Hash hash_of_text() {
  libcos::Digest digest(libcos::HashAlgorithm::kSha256);
  digest.update(libcos::as_bytes(kText));
  return libcos::Hash::from_digest(libcos::HashAlgorithm::kSha256, digest.finish()).value();
}

// A host's port over a store in memory, for as long as the process runs.
class Server {
 public:
  Server() : store_(libcos::Store::open_private({}).value()), hash_(hash_of_text()) {
    for (const char* limit : {"rate.writes", "write.files"}) {
      require(store_.set_setting(limit, "0").has_value(), "a limit can be switched off");
    }
    auto writer = store_.begin_write(request()).value();
    require(writer.append(libcos::as_bytes(kText)).has_value() && writer.close().has_value(), "the store stores");
    loopback_ = libcos::Loopback::start(store_, tickets_, kExtension).value();
  }

  std::string answer(std::string text) {
    const auto session = std::make_shared<libcos::WriteSession>(store_.begin_write(request()).value());
    const std::string write = tickets_.issue_write(session);
    put_in(text, "@token", loopback_->token());
    put_in(text, "@port", std::to_string(loopback_->port()));
    put_in(text, "@read", tickets_.issue_read(hash_));
    put_in(text, "@write", write);
    std::string reply = exchange(text);
    tickets_.revoke_write(write);
    const bool knows_token = text.find(loopback_->token()) != std::string::npos;
    require(knows_token || reply.find("HTTP/1.1 2") == std::string::npos, "without the token nothing is let in");
    require(knows_token || reply.find(kText) == std::string::npos, "and no bytes come out");
    require(reply.find("ccess-") == std::string::npos, "no answer has a CORS header");
    return reply;
  }

 private:
  [[nodiscard]] libcos::WriteRequest request() const {
    return {libcos::Realm::local(), libcos::Origin::from_serialized("https://a.test").value(), hash_};
  }
  static void put_in(std::string& text, std::string_view word, const std::string& value) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size())) {
      text.replace(at, word.size(), value);
    }
  }
  [[nodiscard]] std::string exchange(const std::string& text) const {
    const libcos::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(loopback_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return {};  // ports run out before a fuzzer does
    }
    (void)::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    ::shutdown(socket.get(), SHUT_WR);
    std::string reply;
    char bytes[4096];
    for (ssize_t got = 0; (got = ::recv(socket.get(), bytes, sizeof bytes, 0)) > 0;) {
      reply.append(bytes, static_cast<std::size_t>(got));
    }
    const linger reset{1, 0};  // no connection is left behind waiting
    ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return reply;
  }

  libcos::Store store_;
  const libcos::Hash hash_;
  libcos::Tickets tickets_;
  std::unique_ptr<libcos::Loopback> loopback_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server server;
  (void)server.answer(std::string(libcos::fuzz::text_of(data, size)));
  return 0;
}
