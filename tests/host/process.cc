#include "host/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace libcos {
namespace {

constexpr int kPatienceMs = static_cast<int>(std::chrono::milliseconds(kPatience).count());

UniqueFd checked(int fd, const char* doing) {
  if (fd < 0) {
    throw std::runtime_error(std::string(doing) + ": " + std::strerror(errno));
  }
  return UniqueFd(fd);
}

bool is_ready(int fd, short events, int milliseconds) {
  pollfd wanted{fd, events, 0};
  return ::poll(&wanted, 1, milliseconds) > 0;
}

void await(int fd, short events, const char* what) {
  if (!is_ready(fd, events, kPatienceMs)) {
    throw std::runtime_error(std::string("Nothing happened while waiting for ") + what + ".");
  }
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) {
    all.push_back(const_cast<char*>(text.c_str()));
  }
  all.push_back(nullptr);
  return all;
}

std::string content_of(const UniqueFd& file) {
  std::string text;
  std::array<char, 65536> piece{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(file.get(), piece.data(), piece.size(), at);
    if (got <= 0) {
      return text;
    }
    text.append(piece.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

// A terminal's master side ends with an error once the other side has been closed.
std::string drain(const UniqueFd& terminal) {
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::read(terminal.get(), piece.data(), piece.size());
    if (got <= 0) {
      return text;
    }
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

std::vector<std::string> Home::environment(const std::vector<std::string>& more) const {
  std::vector<std::string> all{"HOME=" + (path() / "home").string(), "XDG_CONFIG_HOME=" + configuration().string(),
                               "COS_HOME=" + store().string(), "TZ=UTC", "PATH=/usr/bin:/bin"};
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name); value != nullptr) {
      all.push_back(std::string(name) + "=" + value);
    }
  }
  for (const std::string& variable : more) {
    const std::string name = variable.substr(0, variable.find('=') + 1);
    std::erase_if(all, [&](const std::string& other) { return other.starts_with(name); });
    all.push_back(variable);
  }
  return all;
}

Process::Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                 const Streams& streams) {
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const UniqueFd null = checked(::open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
  pid_ = ::fork();
  if (pid_ == 0) {
    const auto use = [&](int fd, int as) { ::dup2(fd >= 0 ? fd : null.get(), as); };
    use(streams.in, STDIN_FILENO);
    use(streams.out, STDOUT_FILENO);
    use(streams.err, STDERR_FILENO);
    if (streams.largest_file) {
      const rlimit limit{*streams.largest_file, *streams.largest_file};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);
    }
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  if (pid_ < 0) {
    throw std::runtime_error("Cannot fork.");
  }
}

Process::~Process() { kill(); }

int Process::wait() {
  if (!code_) {
    const UniqueFd process = checked(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), "pidfd_open");
    await(process.get(), POLLIN, "a process to end");
    int status = 0;
    ::waitpid(pid_, &status, 0);
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  return *code_;
}

void Process::kill() {
  if (pid_ > 0 && !code_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    code_ = -SIGKILL;
  }
}

Finished run(const std::vector<std::string>& arguments, const RunOptions& options) {
  const UniqueFd err = checked(::memfd_create("stderr", MFD_CLOEXEC), "memfd_create");
  UniqueFd out;
  UniqueFd terminal;
  if (options.on_terminal) {
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) {
      throw std::runtime_error("There is no terminal to be had.");
    }
    terminal = UniqueFd(master);
    out = UniqueFd(slave);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
  } else {
    out = checked(::memfd_create("stdout", MFD_CLOEXEC), "memfd_create");
  }
  Process process(arguments, options.environment,
                  {-1, options.out >= 0 ? options.out : out.get(), err.get(), options.largest_file});
  const int code = process.wait();
  if (options.on_terminal) {
    out.reset();
    return {code, drain(terminal), content_of(err)};
  }
  return {code, content_of(out), content_of(err)};
}

std::string cos_executable() {
  // Asked for when the test runs: one object of a test is linked into several builds.
  return std::filesystem::read_symlink("/proc/self/exe").replace_filename("cos").string();
}

NativeHost::NativeHost(const std::vector<std::string>& environment, std::vector<std::string> arguments) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("There are no pipes to be had.");
  }
  to_host_ = UniqueFd(in[1]);
  from_host_ = UniqueFd(out[0]);
  const UniqueFd host_in(in[0]);
  const UniqueFd host_out(out[1]);
  if (arguments.empty()) {
    arguments = {cos_executable(), std::string(kExtension) + "/"};
  }
  // What the host says about itself (and what a sanitizer says about it) is part of the test's output.
  process_.emplace(arguments, environment, Streams{host_in.get(), host_out.get(), STDERR_FILENO});
}

void NativeHost::send_bytes(std::string_view bytes) {
  ::signal(SIGPIPE, SIG_IGN);
  while (!bytes.empty()) {
    await(to_host_.get(), POLLOUT, "the host to read");
    const ssize_t written = ::write(to_host_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 4096));
    if (written <= 0) {
      return;  // it has gone: what it has said before is still to be read
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NativeHost::send_frame(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string frame(sizeof length, '\0');
  std::memcpy(frame.data(), &length, sizeof length);
  send_bytes(frame.append(text));
}

std::int64_t NativeHost::send(nlohmann::json message) {
  if (!message.contains("id")) {
    message["id"] = ++last_id_;
  }
  send_frame(message.dump());
  return message["id"].get<std::int64_t>();
}

std::string NativeHost::read_exactly(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t filled = 0; filled < size;) {
    await(from_host_.get(), POLLIN, "the host to answer");
    const ssize_t got = ::read(from_host_.get(), text.data() + filled, size - filled);
    if (got <= 0) {
      throw std::runtime_error("The host has hung up.");
    }
    filled += static_cast<std::size_t>(got);
  }
  return text;
}

nlohmann::json NativeHost::receive() {
  std::uint32_t length = 0;
  std::memcpy(&length, read_exactly(sizeof length).data(), sizeof length);
  return nlohmann::json::parse(read_exactly(length));
}

nlohmann::json NativeHost::reply_to(std::int64_t id) {
  const auto is_wanted = [&](const nlohmann::json& message) { return message.at("id") == id; };
  if (const auto found = std::find_if(kept_.begin(), kept_.end(), is_wanted); found != kept_.end()) {
    nlohmann::json message = std::move(*found);
    kept_.erase(found);
    return message;
  }
  while (true) {
    nlohmann::json message = receive();
    if (is_wanted(message)) {
      return message;
    }
    kept_.push_back(std::move(message));
  }
}

nlohmann::json NativeHost::note_loopback(nlohmann::json reply) {
  if (reply.at("ok")) {
    port_ = reply.at("loopback").at("port").get<std::uint16_t>();
    token_ = reply.at("loopback").at("token").get<std::string>();
  }
  return reply;
}

nlohmann::json NativeHost::hello(char digit) {
  return note_loopback(ask({{"cmd", "hello"},
                            {"protocol", 1},
                            {"extension", "0.1.0"},
                            {"realm", std::string(32, digit)},
                            {"private", false}}));
}

nlohmann::json NativeHost::hello_in_private() {
  return note_loopback(ask({{"cmd", "hello"}, {"protocol", 1}, {"extension", "0.1.0"}, {"private", true}}));
}

void NativeHost::hang_up() { to_host_.reset(); }

bool NativeHost::has_closed_its_output() {
  await(from_host_.get(), POLLIN, "the host to hang up");
  char byte = 0;
  return ::read(from_host_.get(), &byte, 1) == 0;
}

std::string HttpReply::header(std::string_view name) const {
  const auto lower = [](std::string_view text) {
    std::string copy(text);
    std::transform(copy.begin(), copy.end(), copy.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return copy;
  };
  const std::size_t at = lower(head).find("\r\n" + lower(name) + ": ");
  if (at == std::string::npos) {
    return {};
  }
  const std::size_t begin = at + 2 + name.size() + 2;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

HttpConnection::HttpConnection(std::uint16_t port)
    : socket_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error(std::string("Cannot connect to the host: ") + std::strerror(errno));
  }
}

bool HttpConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    await(socket_.get(), POLLOUT, "the loopback to read");
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t HttpConnection::read_some(char* bytes, std::size_t size) {
  await(socket_.get(), POLLIN, "the loopback to answer");
  const ssize_t got = ::recv(socket_.get(), bytes, size, 0);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

HttpReply HttpConnection::receive() {
  std::string body;
  HttpReply reply = receive([&](std::string_view piece) { body += piece; });
  reply.body = std::move(body);
  return reply;
}

HttpReply HttpConnection::receive(const std::function<void(std::string_view)>& take) {
  HttpReply reply;
  std::vector<char> piece(std::size_t{256} << 10U);
  std::string begun;
  std::size_t end = std::string::npos;
  while ((end = begun.find("\r\n\r\n")) == std::string::npos) {
    const std::size_t got = read_some(piece.data(), piece.size());
    if (got == 0) {
      return reply;
    }
    begun.append(piece.data(), got);
  }
  reply.head = begun.substr(0, end + 2);
  reply.status = std::atoi(reply.head.c_str() + reply.head.find(' '));
  const std::string length = reply.header("Content-Length");
  std::uint64_t left = length.empty() ? 0 : std::stoull(length);
  const std::string_view first = std::string_view(begun).substr(end + 4);
  if (first.size() > left) {
    throw std::runtime_error("The answer is longer than its Content-Length.");
  }
  take(first);
  left -= first.size();
  while (left > 0) {
    const std::size_t got = read_some(piece.data(), std::min<std::uint64_t>(piece.size(), left));
    if (got == 0) {
      throw std::runtime_error("The answer is shorter than its Content-Length.");
    }
    take({piece.data(), got});
    left -= got;
  }
  return reply;
}

bool HttpConnection::answers_within(std::chrono::milliseconds time) const {
  return is_ready(socket_.get(), POLLIN, static_cast<int>(time.count()));
}

void HttpConnection::close_with_reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

}  // namespace libcos
