// Realm: whose storing and reading is whose. Bytes belong to the machine; who stored them and who may read
// them belongs to one browser profile, so that a person's profiles are never linked.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "cos/result.h"

namespace libcos {

class Realm {
 public:
  // The command line's realm: entries added by hand, whose scope the user chose for the whole machine.
  static Realm local() { return Realm("local"); }

  // A browser profile, by the random id that its extension keeps: 32 lowercase hex digits. Errors: kType.
  static Result<Realm> profile(std::string_view id);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_local() const { return name_ == "local"; }

  friend auto operator<=>(const Realm&, const Realm&) = default;

 private:
  explicit Realm(std::string name) : name_(std::move(name)) {}

  std::string name_;
};

}  // namespace libcos
