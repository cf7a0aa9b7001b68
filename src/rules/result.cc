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

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kType:
      return "type";
    case ErrorCode::kNotAllowed:
      return "not-allowed";
    case ErrorCode::kNotFound:
      return "not-found";
    case ErrorCode::kData:
      return "data";
    case ErrorCode::kQuotaExceeded:
      return "quota-exceeded";
    case ErrorCode::kInvalidState:
      return "invalid-state";
    case ErrorCode::kAborted:
      return "aborted";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kNewerStore:
      return "newer-store";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kUnavailable:
      return "unavailable";
  }
  return "";
}

}  // namespace libcos
