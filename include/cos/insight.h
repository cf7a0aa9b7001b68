// What the user is told about reads, grants and budgets, and a page never: explanations, histories, and what
// clearing and eviction did.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cos/disclosure.h"
#include "cos/hash.h"

namespace libcos {

// Why a read would miss. In the order in which they are looked for; the first that holds is named.
enum class MissReason {
  kNone,               // it would hit
  kOpaqueOrigin,       // such an origin neither stores nor reads
  kAdministrator,      // the administrator of the machine does not let the site use the store
  kNotStored,          // no entry
  kDamaged,            // an entry whose bytes failed verification
  kOtherRealm,         // disclosed to this origin in another profile only
  kOtherPage,          // stored or granted for this origin in a cross-site frame of another page
  kNoUserGesture,      // granted on a page that the user has not touched, and the user asks for that
  kNoGrant,            // stored by other sites, for others
  kAskUndecided,       // ask mode: the user has not been asked
  kAskBlocked,         // ask mode: the user said no
  kThirdPartyCookies,  // the user lets cross-site disclosure follow the browser's switch, which is off
  kNotOnPublicHashList,
  kSuppressed,    // GREASE
  kBudgetSpent,   // the site's lookup budget
  kAnswerStands,  // the site was told today that it is missing
};

std::string_view miss_reason_name(MissReason reason);  // "not-on-public-hash-list", …

// What a read would be answered now, and why. Asking changes nothing.
struct ReadExplanation {
  Disclosure disclosure = Disclosure::kRefused;
  MissReason reason = MissReason::kNone;
  std::string sentence;  // for people
  std::string mend;      // what a developer or user can do about a miss; empty when nothing can be done
  // The budget of the site that would pay, after this read.
  bool charged = false;  // the read costs something
  std::uint32_t lookups_left = 0;
  double bits_left = 0;
};

// One line of an entry's history.
struct HistoryEvent {
  enum class Kind { kAdded, kStored, kRead, kVerified };

  Kind kind;
  std::int64_t at;        // ms since 1970
  std::int64_t first_at;  // of reads: the first; else the same
  std::string realm;
  std::string origin;     // empty for what the user or the store did
  std::string top_level;  // the page's site, when the origin was framed by another; else empty
  std::string detail;     // the declared scope; the grant that disclosed a read
  std::string source_url;
};

std::string_view history_event_name(HistoryEvent::Kind kind);  // "added", "stored", …

// What the activity log tells of. The numbers are stored in store.db: never reuse one.
enum class ActivityKind {
  kStored = 0,
  kFound = 1,    // asked for and disclosed
  kRefused = 2,  // asked for and not disclosed, whatever the reason: that there is no such entry is one of them
  kEvicted = 3,  // removed to make room
  kDamaged = 4,  // its bytes failed verification
};

std::string_view activity_kind_name(ActivityKind kind);  // "stored", "found", …

// One line of the activity log. What happens again on the same day (of UTC) is the same line.
struct ActivityLine {
  ActivityKind kind;
  std::int64_t at;      // ms since 1970; the last time on that day
  std::uint64_t count;  // how often on that day
  std::string realm;
  std::string origin;     // empty: the user, by hand; or the store itself
  std::string top_level;  // the page's site, when the origin was framed by another; else empty
  Hash hash;
  std::uint64_t size;  // 0: not told, as of all that was refused
};

// Where a page of the activity log ended.
struct ActivityPlace {
  std::int64_t at;
  std::int64_t id;
};

struct ActivityPage {
  std::vector<ActivityLine> lines;
  std::optional<ActivityPlace> next;  // where the next page begins; nullopt after the last
};

struct ClearReport {
  std::uint64_t entries_removed = 0;
  std::uint64_t bytes_freed = 0;
  std::uint64_t entries_kept = 0;  // that others stored, too, or that the user added by hand
};

// One entry that eviction removes, or would remove.
struct EvictedEntry {
  Hash hash;
  std::uint64_t size;
  std::int64_t last_read;
};

enum class SiteDecision { kAsked, kAllowed, kBlocked };

std::string_view site_decision_name(SiteDecision decision);  // "asked", "allowed", "blocked"

// Ask mode: a site that wanted to read across sites, and what the user said.
struct SiteDecisionInfo {
  std::string realm;
  std::string site;
  SiteDecision decision;
  std::int64_t at;
};

}  // namespace libcos
