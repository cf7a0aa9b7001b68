#include "scale/operations.h"

#include <cmath>
#include <memory>
#include <numbers>
#include <optional>
#include <utility>

#include "support/store_words.h"

namespace libcos::scale {
namespace {

constexpr std::size_t kManyTurns = 2000;
constexpr std::size_t kDurableTurns = 60;  // each waits for the disk
constexpr std::size_t kListed = 100;
// A look-up across sites costs more the first time than when it is asked again.
constexpr std::size_t kDistinct = kLeastEntries / 8;

}  // namespace

Subject::Subject(std::filesystem::path directory, std::size_t entries)
    : directory_(std::move(directory)), entries_(entries), store_(open_without_limits(directory_)) {
  // The least ceiling that can be set is a MiB: a small store must hold more than that to be full.
  const std::string ballast(std::size_t{2} << 20U, 'b');
  publish(store_, origin_of("https://ballast.test"), ballast);
  need(store_.pin(hash_of(ballast), true));
}

Entry any_entry(std::size_t entries, std::size_t turn, bool global) {
  return Entry{turn * 7'919'113 % (entries / 8) * 4 + (global ? 0U : 1U)};
}

// As people ask: the n-th popular one a n-th as often as the first (Zipf's law with exponent 1).
Entry Subject::popular(std::size_t turn) const {
  const double drawn = std::fmod(static_cast<double>(turn + 1) * std::numbers::phi, 1.0);
  const auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(entries_ / 8), drawn));
  return Entry{rank * 7'919 % (entries_ / 8) * 4 + 1};
}

void Subject::expect_read(const Origin& origin, const Entry& entry, bool found) {
  if (need(store_.request_read({home_realm(), origin}, entry.hash())).has_value() != found) {
    give_up("A look-up of '" + entry.text() + "' by " + origin.serialize() + " was not answered as it should be.");
  }
}

std::vector<Operation> Subject::operations() {
  std::vector<Operation> all = reads();
  for (auto part : {views(), writes(), removals()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<Operation> Subject::reads() {
  return {
      {"open the store", 40,
       [this](std::size_t) {
         (void)need(Store::open({directory_, {}}));
       }},
      {"open the store, first look-up", 40,
       [this](std::size_t turn) {
         Store fresh = need(Store::open({directory_, {}}));
         (void)need(fresh.request_read({home_realm(), any(turn, true).stranger()}, any(turn, true).hash()));
       }},
      {"look-up: storing origin", kManyTurns,
       [this](std::size_t turn) { expect_read(any(turn, false).storer(), any(turn, false), true); }},
      {"look-up: by popularity", kManyTurns,
       [this](std::size_t turn) { expect_read(popular(turn).storer(), popular(turn), true); }},
      {"look-up: same site", kManyTurns,
       [this](std::size_t turn) { expect_read(any(turn, false).sibling(), any(turn, false), true); }},
      {"look-up: listed", kManyTurns,
       [this](std::size_t turn) { expect_read(any(turn, false).reader(), any(turn, false), true); }},
      {"look-up: Public Hash List", kDistinct,
       [this](std::size_t turn) { expect_read(any(turn, true).stranger(), any(turn, true), true); }},
      {"look-up: refused", kDistinct,
       [this](std::size_t turn) { expect_read(any(turn, false).stranger(), any(turn, false), false); }},
      {"look-up: absent", kDistinct,
       [this](std::size_t turn) { expect_read(any(turn, false).stranger(), Entry{entries_ + 10 + turn}, false); }},
      {"open an entry's bytes", kManyTurns,
       [this](std::size_t turn) { (void)need(store_.open_entry(any(turn, false).hash())); }},
  };
}

std::vector<Operation> Subject::views() {
  const auto page = [this](ListOrder order) {
    // The first pages are walked through; what a page costs must not depend on where it is either.
    return [this, order, place = std::make_shared<std::optional<ListPlace>>()](std::size_t) {
      *place = need(store_.list(order, *place, kListed)).next;
    };
  };
  return {
      {"totals", kManyTurns, [this](std::size_t) { (void)need(store_.totals()); }},
      {"stat", kManyTurns, [this](std::size_t turn) { (void)need(store_.stat(any(turn, false).hash())); }},
      {"history", kManyTurns, [this](std::size_t turn) { (void)need(store_.history(any(turn, false).hash())); }},
      {"explain a refusal", kManyTurns,
       [this](std::size_t turn) {
         const Entry entry = any(turn, false);
         (void)need(store_.explain_read({home_realm(), entry.stranger()}, entry.hash()));
       }},
      {"find by a prefix of the hash", kManyTurns,
       [this](std::size_t turn) { (void)need(store_.match(any(turn, false).hash().hex().substr(0, 12), 2)); }},
      {"list 100 by hash", 40, page(ListOrder::kHash)},
      {"list 100 by last read", 40, page(ListOrder::kRead)},
      {"list 100 by date", 40, page(ListOrder::kStored)},
      {"list 100 by size", 40, page(ListOrder::kSize)},
  };
}

std::vector<Operation> Subject::writes() {
  return {
      {"publish", kDurableTurns,
       [this](std::size_t turn) {
         publish(store_, any(turn, false).storer(), "new " + std::to_string(turn) + std::to_string(entries_));
       }},
      {"publish what is there", kDurableTurns,
       [this](std::size_t turn) { publish(store_, any(turn + 1, false).storer(), any(turn, false).text()); }},
      {"pin and unpin", kDurableTurns,
       [this](std::size_t turn) {
         need(store_.pin(any(turn, false).hash(), true));
         need(store_.pin(any(turn, false).hash(), false));
       }},
  };
}

std::vector<Operation> Subject::removals() {
  // Removals go down from three quarters and from seven eighths; eviction takes the highest numbers.
  return {
      {"remove", kMostTurns,
       [this](std::size_t turn) { (void)need(store_.remove(Entry{entries_ * 7 / 8 - turn}.hash())); }},
      {"clear a site of ten entries", kMostTurns,
       [this](std::size_t turn) {
         const std::size_t index = (entries_ * 3 / 4 / kEntriesOfASite - turn) * kEntriesOfASite;
         const ClearReport report = need(store_.clear_site(Entry{index}.site(), std::nullopt));
         if (report.entries_removed != kEntriesOfASite) {
           give_up("Clearing a site removed " + std::to_string(report.entries_removed) + " entries.");
         }
       }},
      {"evict one", kMostTurns,
       [this](std::size_t) { (void)need(store_.evict_to(need(store_.totals()).bytes - 1, false)); }},
      {"publish into a full store", kMostTurns,
       [this](std::size_t turn) {
         need(store_.set_setting("budget.ceiling", std::to_string(need(store_.totals()).bytes)));
         publish(store_, any(turn, false).storer(), "more " + std::to_string(turn) + std::to_string(entries_));
         need(store_.set_setting("budget.ceiling", "1TiB"));
       }},
  };
}

}  // namespace libcos::scale
