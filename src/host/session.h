// One connection with an extension: hello, then commands (docs/protocol.md).
//
// Authority lives here: a handle knows its caller, its hash and whether it may read, and the extension holds
// nothing but its random id. Commands that may take long run on the work queue and answer later.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "cos/store.h"
#include "host/caller_values.h"
#include "host/handle_book.h"
#include "host/loopback.h"
#include "host/profile_files.h"
#include "host/public_sentence.h"
#include "host/scrubber.h"
#include "host/tickets.h"
#include "host/user_transfers.h"
#include "host/work_queue.h"

namespace libcos {

inline constexpr int kProtocolVersion = 1;

// Why a command was refused: `name` is a DOMException's (or TypeError), or one of the names that stay between
// host and extension.
struct Refusal {
  Refusal(std::string refusal_name, std::string text, std::string what_to_do = {})
      : name(std::move(refusal_name)), message(std::move(text)), mend(std::move(what_to_do)) {}
  // Implicit: an Error of the store becomes a refusal that a page may be given. Sentences of errors that have
  // to do with this machine name paths; a page gets a sentence without.
  Refusal(const Error& error)  // NOLINT(google-explicit-constructor)
      : name(dom_name(error.code)), message(public_sentence(error)) {}

  std::string name;
  std::string message;
  std::string mend;
  std::string code;  // error_code_name(), for the extension's own pages: they have words of their own for it
};

class Session {
 public:
  using Send = std::function<void(const nlohmann::json&)>;

  // `origin`: the extension's. `send` may be called from any thread, also while handle() runs.
  Session(std::string origin, Send send);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // One request; the reply goes to `send`, now or later. One thread calls it.
  void handle(const nlohmann::json& request);

 private:
  struct OpenWrite {
    std::shared_ptr<WriteSession> session;
    std::string ticket;
    std::string handle;
    Party party;
  };
  template <class T>
  using OrRefusal = tl::expected<T, Refusal>;
  using Outcome = OrRefusal<nlohmann::json>;  // the reply's own members

  Outcome dispatch(const std::string& command, const nlohmann::json& request);
  WorkQueue* queue_for(const std::string& command);
  [[nodiscard]] Site page_of(const Handle& handle) const;
  // Whether one more file may be written by that party.
  [[nodiscard]] bool may_write(const Party& party) const;
  void reply(const nlohmann::json& id, const Outcome& outcome);

  Outcome hello(const nlohmann::json& request);
  Outcome find(const nlohmann::json& request);
  Outcome create(const nlohmann::json& request);
  Outcome open(const nlohmann::json& request);
  Outcome hand_over(const nlohmann::json& request);
  Outcome test_hand_over(const nlohmann::json& request);
  Outcome open_write(const nlohmann::json& request);
  Outcome truncate_write(const nlohmann::json& request);
  Outcome close_write(const nlohmann::json& request);
  Outcome abort_write(const nlohmann::json& request);
  Outcome release(const nlohmann::json& request);
  Outcome status(const nlohmann::json& request);
  Outcome user_command(const std::string& command, const nlohmann::json& request);

  static OrRefusal<CallerValues> caller_of(const nlohmann::json& request);
  static OrRefusal<Hash> hash_of(const nlohmann::json& request);
  OrRefusal<Handle> readable_handle(const nlohmann::json& request);
  OrRefusal<OpenWrite> write_session(const nlohmann::json& request, bool take);
  Outcome add_handle(Handle handle, nlohmann::json members);

  const std::string origin_;
  const Send send_;
  Tickets tickets_;
  ProfileFiles profile_files_;
  // Set by hello.
  std::optional<Store> store_;
  std::optional<Realm> realm_;
  bool private_ = false;
  std::unique_ptr<Loopback> loopback_;

  std::mutex mutex_;  // guards what follows
  HandleBook handles_;
  std::unordered_map<std::string, OpenWrite> writes_;
  std::optional<bool> handover_works_;

  std::atomic<bool> stopping_ = false;  // a download need not be waited for

  UserTransfers transfers_{tickets_};  // guards itself

  std::unique_ptr<Scrubber> scrubber_;  // of a store on disk

  // Last: they finish their work while everything above stands. Closing a huge sparse file may take half a
  // minute; reads must not wait behind it.
  WorkQueue closes_;
  WorkQueue slow_;
  WorkQueue user_;  // a person who looks must not keep pages waiting
};

}  // namespace libcos
