// Result<T>: the one way in which libcos reports failure. No exception crosses a public header.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace libcos {

// Why an operation failed. The first group is what a web page may be told (each value has the name of a
// DOMException, or TypeError); the second group is for the embedder and the user.
enum class ErrorCode {
  kType,           // TypeError: a malformed hash, origin or scope
  kNotAllowed,     // NotAllowedError
  kNotFound,       // NotFoundError: nothing that the caller may see
  kData,           // DataError: the bytes do not have the promised hash
  kQuotaExceeded,  // QuotaExceededError
  kInvalidState,   // InvalidStateError
  kAborted,        // AbortError

  kIo,           // the operating system refused: disk full, permission, I/O error
  kCorrupt,      // the store's files contradict each other or fail their hashes
  kNewerStore,   // the store was written by a newer version of cos
  kBusy,         // another process holds the store for longer than we wait
  kUnavailable,  // a part that this operation needs is missing here (browser, file system feature)
};

// The DOMException name for a page ("NotFoundError", "TypeError", …). Codes of the second group map to
// "UnknownError": a page learns nothing about the machine.
std::string_view dom_name(ErrorCode code);

// The code's own name, which stays the same: "not-found", "busy", … For programs that have words of their own for it.
std::string_view error_code_name(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;  // what happened, one sentence, for the user or the developer
  std::string mend;     // what to do next, when there is something to do; else empty
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// return fail(ErrorCode::kData, "…");
inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string mend = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(mend)});
}

}  // namespace libcos
