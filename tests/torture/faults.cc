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

bool is_below(const char* path) {
  return path != nullptr && std::strncmp(path, armed_directory.c_str(), armed_directory.size()) == 0;
}

bool is_below(int descriptor) {
  std::array<char, 64> link{};
  std::array<char, PATH_MAX> path{};
  (void)std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const ssize_t length = ::readlink(link.data(), path.data(), path.size() - 1);
  return length > 0 && is_below(path.data());
}

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

template <class Function>
Function real_of(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void arm(const std::filesystem::path& directory, Plan& plan) {
  armed_directory = directory.string();
  armed_plan = &plan;
}

void disarm() { armed_plan = nullptr; }

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
using libcos::torture::armed_plan;
using libcos::torture::carry_out;
using libcos::torture::carry_out_write;
using libcos::torture::is_below;
using libcos::torture::real_of;

// Seen by shared libraries, SQLite among them, before the C library's own.
#pragma GCC visibility push(default)
extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  static const auto real = real_of<ssize_t (*)(int, const void*, size_t)>("write");
  return carry_out_write(armed_plan != nullptr && is_below(descriptor), size,
                         [&](size_t part) { return real(descriptor, bytes, part); });
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t position) {
  static const auto real = real_of<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return carry_out_write(armed_plan != nullptr && is_below(descriptor), size,
                         [&](size_t part) { return real(descriptor, bytes, part, position); });
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t position) {
  static const auto real = real_of<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return carry_out_write(armed_plan != nullptr && is_below(descriptor), size,
                         [&](size_t part) { return real(descriptor, bytes, part, position); });
}

int fsync(int descriptor) {
  static const auto real = real_of<int (*)(int)>("fsync");
  return carry_out(armed_plan != nullptr && is_below(descriptor), [&] { return real(descriptor); });
}

int fdatasync(int descriptor) {
  static const auto real = real_of<int (*)(int)>("fdatasync");
  return carry_out(armed_plan != nullptr && is_below(descriptor), [&] { return real(descriptor); });
}

int ftruncate(int descriptor, off_t size) noexcept {
  static const auto real = real_of<int (*)(int, off_t)>("ftruncate");
  return carry_out(armed_plan != nullptr && is_below(descriptor), [&] { return real(descriptor, size); });
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  static const auto real = real_of<int (*)(int, off64_t)>("ftruncate64");
  return carry_out(armed_plan != nullptr && is_below(descriptor), [&] { return real(descriptor, size); });
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = real_of<int (*)(const char*, const char*)>("rename");
  return carry_out(armed_plan != nullptr && is_below(to), [&] { return real(from, to); });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = real_of<int (*)(const char*, const char*)>("link");
  return carry_out(armed_plan != nullptr && is_below(to), [&] { return real(from, to); });
}

int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  static const auto real = real_of<int (*)(int, const char*, int, const char*, int)>("linkat");
  return carry_out(armed_plan != nullptr && is_below(to_directory, to),
                   [&] { return real(from_directory, from, to_directory, to, flags); });
}

int unlink(const char* path) noexcept {
  static const auto real = real_of<int (*)(const char*)>("unlink");
  return carry_out(armed_plan != nullptr && is_below(path), [&] { return real(path); });
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto real = real_of<int (*)(int, const char*, int)>("unlinkat");
  return carry_out(armed_plan != nullptr && is_below(directory, path), [&] { return real(directory, path, flags); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = real_of<int (*)(const char*, mode_t)>("mkdir");
  return carry_out(armed_plan != nullptr && is_below(path), [&] { return real(path, mode); });
}

int futimens(int descriptor, const timespec times[2]) noexcept {
  static const auto real = real_of<int (*)(int, const timespec*)>("futimens");
  return carry_out(armed_plan != nullptr && is_below(descriptor), [&] { return real(descriptor, times); });
}

int fchmod(int descriptor, mode_t mode) noexcept {
  static const auto real = real_of<int (*)(int, mode_t)>("fchmod");
  return carry_out(armed_plan != nullptr && is_below(descriptor), [&] { return real(descriptor, mode); });
}

#define COS_OPEN(name, ...)                                                                                 \
  mode_t mode = 0;                                                                                          \
  if ((flags & O_CREAT) != 0) {                                                                             \
    va_list rest;                                                                                           \
    va_start(rest, flags);                                                                                  \
    mode = static_cast<mode_t>(va_arg(rest, unsigned));                                                     \
    va_end(rest);                                                                                           \
  }                                                                                                         \
  const bool counts = armed_plan != nullptr && (flags & (O_CREAT | O_TRUNC)) != 0 && is_below(__VA_ARGS__); \
  return carry_out(counts, [&] { return real(__VA_ARGS__, flags, mode); })

int open(const char* path, int flags, ...) {
  static const auto real = real_of<int (*)(const char*, int, ...)>("open");
  COS_OPEN(open, path);
}

int open64(const char* path, int flags, ...) {
  static const auto real = real_of<int (*)(const char*, int, ...)>("open64");
  COS_OPEN(open64, path);
}

int openat(int directory, const char* path, int flags, ...) {
  static const auto real = real_of<int (*)(int, const char*, int, ...)>("openat");
  COS_OPEN(openat, directory, path);
}

}  // extern "C"
#pragma GCC visibility pop
// NOLINTEND(readability-identifier-naming, bugprone-reserved-identifier)
