// A URL as a page or a header gives it, into an origin and a site.
#include <algorithm>

#include "cos/origin.h"
#include "fuzz/support.h"

using libcos::fuzz::require;

namespace {

bool is_host_character(char c) {
  const bool plain = c > 0x20 && c < 0x7f && !(c >= 'A' && c <= 'Z');
  return plain && std::string_view("#%/<>?@\\^|\"`{}").find(c) == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const libcos::PublicSuffixes suffixes = libcos::PublicSuffixes::newest();
  const std::string_view text = libcos::fuzz::text_of(data, size);
  const auto strict = libcos::Origin::from_serialized(text);
  require(!strict || strict->serialize() == text, "a serialized origin is taken as it stands or not at all");
  const auto origin = libcos::Origin::from_url(text);
  std::string without_zeros(text);
  std::replace(without_zeros.begin(), without_zeros.end(), '\0', '\1');
  const auto other = libcos::Origin::from_url(without_zeros);
  require(origin.has_value() == other.has_value() && (!origin || *origin == *other),
          "a zero byte is a control character like any other, and the end of nothing");
  if (!origin) {
    return 0;
  }
  require(!origin->is_opaque() && !origin->host().empty(), "a URL's origin has a host");
  require(std::all_of(origin->host().begin(), origin->host().end(), is_host_character), "a host has host characters");
  const auto again = libcos::Origin::from_serialized(origin->serialize());
  require(again && again->is_same_origin(*origin), "an origin's serialization is that origin");
  const libcos::Site site = suffixes.site_of(*origin);
  require(site.is_same_site(suffixes.site_of(*again)), "an origin is same-site with itself");
  require(site.serialized.starts_with(origin->scheme() + "://"), "a site has its origin's scheme");
  const std::string_view domain = std::string_view(site.serialized).substr(origin->scheme().size() + 3);
  require(origin->host().ends_with(domain), "a host ends with its site's domain");
  return 0;
}
