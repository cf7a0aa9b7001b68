#include "host/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "base/files.h"
#include "base/try.h"
#include "cos/version.h"

namespace libcos {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;
constexpr long kConnectSeconds = 30;
constexpr long kStalledSeconds = 60;
constexpr long kStalledBytesPerSecond = 256;
constexpr long kMostRedirects = 5;

struct Free {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

tl::unexpected<Error> too_large(const std::string& from, std::uint64_t most) {
  return fail(ErrorCode::kIo, from + " is larger than " + std::to_string(most) + " bytes.",
              "No list is that large: check the address.");
}

// O_NONBLOCK: a pipe is opened without its writer, to be refused.
Result<UniqueFd> open_to_read(const std::string& path) {
  while (true) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
      return UniqueFd(fd);
    }
    const int why = errno;
    if (why == ENOENT || why == ENOTDIR) {
      return fail(ErrorCode::kNotFound, "There is no file " + path + ".");
    }
    if (why != EINTR) {
      return tl::unexpected<Error>(errno_error("open", path, why));
    }
  }
}

Status read_path(const std::string& path, std::uint64_t most, const FetchSink& sink, const Progress& progress) {
  COS_TRY(const UniqueFd fd, open_to_read(path));
  COS_TRY(const struct stat status, stat_of(fd));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kIo, path + " is not a regular file.");
  }
  const auto total = static_cast<std::uint64_t>(status.st_size);
  std::vector<std::uint8_t> piece(static_cast<std::size_t>(std::clamp<std::uint64_t>(total, 1, kPiece)));
  for (std::uint64_t done = 0;;) {
    COS_TRY(const std::size_t got, read_at(fd, piece, done));
    if (got == 0) {
      return {};
    }
    done += got;
    if (done > most) {
      return too_large(path, most);
    }
    COS_CHECK(sink({piece.data(), got}));
    if (progress && !progress(done, total)) {
      return fail(ErrorCode::kAborted, "Stopped.");
    }
  }
}

// "file:///a%20b" → "/a b"
std::optional<std::string> path_of_file_url(std::string_view url) {
  constexpr std::string_view kScheme = "file://";
  std::string_view rest = url.substr(kScheme.size());
  constexpr std::string_view kLocalhost = "localhost/";
  if (rest.starts_with(kLocalhost)) {
    rest.remove_prefix(kLocalhost.size() - 1);
  }
  if (!rest.starts_with('/')) {
    return std::nullopt;
  }
  int length = 0;
  const std::string escaped(rest);
  char* text = curl_easy_unescape(nullptr, escaped.c_str(), static_cast<int>(escaped.size()), &length);
  if (text == nullptr) {
    return std::nullopt;
  }
  std::string path(text, static_cast<std::size_t>(length));
  curl_free(text);
  return path.find('\0') == std::string::npos ? std::optional(path) : std::nullopt;
}

// What the callbacks of one transfer share.
struct Transfer {
  const std::string& from;
  std::uint64_t most;
  const FetchSink& sink;
  const Progress& progress;
  std::uint64_t done = 0;
  Status failure = {};
};

std::size_t take_piece(char* data, std::size_t /*one*/, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.done += size;
  transfer.failure = transfer.done > transfer.most ? too_large(transfer.from, transfer.most)
                                                   : transfer.sink({reinterpret_cast<const std::uint8_t*>(data), size});
  return transfer.failure ? size : CURL_WRITEFUNC_ERROR;
}

int tell_progress(void* context, curl_off_t total, curl_off_t /*done*/, curl_off_t /*up*/, curl_off_t /*up_total*/) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.progress &&
      !transfer.progress(transfer.done, static_cast<std::uint64_t>(std::max<curl_off_t>(0, total)))) {
    transfer.failure = fail(ErrorCode::kAborted, "Stopped.");
    return 1;
  }
  return 0;
}

bool configure(CURL* curl, Transfer& transfer, std::array<char, CURL_ERROR_SIZE>& words) {
  bool good = true;
  const auto set = [&](CURLoption option, auto value) { good &= curl_easy_setopt(curl, option, value) == CURLE_OK; };
  set(CURLOPT_URL, transfer.from.c_str());
  set(CURLOPT_PROTOCOLS_STR, "https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, kMostRedirects);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  set(CURLOPT_LOW_SPEED_LIMIT, kStalledBytesPerSecond);
  set(CURLOPT_ACCEPT_ENCODING, "");  // whatever is built in; the bound is on what comes out
  set(CURLOPT_USERAGENT, "cos/" COS_VERSION);
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_WRITEFUNCTION, &take_piece);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_XFERINFOFUNCTION, &tell_progress);
  set(CURLOPT_XFERINFODATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  const char* authorities = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  if (authorities != nullptr && *authorities != '\0') {
    set(CURLOPT_CAINFO, authorities);
  }
  return good;
}

Status fetch_https(Transfer transfer) {
  static const bool kReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  const std::unique_ptr<CURL, Free> curl(kReady ? curl_easy_init() : nullptr);
  std::array<char, CURL_ERROR_SIZE> words{};
  if (!curl || !configure(curl.get(), transfer, words)) {
    return fail(ErrorCode::kUnavailable, "libcurl cannot do what fetching safely takes.", "Install a newer libcurl.");
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) {
    return {};
  }
  if (!transfer.failure) {
    return transfer.failure;
  }
  const std::string why = words[0] != '\0' ? words.data() : curl_easy_strerror(code);
  const std::string message = "Cannot fetch " + transfer.from + ": " + why + ".";
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR: {
      long status = 0;
      curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
      return fail(status == 404 || status == 410 ? ErrorCode::kNotFound : ErrorCode::kIo, message);
    }
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorCode::kIo, message, "It leads to an address without https, which is never followed.");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ErrorCode::kIo, message, "The server's certificate is not one that this machine trusts.");
    default:
      return fail(ErrorCode::kIo, message, "Try again when the network and the server are well.");
  }
}

}  // namespace

Status fetch(const std::string& from, std::uint64_t most, const FetchSink& sink, const Progress& progress) {
  if (from.starts_with("https://")) {
    return fetch_https({from, most, sink, progress});
  }
  if (from.starts_with("file://")) {
    const auto path = path_of_file_url(from);
    if (!path) {
      return fail(ErrorCode::kType, from + " names no file of this machine.", "Write it as file:///path.");
    }
    return read_path(*path, most, sink, progress);
  }
  if (from.find("://") != std::string::npos) {
    return fail(ErrorCode::kType, from + " is not fetched: on its way, anybody could change it.",
                "Use an address that begins with https://, or download the file and give its path.");
  }
  return read_path(from, most, sink, progress);
}

Result<std::string> fetch_text(const std::string& from, std::uint64_t most, const Progress& progress) {
  std::string text;
  COS_CHECK(fetch(
      from, most,
      [&](std::span<const std::uint8_t> bytes) -> Status {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
      },
      progress));
  return text;
}

}  // namespace libcos
