// HTTP on 127.0.0.1 for file bytes. It is reachable by every program of the machine and, as a target, by
// every page of every browser: a request is let in only with this connection's bearer token, this
// extension's Origin, our exact Host and a valid ticket. All others get the same empty 403.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cos/result.h"
#include "cos/store.h"
#include "host/tickets.h"

namespace libcos {

class Loopback {
 public:
  // `origin`: the extension's, as "chrome-extension://…". `store` and `tickets` outlive the Loopback.
  static Result<std::unique_ptr<Loopback>> start(Store& store, Tickets& tickets, std::string origin);

  virtual ~Loopback() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual const std::string& token() const = 0;
};

}  // namespace libcos
