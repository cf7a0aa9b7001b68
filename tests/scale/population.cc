#include "scale/population.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "store/digest.h"
#include "store/paths.h"
#include "store/registry.h"
#include "support/store_words.h"

namespace libcos::scale {
namespace {

constexpr std::size_t kAtOnce = 20'000;

FileIdentity put_blob(const std::filesystem::path& path, const std::string& text) {
  const UniqueFd fd = need(open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0444));
  need(write_at(fd, as_bytes(text), 0));
  return identity_of(need(stat_of(fd)));
}

class Populator {
 public:
  Populator(const std::filesystem::path& directory, Store& store, std::size_t entries)
      : paths_(directory),
        store_(store),
        registry_(need(sqlite::Database::open(paths_.database()))),
        entries_(entries) {}

  void put(std::size_t index) {
    const Entry entry{index};
    const std::string text = entry.text();
    const Hash hash = entry.hash();
    HashTree tree;
    tree.update(as_bytes(text));
    // The directory is made by whoever comes first.
    const auto path = paths_.blob(hash);
    if (index < kAtOnce) {
      need(make_private_directory(path.parent_path()));
    }
    const std::int64_t read_at = kThen - static_cast<std::int64_t>(index + 1) * 1000;
    const std::int64_t id = need(registry_.insert(hash, {text.size(), put_blob(path, text), tree.finish()}, read_at));
    const Visitor storer{home_realm(), sited(entry.storer()), store_.site_of(entry.storer())};
    const Scope scope = entry.is_global() ? Scope::global() : Scope::list({entry.reader()});
    need(registry_.add_storing_origin(id, storer, scope.kind(), true, "", read_at));
    need(registry_.merge_scope(id, home_realm(), &storer, true, scope, {sited(entry.reader())}, read_at));
    need(registry_.note_reader(id, {home_realm(), entry.storer(), Disclosure::kStoringOrigin}, read_at));
    if (index % kEntriesOfASite == 0) {
      LookupAccount account;
      account.window_start = account.month_start = kThen;
      need(registry_.put_lookup_account(home_realm(), storer.top_level, account));
      need(registry_.put_paid_lookup(home_realm(), storer.top_level, {hash, false, kThen, kThen}));
      need(registry_.put_write_account(home_realm(), storer.top_level, {kThen, 1}));
    }
    if (entry.is_global()) {
      list_ += hash.hex() + "\n";
    }
  }

  void run() {
    // Hashes come in no order, so all of the indexes is written to all the time.
    need(registry_.database().execute("PRAGMA cache_size = -524288"));
    for (std::size_t begin = 0; begin < entries_; begin += kAtOnce) {
      auto transaction = need(sqlite::WriteTransaction::begin(registry_.database(), sqlite::Durability::kRelaxed));
      for (std::size_t i = begin; i < std::min(begin + kAtOnce, entries_); ++i) {
        put(i);
      }
      need(transaction.commit());
    }
    need(store_.install_hash_list(list_ + "// ===END SHA-256===\n"));
  }

 private:
  [[nodiscard]] SitedOrigin sited(const Origin& origin) const { return {origin, store_.site_of(origin)}; }

  const StorePaths paths_;
  Store& store_;
  Registry registry_;
  const std::size_t entries_;
  std::string list_ = "// VERSION: scale\n// ===BEGIN SHA-256===\n";
};

}  // namespace

void give_up(const std::string& message) {
  std::fprintf(stderr, "cos_scale: %s\n", message.c_str());
  std::exit(1);
}

const Realm& home_realm() {
  static const Realm kRealm = profile('a');
  return kRealm;
}

Hash Entry::hash() const { return hash_of(text()); }
Origin Entry::storer() const { return origin_of("https://www." + site()); }
Origin Entry::sibling() const { return origin_of("https://cdn." + site()); }
Origin Entry::reader() const { return origin_of("https://reader" + std::to_string(index % kReaders) + ".test"); }
Origin Entry::stranger() const { return origin_of("https://stranger" + std::to_string(index % 100) + ".test"); }

Store open_without_limits(const std::filesystem::path& directory) {
  Store store = need(Store::open({directory, {}}));
  for (const char* key : {"disk.reserve", "rate.reads", "rate.writes", "write.files", "grease.percent"}) {
    need(store.set_setting(key, "0"));
  }
  for (const char* key : {"lookup.hashes", "lookup.bits", "lookup.month-bits"}) {
    need(store.set_setting(key, "1000000"));
  }
  need(store.set_setting("lookup.resolvable", "100000"));
  need(store.set_setting("budget.percent", "95"));
  need(store.set_setting("budget.origin-percent", "100"));
  return store;
}

void populate(const std::filesystem::path& directory, std::size_t entries) {
  Store store = open_without_limits(directory);
  Populator(directory, store, entries).run();
}

void publish(Store& store, const Origin& origin, const std::string& text, const Scope& scope) {
  Writer writer = need(store.begin_write({home_realm(), origin, hash_of(text), scope}));
  need(writer.append(bytes_of(text)));
  need(writer.close());
}

}  // namespace libcos::scale
