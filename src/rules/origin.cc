#include "cos/origin.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

namespace libcos {
namespace {

constexpr std::string_view kForbiddenHostChars = " #%/:<>?@[\\]^|\"`{}\x7f";

tl::unexpected<Error> not_an_origin() { return fail(ErrorCode::kType, "Not a URL with an http or https origin."); }

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> canonical_ipv6(std::string_view inside) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET6, std::string(inside).c_str(), &address) != 1) {
    return std::nullopt;
  }
  if (IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address)) {
    // inet_ntop writes these with a dotted tail, the URL Standard in hexadecimal; refused, not guessed.
    if (!IN6_IS_ADDR_LOOPBACK(&address)) {
      return std::nullopt;
    }
  }
  if (inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return "[" + std::string(text.data()) + "]";
}

// A host whose last label is a number is an IPv4 address for the URL Standard, or no host at all.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  const std::string_view last = host.substr(host.rfind('.') == std::string_view::npos ? 0 : host.rfind('.') + 1);
  return is_digits(last) || last.starts_with("0x");
}

std::optional<std::string> canonical_ipv4(const std::string& host) {
  in_addr address{};
  std::array<char, INET_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET, host.c_str(), &address) != 1 ||
      inet_ntop(AF_INET, &address, text.data(), text.size()) == nullptr || host != text.data()) {
    return std::nullopt;
  }
  return host;
}

std::optional<std::string> to_ascii_domain(std::string_view host) {
  char* ascii = nullptr;
  const std::string input(host);
  if (idn2_to_ascii_8z(input.c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
    return std::nullopt;
  }
  std::string result = ascii_lower(ascii);
  idn2_free(ascii);
  return result;
}

std::optional<std::string> canonical_host(std::string_view host) {
  // What parses addresses and domains takes a zero byte for the end, and would see another host than is written.
  if (host.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return canonical_ipv6(host.substr(1, host.size() - 2));
  }
  std::optional<std::string> domain = is_ascii(host) ? ascii_lower(host) : to_ascii_domain(host);
  if (!domain || domain->empty() || domain->size() > 253 || *domain == "." || domain->find("..") != std::string::npos ||
      domain->front() == '.') {
    return std::nullopt;
  }
  for (const char c : *domain) {
    if (static_cast<unsigned char>(c) <= 0x20 || kForbiddenHostChars.find(c) != std::string_view::npos) {
      return std::nullopt;
    }
  }
  return ends_in_number(*domain) ? canonical_ipv4(*domain) : domain;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// "" or ":digits" → the port, 0 for the scheme's default.
std::optional<std::uint16_t> parse_port(std::string_view scheme, std::string_view text) {
  if (text.empty()) {
    return std::uint16_t{0};
  }
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (!is_digits(text) || error != std::errc{} || end != text.data() + text.size() || port > 65535) {
    return std::nullopt;
  }
  return port == default_port(scheme) ? std::uint16_t{0} : static_cast<std::uint16_t>(port);
}

// Splits "host", "host:port" and "[v6]:port".
std::pair<std::string_view, std::string_view> split_port(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
    return {authority, {}};
  }
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

// The URL Standard strips C0 controls and spaces at both ends, and tabs and newlines everywhere.
std::string strip_for_parsing(std::string_view url) {
  const auto is_c0_or_space = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!url.empty() && is_c0_or_space(url.front())) {
    url.remove_prefix(1);
  }
  while (!url.empty() && is_c0_or_space(url.back())) {
    url.remove_suffix(1);
  }
  std::string stripped;
  std::copy_if(url.begin(), url.end(), std::back_inserter(stripped),
               [](char c) { return c != '\t' && c != '\n' && c != '\r'; });
  return stripped;
}

}  // namespace

Result<Origin> Origin::from_url(std::string_view url) {
  const std::string text = strip_for_parsing(url);
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    return not_an_origin();
  }
  Origin origin;
  origin.scheme_ = ascii_lower(std::string_view(text).substr(0, colon));
  if (origin.scheme_ != "https" && origin.scheme_ != "http") {
    return not_an_origin();
  }
  // In a special scheme any run of slashes and backslashes leads to the authority.
  const std::size_t begin = text.find_first_not_of("/\\", colon + 1);
  if (begin == std::string::npos) {
    return not_an_origin();
  }
  std::string_view authority = std::string_view(text).substr(begin);
  authority = authority.substr(0, authority.find_first_of("/\\?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  const auto [host_text, port_text] = split_port(authority);
  std::optional<std::string> host = canonical_host(host_text);
  const std::optional<std::uint16_t> port = parse_port(origin.scheme_, port_text);
  if (!host || !port) {
    return not_an_origin();
  }
  origin.host_ = std::move(*host);
  origin.port_ = *port;
  return origin;
}

Result<Origin> Origin::from_serialized(std::string_view serialized) {
  if (serialized == "null") {
    return Origin{};
  }
  Result<Origin> origin = from_url(serialized);
  if (!origin || origin->serialize() != serialized) {
    return fail(ErrorCode::kType, "Not a serialized origin.");
  }
  return origin;
}

std::string Origin::serialize() const {
  if (is_opaque()) {
    return "null";
  }
  std::string text = scheme_ + "://" + host_;
  if (port_ != 0) {
    text += ":" + std::to_string(port_);
  }
  return text;
}

}  // namespace libcos
