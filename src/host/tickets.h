// Tickets: 128 random bits, good for one operation on one entry for one caller. Any thread may call.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cos/store.h"

namespace libcos {

// A write session and whoever works on it: PUTs come on the loopback's threads, commands on the host's.
struct WriteSession {
  explicit WriteSession(Writer session_writer) : writer(std::move(session_writer)) {}

  std::mutex mutex;
  Writer writer;
  // A PUT that broke off left a hole that no later PUT can fill: the session must not be closed well.
  bool broken = false;
};

class Tickets {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kReadLifetime{60};

  std::string issue_read(const Hash& hash);
  std::string issue_write(std::shared_ptr<WriteSession> session);

  // A read ticket is spent by this. nullopt when it is unknown, spent or has lapsed.
  std::optional<Hash> redeem_read(std::string_view ticket);
  // null when it is unknown.
  std::shared_ptr<WriteSession> find_write(std::string_view ticket);
  void revoke_write(std::string_view ticket);

 private:
  struct ReadTicket {
    Hash hash;
    Clock::time_point lapses;
  };

  std::mutex mutex_;
  std::unordered_map<std::string, ReadTicket> reads_;
  std::unordered_map<std::string, std::shared_ptr<WriteSession>> writes_;
};

}  // namespace libcos
