#include "torture/faults.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

namespace libcos::torture {
namespace {

// The one mutable state of the process, as there is one set of system calls.
std::string armed_directory;
Plan* armed_plan = nullptr;
Journal* armed_journal = nullptr;

bool watching() { return armed_plan != nullptr || armed_journal != nullptr; }

bool is_below(const char* path) {
  return path != nullptr && std::strncmp(path, armed_directory.c_str(), armed_directory.size()) == 0;
}

std::string path_of(int descriptor) {
  std::array<char, 64> link{};
  std::array<char, PATH_MAX> path{};
  (void)std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const ssize_t length = ::readlink(link.data(), path.data(), path.size() - 1);
  return {path.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool is_below(int descriptor) { return is_below(path_of(descriptor).c_str()); }

bool is_below(int directory, const char* path) {
  return path != nullptr && (path[0] == '/' || directory == AT_FDCWD ? is_below(path) : is_below(directory));
}

enum class Verdict { kGoOn, kFail, kHalf, kDieAfter, kHalfAndDie };

[[noreturn]] void die() {
  (void)::kill(::getpid(), SIGKILL);
  for (;;) {
    (void)::pause();
  }
}

Verdict judge(bool counts) {
  Plan* const plan = armed_plan;
  if (plan == nullptr || !counts) {
    return Verdict::kGoOn;
  }
  const int call = ++plan->calls;
  const bool strikes = plan->fault == Fault::kFailOn ? call >= plan->at : call == plan->at;
  if (plan->fault == Fault::kNone || !strikes) {
    return Verdict::kGoOn;
  }
  plan->struck = true;
  switch (plan->fault) {
    case Fault::kDieBefore:
      die();
    case Fault::kDieAfter:
      return Verdict::kDieAfter;
    case Fault::kDieHalfway:
      return Verdict::kHalfAndDie;
    case Fault::kShort:
      return Verdict::kHalf;
    case Fault::kFail:
    case Fault::kFailOn:
      errno = plan->error;
      return Verdict::kFail;
    case Fault::kNone:
      break;
  }
  return Verdict::kGoOn;
}

// Calls `real` as the plan says; for calls that are done or not.
template <class Real>
auto carry_out(bool counts, Real real) -> decltype(real()) {
  switch (judge(counts)) {
    case Verdict::kFail:
      return -1;
    case Verdict::kHalfAndDie:
      die();
    case Verdict::kDieAfter:
      (void)real();
      die();
    case Verdict::kHalf:
    case Verdict::kGoOn:
      break;
  }
  return real();
}

// For writes: `real` is told how many bytes to write.
template <class Real>
ssize_t carry_out_write(bool counts, size_t size, Real real) {
  switch (judge(counts)) {
    case Verdict::kFail:
      return -1;
    case Verdict::kHalf:
      return real(size < 2 ? size : size / 2);
    case Verdict::kHalfAndDie:
      (void)real(size / 2);
      die();
    case Verdict::kDieAfter:
      (void)real(size);
      die();
    case Verdict::kGoOn:
      break;
  }
  return real(size);
}

std::string absolute(int directory, const char* path) {
  return path[0] == '/' || directory == AT_FDCWD ? std::string(path) : path_of(directory) + "/" + path;
}

std::uint64_t inode_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

std::uint64_t inode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

// Returns `result`, and notes the event when it tells of a success. `event` may look at what the call has done.
template <class Number, class MakeEvent>
Number noted(bool counts, Number result, MakeEvent event) {
  if (armed_journal != nullptr && counts && result >= 0) {
    const int saved = errno;
    armed_journal->push_back(event(result));
    errno = saved;
  }
  return result;
}

Event sync_event(int descriptor) {
  struct stat status {};
  (void)::fstat(descriptor, &status);
  return S_ISDIR(status.st_mode) ? Event{.kind = Event::Kind::kSyncDirectory, .path = path_of(descriptor)}
                                 : Event{.kind = Event::Kind::kSync, .inode = status.st_ino};
}

Event write_event(int descriptor, const void* bytes, ssize_t size, off64_t position) {
  return {.kind = Event::Kind::kWrite,
          .inode = inode_of(descriptor),
          .position = static_cast<std::uint64_t>(position),
          .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))};
}

template <class Function>
Function real_of(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void arm(const std::filesystem::path& directory, Plan& plan) {
  armed_directory = directory.string();
  armed_plan = &plan;
}

void record(const std::filesystem::path& directory, Journal& journal) {
  armed_directory = directory.string();
  armed_journal = &journal;
}

void disarm() {
  armed_plan = nullptr;
  armed_journal = nullptr;
}

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "nothing";
    case Fault::kDieBefore:
      return "killed before";
    case Fault::kDieAfter:
      return "killed after";
    case Fault::kDieHalfway:
      return "killed halfway through";
    case Fault::kFail:
      return "failing";
    case Fault::kFailOn:
      return "failing from then on";
    case Fault::kShort:
      return "cut short";
  }
  return "";
}

}  // namespace libcos::torture

// NOLINTBEGIN(readability-identifier-naming, bugprone-reserved-identifier): these are the C library's names.
using libcos::torture::absolute;
using libcos::torture::carry_out;
using libcos::torture::carry_out_write;
using libcos::torture::Event;
using libcos::torture::inode_of;
using libcos::torture::is_below;
using libcos::torture::noted;
using libcos::torture::path_of;
using libcos::torture::real_of;
using libcos::torture::sync_event;
using libcos::torture::watching;
using libcos::torture::write_event;

// Seen by shared libraries, SQLite among them, before the C library's own.
#pragma GCC visibility push(default)
extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static const auto real = real_of<ssize_t (*)(int, const void*, size_t)>("write");
  const bool counts = watching() && is_below(descriptor);
  const ssize_t done = carry_out_write(counts, size, [&](size_t part) { return real(descriptor, bytes, part); });
  return noted(counts, done, [&](ssize_t written) {
    return write_event(descriptor, bytes, written, ::lseek64(descriptor, 0, SEEK_CUR) - written);
  });
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t position) {
  static const auto real = real_of<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  const bool counts = watching() && is_below(descriptor);
  const ssize_t done =
      carry_out_write(counts, size, [&](size_t part) { return real(descriptor, bytes, part, position); });
  return noted(counts, done, [&](ssize_t written) { return write_event(descriptor, bytes, written, position); });
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t position) {
  static const auto real = real_of<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  const bool counts = watching() && is_below(descriptor);
  const ssize_t done =
      carry_out_write(counts, size, [&](size_t part) { return real(descriptor, bytes, part, position); });
  return noted(counts, done, [&](ssize_t written) { return write_event(descriptor, bytes, written, position); });
}

int fsync(int descriptor) {
  static const auto real = real_of<int (*)(int)>("fsync");
  const bool counts = watching() && is_below(descriptor);
  return noted(counts, carry_out(counts, [&] { return real(descriptor); }),
               [&](int) { return sync_event(descriptor); });
}

int fdatasync(int descriptor) {
  static const auto real = real_of<int (*)(int)>("fdatasync");
  const bool counts = watching() && is_below(descriptor);
  return noted(counts, carry_out(counts, [&] { return real(descriptor); }),
               [&](int) { return sync_event(descriptor); });
}

#define COS_TRUNCATE(name, offset_type)                                                                               \
  static const auto real = real_of<int (*)(int, offset_type)>(#name);                                                 \
  const bool counts = watching() && is_below(descriptor);                                                             \
  const int done = carry_out(counts, [&] { return real(descriptor, size); });                                         \
  return noted(counts, done, [&](int) {                                                                               \
    return Event{                                                                                                     \
        .kind = Event::Kind::kTruncate, .inode = inode_of(descriptor), .position = static_cast<std::uint64_t>(size)}; \
  })

int ftruncate(int descriptor, off_t size) noexcept { COS_TRUNCATE(ftruncate, off_t); }

int ftruncate64(int descriptor, off64_t size) noexcept { COS_TRUNCATE(ftruncate64, off64_t); }

int rename(const char* from, const char* to) noexcept {
  static const auto real = real_of<int (*)(const char*, const char*)>("rename");
  const bool counts = watching() && is_below(to);
  const int done = carry_out(counts, [&] { return real(from, to); });
  return noted(counts, done, [&](int) {
    return Event{.kind = Event::Kind::kRename, .inode = inode_of(std::string(to)), .path = from, .to = to};
  });
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  static const auto real = real_of<int (*)(int, const char*, int, const char*)>("renameat");
  const bool counts = watching() && is_below(to_directory, to);
  const int done = carry_out(counts, [&] { return real(from_directory, from, to_directory, to); });
  return noted(counts, done, [&](int) {
    const std::string path = absolute(to_directory, to);
    return Event{
        .kind = Event::Kind::kRename, .inode = inode_of(path), .path = absolute(from_directory, from), .to = path};
  });
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) noexcept {
  static const auto real = real_of<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  const bool counts = watching() && is_below(to_directory, to);
  const int done = carry_out(counts, [&] { return real(from_directory, from, to_directory, to, flags); });
  return noted(counts, done, [&](int) {
    const auto kind = (flags & RENAME_EXCHANGE) != 0 ? Event::Kind::kExchange : Event::Kind::kRename;
    const std::string path = absolute(to_directory, to);
    return Event{.kind = kind, .inode = inode_of(path), .path = absolute(from_directory, from), .to = path};
  });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = real_of<int (*)(const char*, const char*)>("link");
  const bool counts = watching() && is_below(to);
  const int done = carry_out(counts, [&] { return real(from, to); });
  return noted(counts, done,
               [&](int) { return Event{.kind = Event::Kind::kName, .inode = inode_of(std::string(to)), .path = to}; });
}

int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  static const auto real = real_of<int (*)(int, const char*, int, const char*, int)>("linkat");
  const bool counts = watching() && is_below(to_directory, to);
  const int done = carry_out(counts, [&] { return real(from_directory, from, to_directory, to, flags); });
  return noted(counts, done, [&](int) {
    const std::string path = absolute(to_directory, to);
    return Event{.kind = Event::Kind::kName, .inode = inode_of(path), .path = path};
  });
}

int unlink(const char* path) noexcept {
  static const auto real = real_of<int (*)(const char*)>("unlink");
  const bool counts = watching() && is_below(path);
  const int done = carry_out(counts, [&] { return real(path); });
  return noted(counts, done, [&](int) { return Event{.kind = Event::Kind::kUnname, .path = path}; });
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto real = real_of<int (*)(int, const char*, int)>("unlinkat");
  const bool counts = watching() && is_below(directory, path);
  const int done = carry_out(counts, [&] { return real(directory, path, flags); });
  return noted(counts, done,
               [&](int) { return Event{.kind = Event::Kind::kUnname, .path = absolute(directory, path)}; });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = real_of<int (*)(const char*, mode_t)>("mkdir");
  const bool counts = watching() && is_below(path);
  const int done = carry_out(counts, [&] { return real(path, mode); });
  return noted(counts, done, [&](int) { return Event{.kind = Event::Kind::kMakeDirectory, .path = path}; });
}

int futimens(int descriptor, const timespec times[2]) noexcept {
  static const auto real = real_of<int (*)(int, const timespec*)>("futimens");
  const bool counts = watching() && is_below(descriptor);
  return noted(counts, carry_out(counts, [&] { return real(descriptor, times); }),
               [&](int) { return Event{.kind = Event::Kind::kTouch, .path = path_of(descriptor)}; });
}

int fchmod(int descriptor, mode_t mode) noexcept {
  static const auto real = real_of<int (*)(int, mode_t)>("fchmod");
  return carry_out(watching() && is_below(descriptor), [&] { return real(descriptor, mode); });
}

// What is there already gets no new name; nothing here truncates what is there.
#define COS_OPEN(...)                                                                                       \
  mode_t mode = 0;                                                                                          \
  if ((flags & O_CREAT) != 0) {                                                                             \
    va_list rest;                                                                                           \
    va_start(rest, flags);                                                                                  \
    mode = static_cast<mode_t>(va_arg(rest, unsigned));                                                     \
    va_end(rest);                                                                                           \
  }                                                                                                         \
  const bool counts = watching() && (flags & (O_CREAT | O_TRUNC)) != 0 && is_below(__VA_ARGS__);            \
  const bool is_new = counts && inode_of(absolute(at, path)) == 0;                                          \
  return noted(is_new, carry_out(counts, [&] { return real(__VA_ARGS__, flags, mode); }), [&](int opened) { \
    return Event{.kind = Event::Kind::kName, .inode = inode_of(opened), .path = path_of(opened)};           \
  })

int open(const char* path, int flags, ...) {
  static const auto real = real_of<int (*)(const char*, int, ...)>("open");
  constexpr int at = AT_FDCWD;
  COS_OPEN(path);
}

int open64(const char* path, int flags, ...) {
  static const auto real = real_of<int (*)(const char*, int, ...)>("open64");
  constexpr int at = AT_FDCWD;
  COS_OPEN(path);
}

int openat(int at, const char* path, int flags, ...) {
  static const auto real = real_of<int (*)(int, const char*, int, ...)>("openat");
  COS_OPEN(at, path);
}

}  // extern "C"
#pragma GCC visibility pop
// NOLINTEND(readability-identifier-naming, bugprone-reserved-identifier)
