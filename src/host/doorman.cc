#include "host/doorman.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>

namespace libcos {
namespace {

constexpr timeval kPatience{1, 0};

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

// Whose the socket is that is bound to `from` and connected to `to`.
std::optional<uid_t> owner_of(const UniqueFd& diagnosis, const sockaddr_in& from, const sockaddr_in& to) {
  Question question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = AF_INET;
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = ~0U;
  question.request.id.idiag_sport = from.sin_port;
  question.request.id.idiag_dport = to.sin_port;
  question.request.id.idiag_src[0] = from.sin_addr.s_addr;
  question.request.id.idiag_dst[0] = to.sin_addr.s_addr;
  question.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  std::array<char, 1024> answer{};
  if (::send(diagnosis.get(), &question, sizeof question, 0) != static_cast<ssize_t>(sizeof question)) {
    return std::nullopt;
  }
  const ssize_t got = ::recv(diagnosis.get(), answer.data(), answer.size(), 0);
  nlmsghdr header{};
  inet_diag_msg message{};
  if (got < static_cast<ssize_t>(sizeof header + sizeof message)) {
    return std::nullopt;
  }
  std::memcpy(&header, answer.data(), sizeof header);
  std::memcpy(&message, answer.data() + NLMSG_HDRLEN, sizeof message);
  return header.nlmsg_type == SOCK_DIAG_BY_FAMILY ? std::optional<uid_t>(message.idiag_uid) : std::nullopt;
}

}  // namespace

Doorman::Doorman() : diagnosis_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
  ::setsockopt(diagnosis_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
}

bool Doorman::is_own_user(const sockaddr* peer, socklen_t size, std::uint16_t here) {
  sockaddr_in from{};
  if (size < sizeof from || peer->sa_family != AF_INET) {
    return false;
  }
  std::memcpy(&from, peer, sizeof from);
  sockaddr_in to{};
  to.sin_port = htons(here);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::lock_guard lock(mutex_);
  const std::optional<uid_t> owner = owner_of(diagnosis_, from, to);
  return !owner || *owner == ::geteuid();
}

void Doorman::entered(int socket) {
  const std::lock_guard lock(mutex_);
  strangers_.push_back(socket);
  if (strangers_.size() > kMostStrangers) {
    // Not closed: that is for whoever waits on it, who is woken by this.
    ::shutdown(strangers_.front(), SHUT_RDWR);
    strangers_.pop_front();
  }
}

void Doorman::let_in(int socket) {
  const std::lock_guard lock(mutex_);
  strangers_.remove(socket);
}

void Doorman::left(int socket) { let_in(socket); }

}  // namespace libcos
