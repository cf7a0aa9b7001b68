#include "host/loopback.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/random.h"
#include "base/try.h"
#include "host/doorman.h"
#include "host/http_values.h"
#include "host/public_sentence.h"

namespace libcos {
namespace {

constexpr std::size_t kTokenBytes = 32;
// A thread each. Strangers are fewer than this, so the extension always finds a place.
constexpr unsigned kMostConnections = 256;
constexpr unsigned kIdleSeconds = 60;
constexpr std::size_t kConnectionBuffer = std::size_t{512} << 10U;
constexpr std::string_view kBearer = "Bearer ";

struct FreeResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, FreeResponse>;

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};

std::string_view header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// Takes the same time wherever two secrets first differ.
bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

int socket_of(MHD_Connection* connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

MHD_Result reply_empty(MHD_Connection* connection, unsigned status) {
  const Response response(MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT));
  return MHD_queue_response(connection, status, response.get());
}

unsigned http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kQuotaExceeded:
      return 507;
    case ErrorCode::kInvalidState:
    case ErrorCode::kType:
      return 400;
    default:
      return 500;
  }
}

MHD_Result reply_error(MHD_Connection* connection, const Error& error) {
  std::string body = nlohmann::json{{"name", dom_name(error.code)}, {"message", public_sentence(error)}}.dump();
  const Response response(MHD_create_response_from_buffer(body.size(), body.data(), MHD_RESPMEM_MUST_COPY));
  MHD_add_response_header(response.get(), "Content-Type", "application/json");
  return MHD_queue_response(connection, http_status(error.code), response.get());
}

// One PUT, between its header and its last byte.
struct Upload {
  std::shared_ptr<WriteSession> session;
  std::uint64_t position = 0;
  std::optional<Error> error;  // further bytes are taken and dropped, so that the browser reads our answer
};

class Server final : public Loopback {
 public:
  Server(Store& store, Tickets& tickets, std::string origin)
      : store_(store), tickets_(tickets), origin_(std::move(origin)), token_(random_hex(kTokenBytes)) {}

  Status listen() {
    // A socket of our own, so that the port is known before the daemon's first thread asks for it.
    UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (!listener.valid() || ::bind(listener.get(), any, size) != 0 || ::listen(listener.get(), SOMAXCONN) != 0 ||
        ::getsockname(listener.get(), any, &size) != 0) {
      return fail(ErrorCode::kIo, "Cannot listen on 127.0.0.1.");
    }
    port_ = ntohs(address.sin_port);
    host_ = "127.0.0.1:" + std::to_string(port_);
    daemon_.reset(MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC, 0, &Server::on_accept, this,
        &Server::on_request, this, MHD_OPTION_LISTEN_SOCKET, listener.get(), MHD_OPTION_NOTIFY_CONNECTION,
        &Server::on_connection, this, MHD_OPTION_NOTIFY_COMPLETED, &Server::on_completed, this,
        MHD_OPTION_CONNECTION_LIMIT, kMostConnections, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBuffer, MHD_OPTION_END));
    if (!daemon_) {
      return fail(ErrorCode::kIo, "Cannot listen on 127.0.0.1.");
    }
    (void)listener.release();  // the daemon closes it
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] const std::string& token() const override { return token_; }

 private:
  static MHD_Result on_accept(void* self, const sockaddr* peer, socklen_t size) {
    auto* const server = static_cast<Server*>(self);
    return server->doorman_.is_own_user(peer, size, server->port_) ? MHD_YES : MHD_NO;
  }

  static void on_connection(void* self, MHD_Connection* connection, void** /*context*/,
                            MHD_ConnectionNotificationCode what) {
    Doorman& doorman = static_cast<Server*>(self)->doorman_;
    what == MHD_CONNECTION_NOTIFY_STARTED ? doorman.entered(socket_of(connection))
                                          : doorman.left(socket_of(connection));
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method,
                               const char* /*version*/, const char* data, std::size_t* size, void** context) {
    return static_cast<Server*>(self)->serve(connection, url, method, data, size, context);
  }

  static void on_completed(void* /*self*/, MHD_Connection* /*connection*/, void** context,
                           MHD_RequestTerminationCode how) {
    const std::unique_ptr<Upload> upload(static_cast<Upload*>(*context));
    *context = nullptr;
    if (upload && upload->session && how != MHD_REQUEST_TERMINATED_COMPLETED_OK) {
      const std::lock_guard lock(upload->session->mutex);
      upload->session->broken = true;
    }
  }

  bool may_enter(MHD_Connection* connection) const {
    const std::string_view authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    return header(connection, MHD_HTTP_HEADER_HOST) == host_ && header(connection, MHD_HTTP_HEADER_ORIGIN) == origin_ &&
           authorization.starts_with(kBearer) && same_secret(authorization.substr(kBearer.size()), token_);
  }

  MHD_Result serve(MHD_Connection* connection, std::string_view url, std::string_view method, const char* data,
                   std::size_t* size, void** context) {
    if (*context != nullptr) {
      return take_bytes(connection, *static_cast<Upload*>(*context), data, size);
    }
    constexpr std::string_view kRead = "/read/";
    constexpr std::string_view kWrite = "/write/";
    if (may_enter(connection)) {
      doorman_.let_in(socket_of(connection));
      if (method == "POST" && url.starts_with(kRead)) {
        if (const auto hash = tickets_.redeem_read(url.substr(kRead.size()))) {
          return send_entry(connection, *hash);
        }
      } else if (method == "PUT" && url.starts_with(kWrite)) {
        if (auto session = tickets_.find_write(url.substr(kWrite.size()))) {
          return begin_upload(connection, std::move(session), context);
        }
      }
    }
    return reply_empty(connection, MHD_HTTP_FORBIDDEN);
  }

  MHD_Result send_entry(MHD_Connection* connection, const Hash& hash) {
    const Result<Reader> reader = store_.open_entry(hash);
    if (!reader) {
      return reply_empty(connection, MHD_HTTP_NOT_FOUND);
    }
    const std::string_view wanted = header(connection, MHD_HTTP_HEADER_RANGE);
    const std::optional<ByteRange> range = parse_range(wanted, reader->size());
    const std::uint64_t first = range ? range->first : 0;
    const std::uint64_t length = range ? range->last - range->first + 1 : reader->size();
    if (!reader->check(first, length)) {
      return reply_empty(connection, MHD_HTTP_NOT_FOUND);
    }
    // The response closes its descriptor; the Reader's goes with this function.
    const int fd = ::fcntl(reader->descriptor(), F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
      return reply_empty(connection, MHD_HTTP_INTERNAL_SERVER_ERROR);
    }
    const Response response(MHD_create_response_from_fd_at_offset64(length, fd, first));
    MHD_add_response_header(response.get(), "Content-Type", "application/octet-stream");
    MHD_add_response_header(response.get(), "Cache-Control", "no-store");
    if (range) {
      const std::string content_range = "bytes " + std::to_string(range->first) + "-" + std::to_string(range->last) +
                                        "/" + std::to_string(reader->size());
      MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONTENT_RANGE, content_range.c_str());
    }
    return MHD_queue_response(connection, range ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response.get());
  }

  static MHD_Result begin_upload(MHD_Connection* connection, std::shared_ptr<WriteSession> session, void** context) {
    const char* argument = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "position");
    const auto position = argument == nullptr ? std::optional<std::uint64_t>(0) : parse_number(argument);
    auto upload = std::make_unique<Upload>();
    upload->session = std::move(session);
    upload->position = position.value_or(0);
    if (!position) {
      upload->error = Error{ErrorCode::kType, "The position is not a number.", {}};
    }
    *context = upload.release();  // on_completed takes it back
    return MHD_YES;
  }

  static MHD_Result take_bytes(MHD_Connection* connection, Upload& upload, const char* data, std::size_t* size) {
    if (*size == 0) {
      return upload.error ? reply_error(connection, *upload.error) : reply_empty(connection, MHD_HTTP_NO_CONTENT);
    }
    if (!upload.error) {
      const std::lock_guard lock(upload.session->mutex);
      const Status written = upload.session->writer.write(upload.position, as_bytes({data, *size}));
      if (!written) {
        upload.error = written.error();
      }
      upload.position += *size;
    }
    *size = 0;
    return MHD_YES;
  }

  Store& store_;
  Tickets& tickets_;
  const std::string origin_;
  const std::string token_;
  std::string host_;
  std::uint16_t port_ = 0;
  Doorman doorman_;
  std::unique_ptr<MHD_Daemon, StopDaemon> daemon_;  // last: stops before what its threads use goes
};

}  // namespace

Result<std::unique_ptr<Loopback>> Loopback::start(Store& store, Tickets& tickets, std::string origin) {
  auto server = std::make_unique<Server>(store, tickets, std::move(origin));
  COS_CHECK(server->listen());
  return std::unique_ptr<Loopback>(std::move(server));
}

}  // namespace libcos
