#include "draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cos_simulate {

Draw::Draw(std::uint64_t seed, std::initializer_list<std::uint64_t> subject) : state_(seed) {
  for (const std::uint64_t number : subject) {
    state_ = next() ^ number;
  }
}

std::uint64_t Draw::next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31U);
}

double Draw::uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

double Draw::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint32_t Draw::below(std::uint32_t bound) {
  return static_cast<std::uint32_t>(uniform() * static_cast<double>(bound));
}

std::uint32_t Draw::geometric(double mean) {
  std::uint32_t count = 1;
  while (uniform() >= 1 / mean) {
    ++count;
  }
  return count;
}

Zipf::Zipf(std::uint32_t count, double skew) : cumulated_(count) {
  double sum = 0;
  for (std::uint32_t rank = 0; rank < count; ++rank) {
    sum += std::pow(static_cast<double>(rank) + 1, -skew);
    cumulated_[rank] = sum;
  }
}

std::uint32_t Zipf::operator()(Draw& draw) const {
  return (*this)(draw, static_cast<std::uint32_t>(cumulated_.size()));
}

std::uint32_t Zipf::operator()(Draw& draw, std::uint32_t count) const {
  const auto end = cumulated_.begin() + std::min<std::ptrdiff_t>(count, std::ssize(cumulated_));
  const double drawn = draw.uniform() * *(end - 1);
  return static_cast<std::uint32_t>(std::upper_bound(cumulated_.begin(), end - 1, drawn) - cumulated_.begin());
}

}  // namespace cos_simulate
