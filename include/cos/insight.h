// What the user is told about reads, grants and budgets, and a page never: explanations, histories, and what
// clearing and eviction did.
#pragma once

#include <cstdint>
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

// Ask mode: a site that wanted to read across sites, and what the user said.
struct SiteDecisionInfo {
  std::string realm;
  std::string site;
  SiteDecision decision;
  std::int64_t at;
};

}  // namespace libcos
