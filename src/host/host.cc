#include "host/host.h"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>

#include "host/native_messages.h"
#include "host/session.h"

namespace libcos {

int run_host(const std::string& origin) {
  // The browser's pipe and a peer's socket may close at any time: an error of write(), not our end.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
  spdlog::logger log("cos host", std::make_shared<spdlog::sinks::stderr_sink_mt>());

  // Standard output carries messages. Whatever a library prints must not end up among them.
  const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  MessageWriter writer(out);

  const std::string serialized = origin.ends_with('/') ? origin.substr(0, origin.size() - 1) : origin;
  Session session(serialized, [&](const nlohmann::json& message) { writer.write(message); });
  while (true) {
    const auto message = read_message(STDIN_FILENO);
    if (!message) {
      log.error(message.error().message);
      return 1;
    }
    if (!*message) {
      return 0;
    }
    session.handle(**message);
  }
}

}  // namespace libcos
