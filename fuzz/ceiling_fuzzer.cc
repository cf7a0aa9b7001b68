// The first line is the header Cross-Origin-Storage-Allow-Origin, each other line one of the declared origins.
#include <algorithm>

#include "cos/scope.h"
#include "fuzz/support.h"

using libcos::fuzz::require;

namespace {

bool contains(std::span<const libcos::Origin> origins, const libcos::Origin& origin) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

// The header as its definition has it: any token that is no URL with an http or https origin lets no list pass.
std::vector<libcos::Origin> named_by(std::string_view header) {
  std::vector<libcos::Origin> named;
  for (std::size_t begin = 0; begin <= header.size();) {
    const std::size_t end = std::min(header.find(',', begin), header.size());
    const auto origin = libcos::Origin::from_url(header.substr(begin, end - begin));
    if (!origin) {
      return {};
    }
    named.push_back(*origin);
    begin = end + 1;
  }
  return named;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libcos::fuzz::Cutter input(data, size);
  const std::string_view header = input.line();
  std::vector<std::string> urls;
  while (!input.empty()) {
    urls.emplace_back(input.line());
  }
  const bool single = urls.size() == 1;
  const auto declared =
      libcos::Scope::parse(single ? libcos::OriginsArgument(urls.front()) : libcos::OriginsArgument(urls));
  if (!declared) {
    return 0;
  }
  const auto unbounded = libcos::ScopeCeiling::parse(std::nullopt).limit(*declared);
  require(unbounded.dropped.empty() && unbounded.scope.kind() == declared->kind(), "no header bounds nothing");
  const auto limited = libcos::ScopeCeiling::parse(header).limit(*declared);
  const std::vector<libcos::Origin> named = named_by(header);
  require(limited.scope.origins().size() + limited.dropped.size() == declared->origins().size(),
          "every declared origin is kept or named as dropped");
  for (const libcos::Origin& origin : declared->origins()) {
    require(contains(limited.scope.origins(), origin) == contains(named, origin), "what is kept is in the header");
    require(contains(limited.scope.origins(), origin) != contains(limited.dropped, origin), "and else it is dropped");
  }
  require(
      limited.scope.kind() == libcos::Scope::Kind::kGlobal ? declared->kind() == libcos::Scope::Kind::kGlobal : true,
      "a ceiling never widens");
  libcos::Grants grants;
  (void)grants.merge(limited.scope);
  require(grants.origins().size() <= libcos::kMaxListedOrigins, "a list is never longer than its bound");
  return 0;
}
