// The commands of the extension's own pages (docs/protocol.md, "For the user"): what the command line shows and does,
// for one browser profile.
//
// They are privileged, and the host cannot tell whose question the extension passes on: the extension answers them to
// its own pages alone. What other profiles did is counted, not named: a person's profiles are never linked.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cos/realm.h"
#include "cos/result.h"
#include "cos/store.h"

namespace libcos {

bool is_user_command(std::string_view command);

class UserTransfers;

struct UserCommandContext {
  Store& store;
  const Realm& realm;
  UserTransfers& transfers;
  std::function<bool()> go_on;  // asked while a command takes long; false ends it
};

// The reply's own members. Any thread; may take as long as reading the largest entry. Errors: kType for a malformed
// request, and what the Store says; their sentences are for the user.
Result<nlohmann::json> run_user_command(const UserCommandContext& context, std::string_view command,
                                        const nlohmann::json& request);

}  // namespace libcos
