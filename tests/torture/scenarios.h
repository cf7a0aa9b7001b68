// What is interrupted: one operation on a store, the state that it begins in, and what may be true when it was cut off.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cos/store.h"

namespace libcos::torture {

// A file of a scenario, and what its entry may have become.
struct Expectation {
  std::string text;
  bool before;  // whether it is stored before the operation
  bool after;   // whether it is when the operation was acknowledged
};

struct Scenario {
  std::string name;
  // Makes the state that the operation begins in, in an absent directory.
  std::function<Status(const std::filesystem::path&)> prepare;
  // Opens the store and does it. Success is the acknowledgement.
  std::function<Status(const std::filesystem::path&)> act;
  std::vector<Expectation> files;
  // What else must hold once it was acknowledged; empty: nothing.
  std::function<std::string(Store&)> confirm;
  // What must hold at any time; empty: nothing more than of all stores.
  std::function<std::string(Store&, const std::filesystem::path&)> hold = {};
  // Clearing goes on in steps, so that it never holds the store for long; cut off, it has done some of them.
  bool in_steps = false;
};

const std::vector<Scenario>& scenarios();

}  // namespace libcos::torture
