#include "host/handle_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/random.h"

namespace libcos {
namespace {

constexpr std::size_t kIdBytes = 16;

// What a list takes in memory, about.
std::size_t size_of(const Scope& scope) {
  std::size_t size = 0;
  for (const Origin& origin : scope.origins()) {
    size += sizeof(Origin) + origin.host().size();
  }
  return size;
}

}  // namespace

const HandleBook::Load HandleBook::kMostOfParty{8192, std::size_t{4} << 20U};
const HandleBook::Load HandleBook::kMostOfPage{16'384, std::size_t{16} << 20U};
const HandleBook::Load HandleBook::kMostOfAll{65'536, std::size_t{64} << 20U};

std::string HandleBook::add(Handle handle) {
  const std::size_t scope_bytes = size_of(handle.scope);
  make_room(handle.party, scope_bytes);
  std::string id = random_hex(kIdBytes);
  Held& held = parties_[handle.party];
  held.ids.push_back(id);
  for (Load* load : {&held.load, &pages_[handle.party.page], &all_}) {
    ++load->handles;
    load->scope_bytes += scope_bytes;
  }
  entries_.emplace(id, Entry{std::move(handle), scope_bytes, std::prev(held.ids.end())});
  return id;
}

const Handle* HandleBook::find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.handle;
}

void HandleBook::let_read(const std::string& id) {
  if (const auto found = entries_.find(id); found != entries_.end()) {
    found->second.handle.may_read = true;
  }
}

void HandleBook::remove(const std::string& id) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) {
    return;
  }
  const auto party = parties_.find(entry->second.handle.party);
  const auto page = pages_.find(party->first.page);
  for (Load* load : {&party->second.load, &page->second, &all_}) {
    --load->handles;
    load->scope_bytes -= entry->second.scope_bytes;
  }
  party->second.ids.erase(entry->second.place);
  if (party->second.ids.empty()) {
    parties_.erase(party);
  }
  if (page->second.handles == 0) {
    pages_.erase(page);
  }
  entries_.erase(entry);
}

bool HandleBook::is_over(const Load& load, std::size_t scope_bytes, const Load& most) {
  return load.handles > 0 && (load.handles >= most.handles || load.scope_bytes + scope_bytes > most.scope_bytes);
}

void HandleBook::make_room(const Party& party, std::size_t scope_bytes) {
  // What these make is what the new handle is about to be counted in.
  while (is_over(parties_[party].load, scope_bytes, kMostOfParty)) {
    remove_oldest(party);
  }
  while (is_over(pages_[party.page], scope_bytes, kMostOfPage)) {
    remove_oldest(largest_party(party.page));
  }
  while (is_over(all_, scope_bytes, kMostOfAll)) {
    const auto largest = std::max_element(pages_.begin(), pages_.end(), [](const auto& a, const auto& b) {
      return a.second.weight() < b.second.weight();
    });
    remove_oldest(largest_party(largest->first));
  }
}

void HandleBook::remove_oldest(const Party& party) {
  const std::string oldest = parties_.at(party).ids.front();
  remove(oldest);
}

// Of a page that has any.
Party HandleBook::largest_party(const std::string& page) const {
  auto largest = parties_.lower_bound({page, {}});
  for (auto party = largest; party != parties_.end() && party->first.page == page; ++party) {
    largest = party->second.load.weight() > largest->second.load.weight() ? party : largest;
  }
  return largest->first;
}

}  // namespace libcos
