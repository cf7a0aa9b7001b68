// Files that the user puts into the store, and takes out of it, in the extension's own pages: see user_commands.h.
// Their bytes go over the loopback, with tickets, like those of sites.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "host/tickets.h"
#include "host/user_commands.h"

namespace libcos {

// The write sessions of files that are being added. Any thread.
class UserTransfers {
 public:
  explicit UserTransfers(Tickets& tickets) : tickets_(tickets) {}

  struct Opened {
    std::string session;
    std::string ticket;
  };

  // Errors: kQuotaExceeded when too many are open.
  Result<Opened> open(Writer writer);
  // Ends the session; its ticket is then worth nothing. Errors: kInvalidState when it has ended.
  Result<std::shared_ptr<WriteSession>> take(const std::string& session);
  std::string issue_read(const Hash& hash) { return tickets_.issue_read(hash); }

 private:
  struct Open {
    std::shared_ptr<WriteSession> session;
    std::string ticket;
  };

  Tickets& tickets_;
  std::mutex mutex_;
  std::unordered_map<std::string, Open> open_;
};

namespace user {

Result<nlohmann::json> add(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> close_add(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> abort_add(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> read(const UserCommandContext& context, const nlohmann::json& request);

}  // namespace user
}  // namespace libcos
