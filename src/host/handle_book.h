// The handles that a connection's documents hold, by their random ids, and how many anybody may have of them.
// Used by session, which guards it.
#pragma once

#include <compare>
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "cos/hash.h"
#include "cos/origin.h"
#include "cos/scope.h"

namespace libcos {

// An origin on pages of one site. Limits are a party's: were they the origin's, its frame on one page could tell from
// what it still gets what it does on another.
struct Party {
  std::string page;
  std::string origin;

  friend auto operator<=>(const Party&, const Party&) = default;
};

// A FileSystemFileHandle of some document.
struct Handle {
  Origin origin;
  std::optional<Origin> top_level;
  Hash hash;
  Scope scope;           // of a create request, after the ceiling
  bool user_activation;  // when it was asked for
  bool created;
  bool may_read;  // belongs to the handle, never to the entry
  Party party = {};
};

class HandleBook {
 public:
  // The new handle's id. Where its party, the party's page or all together have as many as they may, the oldest go
  // first: of the party itself; of the page's largest party; of the largest page. A handle that went is found again
  // by a new find.
  std::string add(Handle handle);

  // nullptr: there is none. Stands until the book is changed.
  [[nodiscard]] const Handle* find(const std::string& id) const;

  // Its write has succeeded (spec, section 4). Nothing happens to one that is gone.
  void let_read(const std::string& id);

  void remove(const std::string& id);

 private:
  // How many handles somebody has, and what the lists of theirs take in memory, about.
  struct Load {
    std::size_t handles = 0;
    std::size_t scope_bytes = 0;

    // A full list weighs as much as some dozen handles without one.
    [[nodiscard]] std::size_t weight() const { return handles + scope_bytes / 512; }
  };
  struct Held {
    std::list<std::string> ids;  // oldest first
    Load load;
  };
  struct Entry {
    Handle handle;
    std::size_t scope_bytes;
    std::list<std::string>::iterator place;
  };

  static const Load kMostOfParty;
  static const Load kMostOfPage;
  static const Load kMostOfAll;

  static bool is_over(const Load& load, std::size_t scope_bytes, const Load& most);
  void make_room(const Party& party, std::size_t scope_bytes);
  void remove_oldest(const Party& party);
  [[nodiscard]] Party largest_party(const std::string& page) const;

  std::unordered_map<std::string, Entry> entries_;
  std::map<Party, Held> parties_;  // those of one page side by side
  std::map<std::string, Load> pages_;
  Load all_;
};

}  // namespace libcos
