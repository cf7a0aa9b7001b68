// A list of hosts, each of which stands for itself and every host below it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace libcos {

class HostList {
 public:
  // False when `host` is none ("example.com", "192.0.2.1", "[::1]", "localhost"); it is not added then.
  bool add(std::string_view host);
  [[nodiscard]] bool covers(std::string_view host) const;
  [[nodiscard]] bool empty() const { return hosts_.empty(); }

 private:
  std::vector<std::string> hosts_;
};

}  // namespace libcos
