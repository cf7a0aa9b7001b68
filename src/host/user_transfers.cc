#include "host/user_transfers.h"

#include <utility>

#include "base/random.h"
#include "base/try.h"
#include "host/caller_values.h"
#include "host/user_values.h"

namespace libcos {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMostOpen = 16;  // a person adds one file after the other, in a tab or two

}  // namespace

Result<UserTransfers::Opened> UserTransfers::open(Writer writer) {
  const std::lock_guard lock(mutex_);
  if (open_.size() >= kMostOpen) {
    return fail(ErrorCode::kQuotaExceeded, "Too many files are being added at once.");
  }
  Open open{std::make_shared<WriteSession>(std::move(writer)), {}};
  open.ticket = tickets_.issue_write(open.session);
  Opened opened{random_hex(kIdBytes), open.ticket};
  open_.emplace(opened.session, std::move(open));
  return opened;
}

Result<std::shared_ptr<WriteSession>> UserTransfers::take(const std::string& session) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(session);
  if (found == open_.end()) {
    return fail(ErrorCode::kInvalidState, "The file is no longer being added.");
  }
  auto taken = std::move(found->second);
  open_.erase(found);
  tickets_.revoke_write(taken.ticket);
  return taken.session;
}

namespace user {

using nlohmann::json;

// As `cos add`: by hand, of no site, named by the hash that the bytes turn out to have.
Result<json> add(const UserCommandContext& context, const json& request) {
  COS_TRY(const OriginsArgument argument, origins_argument(request));
  COS_TRY(const Scope scope, Scope::parse(argument));
  COS_TRY(Writer writer, context.store.begin_add(Realm::local(), HashAlgorithm::kSha256, scope));
  const std::uint64_t limit = writer.limit();
  COS_TRY(const UserTransfers::Opened opened, context.transfers.open(std::move(writer)));
  return json{{"session", opened.session}, {"ticket", opened.ticket}, {"limit", limit}};
}

Result<json> close_add(const UserCommandContext& context, const json& request) {
  COS_TRY(const auto session, context.transfers.take(string_at(request, "session").value_or("")));
  const std::lock_guard lock(session->mutex);
  if (session->broken) {
    session->writer.abort();
    return fail(ErrorCode::kIo, "A part of the file did not arrive.");
  }
  COS_TRY(const Published published, session->writer.close());
  return json{{"hash", json_of(published.hash)},
              {"size", published.size},
              {"alreadyStored", published.already_stored},
              {"onHashList", context.store.on_public_hash_list(published.hash)}};
}

Result<json> abort_add(const UserCommandContext& context, const json& request) {
  COS_TRY(const auto session, context.transfers.take(string_at(request, "session").value_or("")));
  const std::lock_guard lock(session->mutex);
  session->writer.abort();
  return json::object();
}

// To look at or to keep a copy of: no site reads, so nothing is noted.
Result<json> read(const UserCommandContext& context, const json& request) {
  COS_TRY(const Hash hash, requested_hash(request));
  COS_TRY(const Reader reader, context.store.open_entry(hash));
  return json{{"size", reader.size()}, {"ticket", context.transfers.issue_read(hash)}};
}

}  // namespace user
}  // namespace libcos
