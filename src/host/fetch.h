// Bytes from elsewhere: the only place where cos goes to the network. https: only, redirects included;
// certificates are always verified.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "cos/result.h"
#include "cos/store.h"

namespace libcos {

using FetchSink = std::function<Status(std::span<const std::uint8_t>)>;

// Gives the bytes at an https: or file: URL, or at a path, to `sink`, piece by piece; `most` of them.
// `progress` may be empty; the total it is told is 0 when the server does not say it. $SSL_CERT_FILE replaces
// the system's certificate authorities, as it does for OpenSSL's and curl's own programs.
// Errors: kNotFound; kType for another kind of address; kAborted when `progress` says so; kIo.
Status fetch(const std::string& from, std::uint64_t most, const FetchSink& sink, const Progress& progress);

// The same for a few bytes.
Result<std::string> fetch_text(const std::string& from, std::uint64_t most, const Progress& progress);

}  // namespace libcos
