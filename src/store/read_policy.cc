#include "store/read_policy.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "rules/explain.h"
#include "rules/grease.h"
#include "store/settings.h"
#include "store/state.h"

namespace libcos::internal {
namespace {

constexpr std::int64_t kHourMs = 3600LL * 1000;

// One read on its way to a verdict. `real`: it charges and notes; else it changes nothing.
class Judgement {
 public:
  Judgement(StoreState& state, const PolicySettings& settings, const Caller& caller, Visitor visitor, const Hash& hash,
            bool real)
      : state_(state),
        settings_(settings),
        caller_(caller),
        hash_(hash),
        real_(real),
        now_(state.clock()),
        visitor_(std::move(visitor)) {}

  Result<Disclosure> decide() {
    COS_TRY(entry_, state_.registry.find(hash_));
    // Asked for an entry that is not there, too (0 is nobody's id): all kinds of miss do the same work.
    COS_TRY(facts_, state_.registry.facts(is_present() ? entry_->id : 0, visitor_, settings_.rules));
    COS_TRY(withheld_, withheld());
    DisclosureFacts facts = facts_;
    facts.listed = facts.listed && withheld_ == MissReason::kNone;
    facts.globally_disclosable = facts.globally_disclosable && withheld_ == MissReason::kNone;
    if (settings_.charge_lists && facts.listed && !facts.stored_by_origin && !facts.stored_by_same_site) {
      COS_TRY(facts.listed, tell(true));
      facts.globally_disclosable = facts.globally_disclosable && facts.listed;
    }
    Status failure;
    const Disclosure disclosure = decide_disclosure(facts, [&] {
      gate_.on_public_hash_list = state_.lists.contains(hash_, settings_.model_hubs);
      gate_.suppressed = is_suppressed();
      const bool hit = facts.globally_disclosable && gate_.on_public_hash_list && !gate_.suppressed;
      const Result<bool> told = verdict_ ? Result<bool>(verdict_->told) : tell(hit);
      gate_.budget_spent = !told.value_or(false);
      failure = told ? Status() : Status(tl::unexpected(told.error()));
      return gate_;
    });
    COS_CHECK(failure);
    return disclosure;
  }

  // After decide(): why a refused read was refused.
  Result<MissReason> reason() {
    if (!entry_) {
      return MissReason::kNotStored;
    }
    if (entry_->damaged) {
      return MissReason::kDamaged;
    }
    if (!facts_.listed && !facts_.globally_disclosable) {
      return missing_grant();
    }
    if (withheld_ != MissReason::kNone) {
      return withheld_;
    }
    if (!facts_.listed && !gate_.on_public_hash_list) {
      return MissReason::kNotOnPublicHashList;
    }
    if (!facts_.listed && gate_.suppressed) {
      return MissReason::kSuppressed;
    }
    return verdict_ && verdict_->stands ? MissReason::kAnswerStands : MissReason::kBudgetSpent;
  }

  [[nodiscard]] const std::optional<EntryRow>& entry() const { return entry_; }
  [[nodiscard]] const std::optional<LookupVerdict>& budget() const { return verdict_; }

 private:
  [[nodiscard]] bool is_present() const { return entry_ && !entry_->damaged; }

  [[nodiscard]] bool is_suppressed() const {
    const bool drawn = grease_suppresses(
        state_.secret, {visitor_.realm.name(), visitor_.top_level, hash_, now_ / settings_.grease_epoch_ms},
        settings_.grease_percent);
    return drawn && (!is_present() || entry_->size < kGreaseExemptSize);
  }

  // The user's options that keep cross-site disclosure back. They ask nothing about the entry.
  Result<MissReason> withheld() {
    if (settings_.follow_cookies && !caller_.third_party_cookies.value_or(false)) {
      return MissReason::kThirdPartyCookies;
    }
    if (!settings_.ask) {
      return MissReason::kNone;
    }
    COS_TRY(const auto decision, state_.registry.site_decision(visitor_.realm, visitor_.origin.site));
    if (!decision && real_ && caller_.user_activation) {
      // What cannot be noted now is noted when the site asks again.
      (void)state_.registry.database().without_waiting([&] {
        return state_.registry.put_site_decision(visitor_.realm, visitor_.origin.site, SiteDecision::kAsked, now_);
      });
    }
    if (decision == SiteDecision::kAllowed) {
      return MissReason::kNone;
    }
    return decision == SiteDecision::kBlocked ? MissReason::kAskBlocked : MissReason::kAskUndecided;
  }

  // Whether the page may be told what the answer is.
  Result<bool> tell(bool hit) {
    if (!settings_.limits.on) {
      return true;
    }
    const bool large = hit && entry_->size >= settings_.limits.large;
    const LookupOutcome truth = !hit    ? LookupOutcome::kMiss
                                : large ? LookupOutcome::kLargeHit
                                        : LookupOutcome::kSmallHit;
    // The page's site pays, whichever of its frames asks. A frame's own site has no account that it could take from
    // page to page: what is paid for there would carry an identifier. Only where frames are not kept apart anyway
    // does the asking site pay, too.
    Lookup lookup{visitor_.realm, {visitor_.top_level}, hash_, truth, now_, caller_.user_activation};
    if (visitor_.is_framed() && !settings_.rules.partition_frames) {
      lookup.payers.push_back(visitor_.origin.site);
    }
    COS_TRY(verdict_,
            real_ ? state_.ledger.answer(lookup, settings_.limits) : state_.ledger.foretell(lookup, settings_.limits));
    return verdict_->told;
  }

  // Nothing is granted to this reader here and now. Is it elsewhere?
  Result<MissReason> missing_grant() {
    const auto any = [&](const Visitor& visitor, const GrantRules& rules) -> Result<bool> {
      COS_TRY(const DisclosureFacts facts, state_.registry.facts(entry_->id, visitor, rules));
      return facts.stored_by_origin || facts.stored_by_same_site || facts.listed || facts.globally_disclosable;
    };
    GrantRules rules = settings_.rules;
    rules.needs_gesture = false;
    COS_TRY(const bool without_gesture, any(visitor_, rules));
    if (without_gesture) {
      return MissReason::kNoUserGesture;
    }
    rules.partition_frames = false;
    COS_TRY(const bool on_other_page, any(visitor_, rules));
    if (on_other_page) {
      return MissReason::kOtherPage;
    }
    rules.share_realms = true;
    COS_TRY(const auto realms, state_.registry.realms());
    for (const Realm& realm : realms) {
      COS_TRY(const bool there, any({realm, visitor_.origin, visitor_.top_level}, rules));
      if (there) {
        return MissReason::kOtherRealm;
      }
    }
    return MissReason::kNoGrant;
  }

  StoreState& state_;
  const PolicySettings& settings_;
  const Caller& caller_;
  const Hash& hash_;
  const bool real_;
  const std::int64_t now_;
  const Visitor visitor_;
  std::optional<EntryRow> entry_;
  DisclosureFacts facts_;
  MissReason withheld_ = MissReason::kNone;
  GlobalGate gate_;
  std::optional<LookupVerdict> verdict_;
};

Result<ReadVerdict> judge(StoreState& state, const PolicySettings& settings, const Caller& caller,
                          const Visitor& visitor, const Hash& hash) {
  if (caller.origin.is_opaque() || !state.administrator.lets_use(caller.origin.host()) ||
      !state.read_limiter.take(limiter_key(visitor), settings.read_rate, StoreState::steady_now())) {
    return ReadVerdict{};
  }
  Judgement judgement(state, settings, caller, visitor, hash, true);
  if (caller.user_activation) {
    COS_TRY(const bool awaited, state.registry.awaits_gesture(visitor));
    if (awaited) {
      // What cannot be noted now is noted at the next read.
      (void)state.registry.database().without_waiting([&] { return state.registry.confirm_gesture(visitor); });
    }
  }
  COS_TRY(const Disclosure disclosure, judgement.decide());
  return ReadVerdict{judgement.entry(), disclosure};
}

}  // namespace

std::string limiter_key(const Visitor& visitor) {
  return visitor.realm.name() + " " + visitor.origin.origin.serialize() + " " + visitor.top_level.serialized;
}

Result<PolicySettings> load_policy(StoreState& state) {
  Status failure;
  const auto value = [&](std::string_view key) -> std::int64_t {
    const Result<std::int64_t> read = state.setting_value(key);
    failure = read ? failure : Status(tl::unexpected(read.error()));
    return read.value_or(0);
  };
  const auto is_on = [&](std::string_view key) { return value(key) != 0; };
  const auto count = [&](std::string_view key) { return static_cast<std::uint32_t>(value(key)); };
  PolicySettings settings;
  settings.rules = {is_on(setting::kShareRealms), is_on(setting::kPartitionFrames), is_on(setting::kGateGesture)};
  settings.limits = {is_on(setting::kLookupBudget),
                     count(setting::kLookupHashes),
                     static_cast<double>(value(setting::kLookupBits)),
                     static_cast<double>(value(setting::kLookupMonthBits)),
                     value(setting::kLookupWindow) * kHourMs,
                     count(setting::kLookupResolvable),
                     static_cast<std::uint64_t>(value(setting::kLookupLarge)),
                     is_on(setting::kLookupActivation)};
  settings.charge_lists = is_on(setting::kLookupLists);
  settings.grease_percent = count(setting::kGreasePercent);
  settings.grease_epoch_ms = value(setting::kGreaseEpochDays) * 24 * kHourMs;
  settings.follow_cookies = is_on(setting::kGateCookies);
  settings.ask = is_on(setting::kGateAsk);
  settings.model_hubs = is_on(setting::kModelHubs);
  settings.keep_readers = is_on(setting::kHistoryReads);
  COS_TRY(const bool has_log, state.registry.has_activity());
  settings.keep_activity = has_log && !state.is_private() && is_on(setting::kHistoryActivity);
  settings.read_rate = count(setting::kReadRate);
  settings.write_rate = count(setting::kWriteRate);
  settings.write_units = static_cast<std::uint64_t>(value(setting::kWriteFiles));
  COS_CHECK(failure);
  return settings;
}

Result<ReadVerdict> judge_read(StoreState& state, const Caller& caller, const Hash& hash) {
  COS_TRY(const PolicySettings* const policy, state.policy());
  const PolicySettings settings = *policy;
  const Visitor visitor = state.visitor(caller.realm, caller.origin, caller.top_level);
  COS_TRY(ReadVerdict verdict, judge(state, settings, caller, visitor, hash));
  if (settings.keep_activity && !caller.origin.is_opaque()) {
    const bool found = verdict.disclosure != Disclosure::kRefused;
    state.activity.note(subject_of(visitor, found ? ActivityKind::kFound : ActivityKind::kRefused, hash),
                        visitor.top_level.serialized, found ? verdict.entry->size : 0, state.clock());
  }
  return verdict;
}

Result<ReadExplanation> explain_read(StoreState& state, const Caller& caller, const Hash& hash) {
  ReadExplanation explanation;
  if (caller.origin.is_opaque()) {
    explanation.reason = MissReason::kOpaqueOrigin;
  } else if (!state.administrator.lets_use(caller.origin.host())) {
    explanation.reason = MissReason::kAdministrator;
  } else {
    COS_TRY(const PolicySettings* const policy, state.policy());
    const PolicySettings settings = *policy;
    Judgement judgement(state, settings, caller, state.visitor(caller.realm, caller.origin, caller.top_level), hash,
                        false);
    COS_TRY(explanation.disclosure, judgement.decide());
    if (explanation.disclosure == Disclosure::kRefused) {
      COS_TRY(explanation.reason, judgement.reason());
    }
    if (const auto& budget = judgement.budget()) {
      explanation.charged = budget->charged;
      const LookupAccount& account = budget->account;
      explanation.lookups_left = settings.limits.hashes - std::min(account.counted, settings.limits.hashes);
      explanation.bits_left =
          std::max(0.0, std::min(settings.limits.bits - account.bits, settings.limits.month_bits - account.month_bits));
    }
  }
  put_into_words(explanation);
  return explanation;
}

}  // namespace libcos::internal
