// Early return for Result<T>.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#define COS_CONCAT_INNER(a, b) a##b
#define COS_CONCAT(a, b) COS_CONCAT_INNER(a, b)

// COS_TRY(auto fd, open_file(path)): declares `fd`, or returns the error.
#define COS_TRY(declaration, expression)                                      \
  auto COS_CONCAT(cos_try_, __LINE__) = (expression);                         \
  if (!COS_CONCAT(cos_try_, __LINE__)) {                                      \
    return tl::unexpected(std::move(COS_CONCAT(cos_try_, __LINE__).error())); \
  }                                                                           \
  declaration = std::move(*COS_CONCAT(cos_try_, __LINE__)) /* NOLINT */

// COS_CHECK(sync_file(fd)): returns the error of a Status, if it is one.
#define COS_CHECK(expression)                             \
  if (auto cos_status = (expression); !cos_status) {      \
    return tl::unexpected(std::move(cos_status.error())); \
  }                                                       \
  static_assert(true)
