#include <libpsl.h>

#include <utility>

#include "cos/origin.h"

namespace libcos {

struct PublicSuffixes::Context {
  explicit Context(psl_ctx_t* loaded) : list(loaded) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { psl_free(list); }

  psl_ctx_t* list;
};

PublicSuffixes::PublicSuffixes(std::unique_ptr<Context> context) : context_(std::move(context)) {}
PublicSuffixes::PublicSuffixes(PublicSuffixes&&) noexcept = default;
PublicSuffixes& PublicSuffixes::operator=(PublicSuffixes&&) noexcept = default;
PublicSuffixes::~PublicSuffixes() = default;

PublicSuffixes PublicSuffixes::newest() { return PublicSuffixes(std::make_unique<Context>(psl_latest(nullptr))); }

Site PublicSuffixes::site_of(const Origin& origin) const {
  if (origin.is_opaque()) {
    return {};
  }
  const std::string& host = origin.host();
  const std::string scheme_prefix = origin.scheme() + "://";
  const bool is_address = host.front() == '[' || (host.back() >= '0' && host.back() <= '9');
  if (is_address || context_->list == nullptr) {
    return {scheme_prefix + host};
  }
  // libpsl does not expect the root's dot. "example.com." and "example.com" are different sites.
  const bool rooted = host.ends_with('.');
  const std::string name = rooted ? host.substr(0, host.size() - 1) : host;
  const char* registrable = psl_registrable_domain(context_->list, name.c_str());
  return {scheme_prefix + (registrable == nullptr ? name : std::string(registrable)) + (rooted ? "." : "")};
}

}  // namespace libcos
