// Who may hold a connection to the loopback. Every program of the machine can open one, of whichever user, and some
// browsers let pages open many: none of them may keep the extension's from being served.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <list>
#include <mutex>

#include "base/files.h"

namespace libcos {

// Thread-safe.
class Doorman {
 public:
  // Connections that have not shown yet that they may be there. One more, and the oldest is cut off: a good request
  // comes with its connection, so it is a stranger for a moment, however slowly others talk.
  static constexpr std::size_t kMostStrangers = 128;

  Doorman();

  // Whether the other end of a connection to `here` belongs to a process of this user. True when the system does not
  // tell; what the request carries is looked at all the same.
  [[nodiscard]] bool is_own_user(const sockaddr* peer, socklen_t size, std::uint16_t here);

  void entered(int socket);
  void let_in(int socket);
  // Before the socket is closed: a descriptor that stands for another connection must not be cut off.
  void left(int socket);

 private:
  std::mutex mutex_;
  const UniqueFd diagnosis_;
  std::list<int> strangers_;  // oldest first
};

}  // namespace libcos
