// Whether this program was linked with a sanitizer. Asked when it runs: a test's own objects are the same in the plain
// build and in that of ASan (tests/CMakeLists.txt).
#pragma once

extern "C" {
[[gnu::weak]] void __asan_init();  // NOLINT(bugprone-reserved-identifier): the sanitizers' own names
[[gnu::weak]] void __tsan_init();  // NOLINT(bugprone-reserved-identifier)
}

namespace libcos {

inline bool is_sanitized() { return __asan_init != nullptr || __tsan_init != nullptr; }

}  // namespace libcos
