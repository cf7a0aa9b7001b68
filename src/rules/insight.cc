#include "cos/insight.h"

namespace libcos {

std::string_view history_event_name(HistoryEvent::Kind kind) {
  switch (kind) {
    case HistoryEvent::Kind::kAdded:
      return "added";
    case HistoryEvent::Kind::kStored:
      return "stored";
    case HistoryEvent::Kind::kRead:
      return "read";
    case HistoryEvent::Kind::kVerified:
      return "verified";
  }
  return "";
}

std::string_view activity_kind_name(ActivityKind kind) {
  switch (kind) {
    case ActivityKind::kStored:
      return "stored";
    case ActivityKind::kFound:
      return "found";
    case ActivityKind::kRefused:
      return "refused";
    case ActivityKind::kEvicted:
      return "evicted";
    case ActivityKind::kDamaged:
      return "damaged";
  }
  return "";
}

std::string_view site_decision_name(SiteDecision decision) {
  switch (decision) {
    case SiteDecision::kAsked:
      return "asked";
    case SiteDecision::kAllowed:
      return "allowed";
    case SiteDecision::kBlocked:
      return "blocked";
  }
  return "";
}

}  // namespace libcos
