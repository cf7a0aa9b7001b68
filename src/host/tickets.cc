#include "host/tickets.h"

#include <utility>

#include "base/random.h"

namespace libcos {
namespace {

constexpr std::size_t kTicketBytes = 16;
constexpr std::size_t kManyTickets = 1024;

}  // namespace

std::string Tickets::issue_read(const Hash& hash) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (reads_.size() >= kManyTickets) {
    std::erase_if(reads_, [&](const auto& item) { return item.second.lapses < now; });
  }
  std::string ticket = random_hex(kTicketBytes);
  reads_.emplace(ticket, ReadTicket{hash, now + kReadLifetime});
  return ticket;
}

std::string Tickets::issue_write(std::shared_ptr<WriteSession> session) {
  const std::lock_guard lock(mutex_);
  std::string ticket = random_hex(kTicketBytes);
  writes_.emplace(ticket, std::move(session));
  return ticket;
}

std::optional<Hash> Tickets::redeem_read(std::string_view ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = reads_.find(std::string(ticket));
  if (found == reads_.end()) {
    return std::nullopt;
  }
  const ReadTicket read = found->second;
  reads_.erase(found);
  return read.lapses >= Clock::now() ? std::optional(read.hash) : std::nullopt;
}

std::shared_ptr<WriteSession> Tickets::find_write(std::string_view ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = writes_.find(std::string(ticket));
  return found == writes_.end() ? nullptr : found->second;
}

void Tickets::revoke_write(std::string_view ticket) {
  const std::lock_guard lock(mutex_);
  writes_.erase(std::string(ticket));
}

}  // namespace libcos
