// Origin and Site: who asks, and whom the same-site rule lets through (specification, section 2).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cos/result.h"

namespace libcos {

// A web origin. Either a tuple (scheme, host, port) in its canonical ASCII form, or opaque. Two opaque
// origins are never the same origin; is_same_origin() knows that, operator== compares the serializations.
class Origin {
 public:
  // Takes a serialized origin as a browser gives it: "https://example.com", "http://127.0.0.1:8080" or
  // "null". Anything that is not already in canonical form is refused: a browser never sends it.
  // Only http and https are tuple origins here. Errors: kType.
  static Result<Origin> from_serialized(std::string_view serialized);

  // Takes a URL as a developer writes it in `origins` or in a ceiling header, and returns its origin:
  // case, default port, user info, path and IDNA are normalized as the URL Standard does. Host forms
  // that need the Standard's number parsing ("0x7f.1", "127.1") are refused rather than guessed.
  // Errors: kType for anything without a non-opaque http(s) origin.
  static Result<Origin> from_url(std::string_view url);

  static Origin opaque() { return {}; }

  [[nodiscard]] bool is_opaque() const { return scheme_.empty(); }
  [[nodiscard]] const std::string& scheme() const { return scheme_; }
  [[nodiscard]] const std::string& host() const { return host_; }  // IPv6 in brackets
  [[nodiscard]] std::uint16_t port() const { return port_; }       // 0: the scheme's default
  [[nodiscard]] std::string serialize() const;                     // "null" when opaque
  [[nodiscard]] bool is_same_origin(const Origin& other) const { return !is_opaque() && *this == other; }

  friend auto operator<=>(const Origin&, const Origin&) = default;

 private:
  Origin() = default;

  std::string scheme_;
  std::string host_;
  std::uint16_t port_ = 0;
};

// A scheme and a registrable domain (or the host itself, where there is none: IP addresses, localhost,
// public suffixes). Ports are no part of a site.
struct Site {
  std::string serialized;  // "https://example.com"; empty for an opaque origin, which is same-site with nothing

  [[nodiscard]] bool is_same_site(const Site& other) const {
    return !serialized.empty() && serialized == other.serialized;
  }
  friend auto operator<=>(const Site&, const Site&) = default;
};

// The Public Suffix List. Immutable after construction; any thread may use it.
class PublicSuffixes {
 public:
  // The newer of the system's list and the one compiled into libpsl. Reads a file once.
  static PublicSuffixes newest();

  [[nodiscard]] Site site_of(const Origin& origin) const;

  PublicSuffixes(PublicSuffixes&&) noexcept;
  PublicSuffixes& operator=(PublicSuffixes&&) noexcept;
  ~PublicSuffixes();

 private:
  struct Context;
  explicit PublicSuffixes(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context_;
};

}  // namespace libcos
