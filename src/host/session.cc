#include "host/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/random.h"
#include "base/try.h"
#include "cos/version.h"
#include "host/json_values.h"
#include "host/list_update.h"
#include "host/user_commands.h"

namespace libcos {
namespace {

using nlohmann::json;

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMostWrites = 512;
constexpr std::size_t kMostWritesOfPage = 64;
constexpr std::size_t kMostWritesOfParty = 32;
constexpr unsigned kClosingThreads = 2;
constexpr unsigned kSlowThreads = 3;
constexpr unsigned kUserThreads = 3;  // one may read a huge file again, another fetch a list, while the third answers
constexpr std::chrono::minutes kIdle{2};  // before the store is read again in the background

tl::unexpected<Refusal> refuse(std::string name, std::string message, std::string mend = {}) {
  return tl::unexpected<Refusal>(Refusal(std::move(name), std::move(message), std::move(mend)));
}

tl::unexpected<Refusal> protocol_error(std::string message) { return refuse("ProtocolError", std::move(message)); }

// In full: no page is told.
tl::unexpected<Refusal> refuse_user(std::string name, const Error& error) {
  Refusal refusal(std::move(name), error.message, error.mend);
  refusal.code = error_code_name(error.code);
  return tl::unexpected<Refusal>(std::move(refusal));
}

tl::unexpected<Refusal> store_error(const Error& error) { return refuse_user("StoreError", error); }

tl::unexpected<Refusal> handover_failed(std::string message) { return refuse("HandoverFailed", std::move(message)); }

bool is_on(Store& store, std::string_view setting) {
  const Result<Setting> found = store.setting(setting);
  return found && found->value == "on";
}

json error_object(const Refusal& refusal) {
  json object{{"name", refusal.name}, {"message", refusal.message}};
  if (!refusal.mend.empty()) {
    object["mend"] = refusal.mend;
  }
  if (!refusal.code.empty()) {
    object["code"] = refusal.code;
  }
  return object;
}

json serialized(const std::vector<Origin>& origins) {
  json list = json::array();
  for (const Origin& origin : origins) {
    list.push_back(origin.serialize());
  }
  return list;
}

}  // namespace

Session::Session(std::string origin, Send send)
    : origin_(std::move(origin)),
      send_(std::move(send)),
      closes_(kClosingThreads),
      slow_(kSlowThreads),
      user_(kUserThreads) {}

Session::~Session() { stopping_ = true; }

void Session::reply(const json& id, const Outcome& outcome) {
  json message = outcome ? *outcome : json{{"error", error_object(outcome.error())}};
  message["ok"] = outcome.has_value();
  message["id"] = id;
  send_(message);
}

// Where a command runs that reads, verifies, syncs or searches; null for those that are a look-up or two.
WorkQueue* Session::queue_for(const std::string& command) {
  if (command == "write.close") {
    return &closes_;
  }
  if (is_user_command(command)) {
    return &user_;
  }
  return command == "open" || command == "handover" || command == "handover.test" ? &slow_ : nullptr;
}

void Session::handle(const json& request) {
  const auto id = request.find("id");
  if (id == request.end() || !id->is_number_integer()) {
    reply(nullptr, protocol_error("A request needs an integer id."));
    return;
  }
  const std::string command = string_at(request, "cmd").value_or("");
  // Before anything is queued: hello changes what the queues' threads read.
  if (!store_ && command != "hello") {
    reply(*id, protocol_error("The first command must be hello, and must succeed."));
    return;
  }
  if (scrubber_) {
    scrubber_->note_activity();
  }
  if (WorkQueue* queue = queue_for(command)) {
    queue->run([this, command, request] { reply(request.at("id"), dispatch(command, request)); });
  } else {
    reply(*id, dispatch(command, request));
  }
}

Session::Outcome Session::dispatch(const std::string& command, const json& request) {
  using Method = Outcome (Session::*)(const json&);
  static const std::unordered_map<std::string, Method> kMethods{
      {"hello", &Session::hello},
      {"find", &Session::find},
      {"create", &Session::create},
      {"open", &Session::open},
      {"handover", &Session::hand_over},
      {"handover.test", &Session::test_hand_over},
      {"write.open", &Session::open_write},
      {"write.truncate", &Session::truncate_write},
      {"write.close", &Session::close_write},
      {"write.abort", &Session::abort_write},
      {"release", &Session::release},
      {"status", &Session::status},
  };
  if (is_user_command(command)) {
    return user_command(command, request);
  }
  const auto method = kMethods.find(command);
  if (method == kMethods.end()) {
    return protocol_error("There is no such command.");
  }
  return (this->*method->second)(request);
}

Session::Outcome Session::hello(const json& request) {
  if (store_) {
    return protocol_error("hello was said already.");
  }
  const auto version = size_at(request, "protocol");
  if (version != static_cast<std::uint64_t>(kProtocolVersion)) {
    const bool host_is_older = version && *version > static_cast<std::uint64_t>(kProtocolVersion);
    return refuse("VersionMismatch",
                  "The extension speaks protocol " + (version ? std::to_string(*version) : "?") + ", the host " +
                      std::to_string(kProtocolVersion) + ".",
                  host_is_older ? "Update cos, then run `cos install`." : "Update the extension.");
  }
  const bool in_private = true_at(request, "private");
  const Result<Realm> realm =
      Realm::profile(in_private ? random_hex(kIdBytes) : string_at(request, "realm").value_or(""));
  if (!realm) {
    return protocol_error(realm.error().message);
  }
  Result<Store> opened = in_private ? Store::open_private({}) : Store::open({});
  if (!opened) {
    return store_error(opened.error());
  }
  store_.emplace(std::move(*opened));
  realm_ = *realm;
  private_ = in_private;
  Result<std::unique_ptr<Loopback>> loopback = Loopback::start(*store_, tickets_, origin_);
  if (!loopback) {
    store_.reset();
    return store_error(loopback.error());
  }
  loopback_ = std::move(*loopback);
  if (!private_) {
    // Links of entries that went while no host ran. A failure is repaired by the next start.
    slow_.run([this] { (void)store_->sweep_links(); });
    slow_.run([this] { update_hash_list_if_due(*store_, stopping_); });
    scrubber_ = std::make_unique<Scrubber>(*store_, kIdle);
  }
  return json{{"protocol", kProtocolVersion},
              {"host", COS_VERSION},
              {"crossOriginCaches", is_on(*store_, "caches.cross-origin")},
              {"ask", is_on(*store_, "gates.ask")},
              {"loopback", {{"port", loopback_->port()}, {"token", loopback_->token()}}},
              {"store", {{"path", store_->directory().string()}}}};
}

Session::OrRefusal<CallerValues> Session::caller_of(const json& request) {
  const auto found = request.find("caller");
  if (found == request.end() || !found->is_object()) {
    return protocol_error("The request needs a caller.");
  }
  COS_TRY(CallerValues caller, read_caller(*found));
  return caller;
}

Session::OrRefusal<Hash> Session::hash_of(const json& request) {
  const auto found = request.find("hash");
  if (found == request.end() || !found->is_object()) {
    return protocol_error("The request needs a hash.");
  }
  COS_TRY(const Hash hash,
          Hash::parse(string_at(*found, "algorithm").value_or(""), string_at(*found, "value").value_or("")));
  return hash;
}

Session::Outcome Session::add_handle(Handle handle, json members) {
  handle.party = {page_of(handle).serialized, handle.origin.serialize()};
  const std::lock_guard lock(mutex_);
  members["handle"] = handles_.add(std::move(handle));
  return members;
}

Site Session::page_of(const Handle& handle) const { return store_->site_of(handle.top_level.value_or(handle.origin)); }

Session::Outcome Session::find(const json& request) {
  COS_TRY(CallerValues caller, caller_of(request));
  COS_TRY(const Hash hash, hash_of(request));
  COS_TRY(const auto found,
          store_->request_read(
              {*realm_, caller.origin, caller.top_level, caller.user_activation, caller.third_party_cookies}, hash));
  if (!found) {
    return json{{"found", false}};
  }
  return add_handle({caller.origin, caller.top_level, hash, Scope::same_site(), caller.user_activation, false, true},
                    json{{"found", true}, {"size", found->size}});
}

Session::Outcome Session::create(const json& request) {
  COS_TRY(CallerValues caller, caller_of(request));
  COS_TRY(const Hash hash, hash_of(request));
  COS_TRY(const OriginsArgument argument, origins_argument(request));
  COS_TRY(const Scope declared, Scope::parse(argument));
  const std::optional<std::string> header = string_at(request, "ceiling");
  if (!header && request.contains("ceiling")) {
    return protocol_error("The ceiling must be a string.");  // taken for none, it would bound nothing
  }
  ScopeCeiling::Limited limited =
      ScopeCeiling::parse(header ? std::optional<std::string_view>(*header) : std::nullopt).limit(declared);
  json members{{"scope", scope_name(limited.scope.kind())},
               {"dropped", serialized(limited.dropped)},
               {"listed", store_->on_public_hash_list(hash)}};
  return add_handle(
      {caller.origin, caller.top_level, hash, std::move(limited.scope), caller.user_activation, true, false},
      std::move(members));
}

Session::OrRefusal<Handle> Session::readable_handle(const json& request) {
  const std::lock_guard lock(mutex_);
  const Handle* const found = handles_.find(string_at(request, "handle").value_or(""));
  if (found == nullptr || !found->may_read) {
    return fail(ErrorCode::kNotAllowed, "The handle may not read.");
  }
  return *found;
}

Session::Outcome Session::open(const json& request) {
  COS_TRY(const Handle handle, readable_handle(request));
  COS_TRY(const Reader reader, store_->open_entry(handle.hash));
  if (string_at(request, "via") == "handover") {
    if (private_) {
      return handover_failed("A private window has no links.");
    }
    const Site page = page_of(handle);
    COS_TRY(const auto link, store_->current_link(*realm_, page, handle.hash));
    return json{
        {"size", reader.size()}, {"link", link ? "current" : "absent"}, {"place", store_->link_place(*realm_, page)}};
  }
  return json{{"size", reader.size()}, {"ticket", tickets_.issue_read(handle.hash)}};
}

Session::Outcome Session::hand_over(const json& request) {
  COS_TRY(const Handle handle, readable_handle(request));
  if (private_) {
    return handover_failed("A private window has no links.");
  }
  COS_TRY(const Reader reader, store_->open_entry(handle.hash));
  const auto path = profile_files_.find_marked(string_at(request, "marker").value_or(""));
  if (!path) {
    return handover_failed(path.error().message);
  }
  const Site page = page_of(handle);
  const Status handed = store_->hand_over(*realm_, page, handle.hash, *path);
  if (!handed) {
    return handover_failed(handed.error().message);
  }
  return json{{"size", reader.size()}, {"link", "current"}};
}

Session::Outcome Session::test_hand_over(const json& request) {
  Outcome tested = [&]() -> Outcome {
    COS_TRY(const auto path, profile_files_.find_marked(string_at(request, "marker").value_or("")));
    COS_TRY(const HandoverTest test, store_->test_hand_over(path));
    return json{{"size", test.size}, {"sha256", test.sha256}};
  }();
  if (!tested && !is_on(*store_, "handover.enabled")) {
    // Says nothing about what this browser and this file system can do.
    return refuse("HandoverOff", tested.error().message);
  }
  const std::lock_guard lock(mutex_);
  handover_works_ = tested.has_value();
  return tested ? tested : handover_failed(tested.error().message);
}

Session::Outcome Session::open_write(const json& request) {
  const std::string id = string_at(request, "handle").value_or("");
  std::optional<WriteRequest> wanted;
  Party party;
  {
    const std::lock_guard lock(mutex_);
    const Handle* const handle = handles_.find(id);
    if (handle == nullptr || !handle->created) {
      return fail(ErrorCode::kNotAllowed, "The handle may not write.");
    }
    party = handle->party;
    if (!may_write(party)) {
      return fail(ErrorCode::kQuotaExceeded, "Too many files are being written at once.");
    }
    wanted = WriteRequest{*realm_, handle->origin,    handle->hash,           handle->scope,
                          "",      handle->top_level, handle->user_activation};
  }
  COS_TRY(Writer writer, store_->begin_write(*wanted));
  const std::uint64_t limit = writer.limit();
  OpenWrite write{std::make_shared<WriteSession>(std::move(writer)), {}, id, std::move(party)};
  write.ticket = tickets_.issue_write(write.session);
  const std::string session = random_hex(kIdBytes);
  json members{{"session", session}, {"ticket", write.ticket}, {"limit", limit}};
  const std::lock_guard lock(mutex_);
  writes_.emplace(session, std::move(write));
  return members;
}

bool Session::may_write(const Party& party) const {
  std::size_t of_party = 0;
  std::size_t of_page = 0;
  for (const auto& [session, write] : writes_) {
    of_party += write.party == party ? 1U : 0U;
    of_page += write.party.page == party.page ? 1U : 0U;
  }
  return of_party < kMostWritesOfParty && of_page < kMostWritesOfPage && writes_.size() < kMostWrites;
}

Session::OrRefusal<Session::OpenWrite> Session::write_session(const json& request, bool take) {
  const std::lock_guard lock(mutex_);
  const auto found = writes_.find(string_at(request, "session").value_or(""));
  if (found == writes_.end()) {
    return fail(ErrorCode::kInvalidState, "The write session has ended.");
  }
  OpenWrite write = found->second;
  if (take) {
    writes_.erase(found);
    tickets_.revoke_write(write.ticket);
  }
  return write;
}

Session::Outcome Session::truncate_write(const json& request) {
  const auto size = size_at(request, "size");
  if (!size) {
    return protocol_error("write.truncate needs a size.");
  }
  COS_TRY(const OpenWrite write, write_session(request, false));
  const std::lock_guard lock(write.session->mutex);
  COS_CHECK(write.session->writer.truncate(*size));
  return json::object();
}

Session::Outcome Session::close_write(const json& request) {
  COS_TRY(const OpenWrite write, write_session(request, true));
  const std::lock_guard session_lock(write.session->mutex);
  if (write.session->broken) {
    write.session->writer.abort();
    return fail(ErrorCode::kIo, "A part of the file did not arrive.");
  }
  if (true_at(request, "userActivation")) {
    write.session->writer.note_user_activation();
  }
  COS_TRY(const Published published, write.session->writer.close());
  const std::lock_guard lock(mutex_);
  handles_.let_read(write.handle);
  return json{{"size", published.size}, {"dropped", serialized(published.dropped)}};
}

Session::Outcome Session::abort_write(const json& request) {
  COS_TRY(const OpenWrite write, write_session(request, true));
  const std::lock_guard lock(write.session->mutex);
  write.session->writer.abort();
  return json::object();
}

Session::Outcome Session::release(const json& request) {
  const auto strings = [&](const char* key) {
    std::vector<std::string> ids;
    if (const auto found = request.find(key); found != request.end() && found->is_array()) {
      for (const json& item : *found) {
        if (item.is_string()) {
          ids.push_back(item.get<std::string>());
        }
      }
    }
    return ids;
  };
  for (const std::string& session : strings("sessions")) {
    (void)abort_write(json{{"session", session}});  // one that has ended already is as it should be
  }
  const std::lock_guard lock(mutex_);
  for (const std::string& id : strings("handles")) {
    handles_.remove(id);
  }
  return json::object();
}

Session::Outcome Session::user_command(const std::string& command, const json& request) {
  Result<json> reply =
      run_user_command({*store_, *realm_, transfers_, [this] { return !stopping_; }}, command, request);
  if (!reply) {
    return refuse_user(std::string(dom_name(reply.error().code)), reply.error());
  }
  return std::move(*reply);
}

Session::Outcome Session::status(const json& /*request*/) {
  COS_TRY(const Totals totals, store_->totals());
  const HashListInfo list = store_->hash_list();
  const std::lock_guard lock(mutex_);
  return json{{"host", COS_VERSION},
              {"protocol", kProtocolVersion},
              {"store",
               {{"path", store_->directory().string()},
                {"entries", totals.entries},
                {"bytes", totals.bytes},
                {"capacity", totals.budget}}},
              {"phl", {{"version", list.version}, {"digests", list.digests}}},
              {"handover", !handover_works_   ? "unknown"
                           : *handover_works_ ? "works"
                                              : "fails"}};
}

}  // namespace libcos
