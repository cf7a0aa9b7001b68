#include "torture/history.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

namespace libcos::torture {
namespace {

struct Moment {
  std::int64_t when;
  bool returns;
  std::size_t operation;
};

// One way in which it may have gone so far: whether the file is there, and which of the operations that have not
// returned yet have taken effect.
using Course = std::pair<bool, std::set<std::size_t>>;

// Whether the operation may take effect now; changes `there` if it may.
bool takes_effect(const Operation& operation, bool& there) {
  switch (operation.kind) {
    case Operation::Kind::kWrite:
      there = true;
      return true;
    case Operation::Kind::kRemove: {
      const bool fits = operation.found == there;
      there = false;
      return fits;
    }
    case Operation::Kind::kRead:
      return operation.found == there;
  }
  return false;
}

// All courses that `courses` can become when more of the pending operations take effect.
std::set<Course> closure(std::set<Course> courses, const std::set<std::size_t>& pending,
                         const std::vector<Operation>& operations) {
  std::vector<Course> open(courses.begin(), courses.end());
  while (!open.empty()) {
    const Course course = std::move(open.back());
    open.pop_back();
    for (const std::size_t index : pending) {
      bool there = course.first;
      if (course.second.contains(index) || !takes_effect(operations[index], there)) {
        continue;
      }
      Course next{there, course.second};
      next.second.insert(index);
      if (courses.insert(next).second) {
        open.push_back(std::move(next));
      }
    }
  }
  return courses;
}

}  // namespace

bool is_linearizable(const std::vector<Operation>& operations) {
  std::vector<Moment> moments;
  for (std::size_t index = 0; index < operations.size(); ++index) {
    moments.push_back({operations[index].from, false, index});
    if (operations[index].to != kNeverReturned) {
      moments.push_back({operations[index].to, true, index});
    }
  }
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
    return std::pair(a.when, a.returns) < std::pair(b.when, b.returns);
  });
  std::set<std::size_t> pending;
  std::set<Course> courses{{false, {}}};
  for (const Moment& moment : moments) {
    if (!moment.returns) {
      pending.insert(moment.operation);
      continue;
    }
    std::set<Course> left;
    for (const Course& course : closure(std::move(courses), pending, operations)) {
      if (course.second.contains(moment.operation)) {
        Course without = course;
        without.second.erase(moment.operation);
        left.insert(std::move(without));
      }
    }
    pending.erase(moment.operation);
    courses = std::move(left);
    if (courses.empty()) {
      return false;
    }
  }
  return true;
}

}  // namespace libcos::torture
