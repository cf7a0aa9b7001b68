#include "host/public_sentence.h"

namespace libcos {

std::string public_sentence(const Error& error) {
  switch (error.code) {
    case ErrorCode::kType:
    case ErrorCode::kNotAllowed:
    case ErrorCode::kNotFound:
    case ErrorCode::kData:
    case ErrorCode::kInvalidState:
    case ErrorCode::kAborted:
      return error.message;
    case ErrorCode::kQuotaExceeded:
      return "The storage limit has been reached.";
    default:
      return "The store could not do this.";
  }
}

}  // namespace libcos
