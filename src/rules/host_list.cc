#include "rules/host_list.h"

#include <algorithm>

#include "cos/origin.h"

namespace libcos {

bool HostList::add(std::string_view host) {
  // What a host may look like is the URL parser's business; a name that it would write in another way than it stands
  // there (capitals, a port, a path, a dot at its end) is more likely a mistake than meant.
  const Result<Origin> origin = Origin::from_url("https://" + std::string(host));
  if (!origin || origin->is_opaque() || origin->host() != host || host.ends_with('.') ||
      host.find('*') != std::string_view::npos) {
    return false;
  }
  hosts_.emplace_back(host);
  return true;
}

bool HostList::covers(std::string_view host) const {
  if (host.ends_with('.')) {
    host.remove_suffix(1);  // the same machine, by the name that ends at the root
  }
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& listed) {
    return host == listed ||
           (host.size() > listed.size() && host.ends_with(listed) && host[host.size() - listed.size() - 1] == '.');
  });
}

}  // namespace libcos
