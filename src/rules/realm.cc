#include "cos/realm.h"

#include "base/hex.h"

namespace libcos {

Result<Realm> Realm::profile(std::string_view id) {
  if (id.size() != 32 || !is_lowercase_hex(id)) {
    return fail(ErrorCode::kType, "A realm id is 32 lowercase hexadecimal digits.");
  }
  return Realm(std::string(id));
}

}  // namespace libcos
