// Disclosure: may this origin read this entry? (specification, section 2)
#pragma once

#include <functional>
#include <string_view>

namespace libcos {

// What the registry knows of an entry and a reader; of the grants to others nothing is said when the first or second
// holds. All false for an entry that does not exist: a missing entry and a hidden one are decided by the same steps.
struct DisclosureFacts {
  bool stored_by_origin = false;
  bool stored_by_same_site = false;
  bool listed = false;
  bool globally_disclosable = false;
};

// What only the fourth step asks. Answered on demand: reads that the first three steps decide must not
// consult the Public Hash List, roll GREASE or touch a budget. Every other read does all of that, whether there
// is an entry or not: a refusal must cost the same, whatever its reason.
struct GlobalGate {
  bool on_public_hash_list = false;
  bool suppressed = false;    // GREASE says that this read is to miss
  bool budget_spent = false;  // the site's lookup budget
};

enum class Disclosure { kRefused, kStoringOrigin, kSameSite, kListed, kGlobal };

Disclosure decide_disclosure(const DisclosureFacts& facts, const std::function<GlobalGate()>& global_gate);

std::string_view disclosure_name(Disclosure disclosure);  // "refused", "storing origin", …

}  // namespace libcos
