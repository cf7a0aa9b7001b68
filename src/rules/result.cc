#include "cos/result.h"

namespace libcos {

std::string_view dom_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kType:
      return "TypeError";
    case ErrorCode::kNotAllowed:
      return "NotAllowedError";
    case ErrorCode::kNotFound:
      return "NotFoundError";
    case ErrorCode::kData:
      return "DataError";
    case ErrorCode::kQuotaExceeded:
      return "QuotaExceededError";
    case ErrorCode::kInvalidState:
      return "InvalidStateError";
    case ErrorCode::kAborted:
      return "AbortError";
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kNewerStore:
    case ErrorCode::kBusy:
    case ErrorCode::kUnavailable:
      break;
  }
  return "UnknownError";
}

}  // namespace libcos
