#include "cli/doctor/version_of.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string_view>

#include "base/files.h"

namespace libcos::cli {
namespace {

constexpr int kPatienceMs = 3000;

// Starts `PROGRAM --version`, silent but for what goes to `out`; -1 when it cannot be started.
pid_t start(const std::string& program, const UniqueFd& out) {
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = program;
  std::string version = "--version";
  const std::array<char*, 3> arguments{name.data(), version.data(), nullptr};
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? pid : -1;
}

}  // namespace

// It is what a browser would start.
std::string version_of(const std::filesystem::path& program) {
  constexpr std::string_view kStart = "cos ";
  constexpr std::size_t kMost = 100;
  const UniqueFd out(::memfd_create("version", MFD_CLOEXEC));
  const pid_t pid = out.valid() ? start(program.string(), out) : -1;
  if (pid < 0) {
    return {};
  }
  // The file may be anything, also something that never ends.
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd end{process.get(), POLLIN, 0};
  if (::poll(&end, 1, kPatienceMs) != 1) {
    ::kill(pid, SIGKILL);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  std::string text(kMost, '\0');
  const ssize_t got = ::pread(out.get(), text.data(), text.size(), 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || got <= 0 || !text.starts_with(kStart)) {
    return {};
  }
  text.resize(static_cast<std::size_t>(got));
  return text.substr(kStart.size(), text.find('\n') - kStart.size());
}

}  // namespace libcos::cli
