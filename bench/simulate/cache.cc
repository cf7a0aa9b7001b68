#include "cache.h"

#include <algorithm>

namespace cos_simulate {
namespace {

constexpr std::uint32_t kSample = 32;
constexpr double kPacketBytes = 536;  // Cherkasova's cost of a download, in packets

}  // namespace

Cache::Cache(Policy policy, std::uint64_t capacity, std::uint32_t files)
    : policy_(policy), capacity_(capacity), slots_(files) {}

double Cache::key_of(const Slot& slot, std::uint64_t now, std::uint64_t next) const {
  const auto bytes = static_cast<double>(slot.bytes);
  switch (policy_) {
    case Policy::kLeastRecentlyRead:
      return static_cast<double>(now);
    case Policy::kOldestFirst:
      return slot.held ? slot.key : static_cast<double>(now);
    case Policy::kLfuAgeing:
      return age_ + slot.reads;
    case Policy::kGdsf:
      return age_ + slot.reads / bytes;
    case Policy::kGdsfBytes:
      return age_ + slot.reads * (2 + bytes / kPacketBytes) / bytes;
    case Policy::kLargestFirst:
      return -bytes;
    case Policy::kClairvoyant:
      return -static_cast<double>(next);
    case Policy::kSizeTimesAge:
    case Policy::kRandom:
      break;
  }
  return 0;
}

void Cache::read(std::uint32_t file, std::uint64_t now, std::uint64_t next) {
  Slot& slot = slots_[file];
  ++slot.reads;
  slot.last = now;
  if (is_ordered()) {
    const double key = key_of(slot, now, next);
    order_.erase({slot.key, file});
    order_.emplace(key, file);
    slot.key = key;
  }
}

void Cache::store(std::uint32_t file, std::uint64_t bytes, std::uint64_t now, std::uint64_t next) {
  if (bytes > capacity_) {
    return;
  }
  while (bytes_ + bytes > capacity_) {
    evict(victim(now));
  }
  Slot& slot = slots_[file];
  slot.bytes = bytes;
  slot.last = now;
  slot.reads = 1;
  slot.key = key_of(slot, now, next);
  slot.held = true;
  if (is_ordered()) {
    order_.emplace(slot.key, file);
  } else {
    slot.place = static_cast<std::uint32_t>(held_.size());
    held_.push_back(file);
  }
  bytes_ += bytes;
  most_bytes_ = std::max(most_bytes_, bytes_);
}

std::uint32_t Cache::victim(std::uint64_t now) {
  if (is_ordered()) {
    return order_.begin()->second;
  }
  std::uint32_t chosen = held_[draw_.below(static_cast<std::uint32_t>(held_.size()))];
  if (policy_ == Policy::kRandom) {
    return chosen;
  }
  const auto weight = [&](std::uint32_t file) {
    return static_cast<double>(slots_[file].bytes) * static_cast<double>(now - slots_[file].last + 1);
  };
  for (std::uint32_t i = 1; i < kSample; ++i) {
    const std::uint32_t other = held_[draw_.below(static_cast<std::uint32_t>(held_.size()))];
    chosen = weight(other) > weight(chosen) ? other : chosen;
  }
  return chosen;
}

void Cache::evict(std::uint32_t file) {
  Slot& slot = slots_[file];
  if (is_ordered()) {
    age_ = slot.key;
    order_.erase({slot.key, file});
  } else {
    slots_[held_.back()].place = slot.place;
    held_[slot.place] = held_.back();
    held_.pop_back();
  }
  slot.held = false;
  bytes_ -= slot.bytes;
  ++evicted_;
}

}  // namespace cos_simulate
