// The part of the Store's face that is about the Public Hash List.
#include "base/try.h"
#include "cos/store.h"
#include "store/settings.h"
#include "store/state.h"

namespace libcos {
namespace {

// A registry that cannot be asked just now must not let more be found than the user allows.
bool model_hubs(internal::StoreState& state) {
  const std::lock_guard lock(state.mutex);
  return state.setting_value(setting::kModelHubs).value_or(0) != 0;
}

Status may_change(const internal::StoreState& state) {
  if (state.is_private()) {
    return fail(ErrorCode::kNotAllowed, "A private window does not change the Public Hash List.");
  }
  return {};
}

}  // namespace

bool Store::on_public_hash_list(const Hash& hash) { return state_->lists.contains(hash, model_hubs(*state_)); }

bool Store::is_hash_list_intact() { return state_->lists.is_intact(); }

HashListInfo Store::hash_list() { return state_->lists.info(model_hubs(*state_)); }

Result<HashListInfo> Store::install_hash_list(std::string_view text) {
  COS_CHECK(may_change(*state_));
  COS_CHECK(state_->lists.install(text, state_->clock()));
  return hash_list();
}

Result<HashListInfo> Store::roll_back_hash_list() {
  COS_CHECK(may_change(*state_));
  COS_CHECK(state_->lists.roll_back());
  return hash_list();
}

std::optional<HashProvenance> Store::hash_provenance(const Hash& hash) {
  auto provenance = state_->lists.provenance(hash);
  if (provenance && provenance->model_hub) {
    provenance->in_force = model_hubs(*state_);
  }
  return provenance;
}

}  // namespace libcos
