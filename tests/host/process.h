// Real processes, pipes and sockets. Whatever takes longer than kPatience throws, which fails the test: no
// test hangs because the process that it talks to does.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "support/temp_dir.h"

namespace libcos {

// Generous: it is only ever waited for in full by a test that fails.
inline constexpr std::chrono::seconds kPatience{30};

// What a test's processes see of the machine: a store, a home and a configuration of their own.
class Home {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return temp_.path(); }
  [[nodiscard]] std::filesystem::path store() const { return path() / "store"; }
  [[nodiscard]] std::filesystem::path configuration() const { return path() / "config"; }
  // `more` ("NAME=value") comes after the rest and replaces what has the same name.
  [[nodiscard]] std::vector<std::string> environment(const std::vector<std::string>& more = {}) const;

 private:
  TempDir temp_;
};

// Of `cos`, as it was built beside this test.
std::string cos_executable();

struct Streams {
  // Each -1 or a descriptor, which the child gets a copy of; -1 means /dev/null.
  int in = -1;
  int out = -1;
  int err = -1;
  // Writing a file beyond so many bytes fails with EFBIG.
  std::optional<std::uint64_t> largest_file = std::nullopt;
};

class Process {
 public:
  Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
          const Streams& streams);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills what still runs

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The exit code, or minus the signal.
  int wait();
  void kill();

 private:
  pid_t pid_ = -1;
  std::optional<int> code_;
};

struct Finished {
  int code;  // or minus the signal
  std::string out;
  std::string err;
};

struct RunOptions {
  std::vector<std::string> environment;
  bool on_terminal = false;  // standard output is one
  int out = -1;              // standard output, instead of Finished::out
  std::optional<std::uint64_t> largest_file = std::nullopt;
};

// Runs to the end.
Finished run(const std::vector<std::string>& arguments, const RunOptions& options);

// `cos host`, spoken to as a browser does.
class NativeHost {
 public:
  static constexpr const char* kExtension = "chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj";

  // `arguments`: a command that becomes or starts the host; empty: the way a browser starts it.
  explicit NativeHost(const std::vector<std::string>& environment, std::vector<std::string> arguments = {});

  void send_bytes(std::string_view bytes);
  void send_frame(std::string_view text);
  // Adds an id when there is none, and returns it.
  std::int64_t send(nlohmann::json message);
  nlohmann::json receive();
  // The reply to that request; replies to others are kept for later.
  nlohmann::json reply_to(std::int64_t id);
  nlohmann::json ask(nlohmann::json message) { return reply_to(send(std::move(message))); }
  // hello in the realm made of `digit`; remembers where the loopback is.
  nlohmann::json hello(char digit = 'a');
  nlohmann::json hello_in_private();

  void hang_up();  // ends the host's standard input
  int wait() { return process_->wait(); }
  void kill() { process_->kill(); }
  [[nodiscard]] bool has_closed_its_output();  // waits for bytes or the end

  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  nlohmann::json note_loopback(nlohmann::json reply);
  std::string read_exactly(std::size_t size);

  UniqueFd to_host_;
  UniqueFd from_host_;
  std::optional<Process> process_;
  std::int64_t last_id_ = 0;
  std::deque<nlohmann::json> kept_;
  std::uint16_t port_ = 0;
  std::string token_;
};

struct HttpReply {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;

  // Empty when there is no such header.
  [[nodiscard]] std::string header(std::string_view name) const;
};

// One TCP connection to 127.0.0.1, and exactly the bytes that a test wants on it.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);

  // False when the other side has closed.
  bool send(std::string_view bytes);
  HttpReply receive();
  // The same without keeping the body: calls `take` with each piece.
  HttpReply receive(const std::function<void(std::string_view)>& take);
  // Whether an answer, or the end, comes within that time.
  [[nodiscard]] bool answers_within(std::chrono::milliseconds time) const;
  void close() { socket_.reset(); }
  void close_with_reset();

 private:
  std::size_t read_some(char* bytes, std::size_t size);

  UniqueFd socket_;
};

}  // namespace libcos
