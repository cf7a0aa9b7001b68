#include "torture/waits.h"

#include <filesystem>
#include <iostream>
#include <set>
#include <string>

#include "base/try.h"
#include "support/store_words.h"
#include "torture/faults.h"
#include "torture/work_directory.h"

namespace libcos::torture {
namespace {

struct Syncs {
  int files = 0;
  int directories = 0;
  friend bool operator==(const Syncs&, const Syncs&) = default;
};

// Waiting for what did not change takes no time.
Syncs syncs_with_something_to_do(const Journal& journal) {
  Syncs syncs;
  std::set<std::string> changed;
  for (const Event& event : journal) {
    if (event.kind == Event::Kind::kSync) {
      ++syncs.files;
    } else if (event.kind == Event::Kind::kSyncDirectory) {
      syncs.directories += changed.erase(event.path) > 0 ? 1 : 0;
    } else if (event.kind == Event::Kind::kTouch) {
      changed.insert(event.path);
    } else if (!event.path.empty()) {
      changed.insert(std::filesystem::path(event.path).parent_path());
    }
  }
  return syncs;
}

Result<Syncs> syncs_of_write(Store& store, const std::string& origin, const std::string& text) {
  Journal journal;
  record(store.directory(), journal);
  const auto closed = [&]() -> Result<Published> {
    COS_TRY(Writer writer, store.begin_write({profile('a'), origin_of(origin), hash_of(text), Scope::same_site()}));
    COS_CHECK(writer.append(bytes_of(text)));
    return writer.close();
  }();
  disarm();
  return closed ? Result<Syncs>(syncs_with_something_to_do(journal)) : tl::unexpected(closed.error());
}

// A text whose file lies on the shelf of `other`, or not.
std::string text_beside(const std::string& other, bool same_shelf) {
  for (int number = 0;; ++number) {
    std::string text = "text " + std::to_string(number);
    if (text != other && (hash_of(text).hex().substr(0, 2) == hash_of(other).hex().substr(0, 2)) == same_shelf) {
      return text;
    }
  }
}

Result<bool> compare(const std::filesystem::path& directory) {
  COS_TRY(Store store, Store::open({directory, {}}));
  const std::string known = "stored by another site";
  COS_TRY(const Syncs first, syncs_of_write(store, "https://somebody.test", known));
  COS_TRY(const Syncs again, syncs_of_write(store, "https://asks.test", known));
  COS_TRY(const Syncs beside, syncs_of_write(store, "https://asks.test", text_beside(known, true)));
  COS_TRY(const Syncs elsewhere, syncs_of_write(store, "https://asks.test", text_beside(known, false)));
  const auto say = [](const char* what, const Syncs& syncs) {
    std::cout << what << ": " << syncs.files << " files, " << syncs.directories << " directories\n";
  };
  say("the first file of all", first);
  say("bytes that another site has stored", again);
  say("bytes that nobody has, on a shelf that is there", beside);
  say("bytes that nobody has, on another shelf", elsewhere);
  return again == beside && again == elsewhere;
}

}  // namespace

int run_waits() {
  const WorkDirectory work;
  const auto equal = compare(work.path() / "store");
  if (!equal || !*equal) {
    std::cout << "BROKEN "
              << (equal ? "a write tells by what it waits for whether others have the bytes" : equal.error().message)
              << '\n';
    return 1;
  }
  std::cout << "waits: equal\n";
  return 0;
}

}  // namespace libcos::torture
