#include "rules/explain.h"

#include <array>

namespace libcos {
namespace {

struct Words {
  MissReason reason;
  std::string_view name;
  std::string_view sentence;
  std::string_view mend;
};

constexpr std::array<Words, 16> kWords{{
    {MissReason::kNone, "none", "", ""},
    {MissReason::kOpaqueOrigin, "opaque-origin",
     "An opaque origin (a sandboxed frame, a data: URL) neither stores nor reads.",
     "Serve the page from an https: origin, without the sandbox."},
    {MissReason::kAdministrator, "administrator",
     "The administrator of this machine does not let this site use the store.", "Ask the administrator."},
    {MissReason::kNotStored, "not-stored", "The store has no such entry.",
     "It appears when a site has written all its bytes and closed the file; `cos add` puts it in by hand."},
    {MissReason::kDamaged, "damaged", "The stored bytes no longer match the hash; the entry was quarantined.",
     "The next site that stores these bytes repairs it; `cos rm` forgets it."},
    {MissReason::kOtherRealm, "other-realm",
     "The entry is open to this origin in another browser profile only. Profiles are never linked.",
     "Store it in this profile, too, or store it for all sites ('*') if it is on the Public Hash List."},
    {MissReason::kOtherPage, "other-page",
     "The entry was stored or granted in a frame on another site's page, and stays with that site's pages.",
     "Store it on this page, too, or `cos config set frames.partition off`."},
    {MissReason::kNoUserGesture, "no-user-gesture",
     "The page that stored the entry for other sites has not been touched by the user since.",
     "Click on the page that stored it, or `cos config set gates.user-gesture off`."},
    {MissReason::kNoGrant, "no-grant", "Other sites stored the entry, and none of them shared it with this origin.",
     "The storing site must write it again with origins: ['ORIGIN'] or '*'."},
    {MissReason::kAskUndecided, "ask-undecided",
     "This site may not find files of other sites yet: you have not said yes.", "`cos sites allow SITE`."},
    {MissReason::kAskBlocked, "ask-blocked", "You have said that this site may not find files of other sites.",
     "`cos sites allow SITE`."},
    {MissReason::kThirdPartyCookies, "third-party-cookies",
     "Files are shared across sites only where the browser allows third-party cookies, and here it does not.",
     "Allow third-party cookies for the page, or `cos config set gates.third-party-cookies off`."},
    {MissReason::kNotOnPublicHashList, "not-on-public-hash-list",
     "The entry is stored for all sites, but its hash is not on the Public Hash List.",
     "`cos phl status` shows which list is in force; the storing site can name this origin instead of '*'."},
    {MissReason::kSuppressed, "suppressed",
     "GREASE: now and then a site is told that a small file is missing, so that a miss proves nothing.",
     "The site downloads and stores the file itself, and finds it from then on."},
    {MissReason::kBudgetSpent, "budget-spent", "The site has asked for as much as it may in this time.",
     "The budget is refilled after lookup.window-hours, when the user interacts with the page; `cos clear SITE` "
     "forgets it."},
    {MissReason::kAnswerStands, "answer-stands",
     "The site asked for the hash before it was there; for the rest of the budget's window the answer stands.",
     "It is looked at again after lookup.window-hours; a site that stores the file itself finds it at once."},
}};

static_assert([] {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (static_cast<std::size_t>(kWords[i].reason) != i) {
      return false;
    }
  }
  return true;
}());

const Words& words_of(MissReason reason) { return kWords.at(static_cast<std::size_t>(reason)); }

std::string_view hit_sentence(Disclosure disclosure) {
  switch (disclosure) {
    case Disclosure::kStoringOrigin:
      return "This origin stored the entry itself.";
    case Disclosure::kSameSite:
      return "An origin of the same site stored the entry.";
    case Disclosure::kListed:
      return "The entry was stored for this origin by name.";
    case Disclosure::kGlobal:
      return "The entry was stored for all sites, and its hash is on the Public Hash List.";
    case Disclosure::kRefused:
      break;
  }
  return "";
}

}  // namespace

std::string_view miss_reason_name(MissReason reason) { return words_of(reason).name; }

void put_into_words(ReadExplanation& explanation) {
  const bool hit = explanation.disclosure != Disclosure::kRefused;
  const Words& words = words_of(explanation.reason);
  explanation.sentence = hit ? hit_sentence(explanation.disclosure) : words.sentence;
  explanation.mend = hit ? "" : words.mend;
}

}  // namespace libcos
