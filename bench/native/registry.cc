// Look-ups, publication and start in a small store and a large one: none may depend on how many entries
// there are.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <random>

#include "measure.h"
#include "store/digest.h"
#include "store/paths.h"
#include "store/registry.h"

namespace cos_bench {
namespace {

using libcos::Hash;
using libcos::HashAlgorithm;
using libcos::Origin;
using libcos::Realm;
using libcos::Scope;

constexpr std::size_t kEntriesOfASite = 10;
constexpr std::size_t kReaders = 50;
constexpr std::size_t kLookUps = 20'000;
constexpr std::size_t kPublications = 100;
constexpr std::size_t kSmallFile = 4096;

Origin origin_of(const std::string& host) { return need(Origin::from_serialized("https://" + host)); }

Hash hash_of(std::span<const std::uint8_t> bytes) {
  libcos::Digest digest(HashAlgorithm::kSha256);
  digest.update(bytes);
  return need(Hash::from_digest(HashAlgorithm::kSha256, digest.finish()));
}

// The store's i-th entry, and who may read it: all that a benchmark needs to ask for it in each way.
struct Entry {
  std::size_t index;

  [[nodiscard]] std::string text() const { return "entry " + std::to_string(index); }
  [[nodiscard]] Hash hash() const { return hash_of(libcos::as_bytes(text())); }
  [[nodiscard]] std::string site() const { return "site" + std::to_string(index / kEntriesOfASite) + ".test"; }
  [[nodiscard]] Origin storer() const { return origin_of("www." + site()); }
  [[nodiscard]] Origin sibling() const { return origin_of("cdn." + site()); }
  [[nodiscard]] Origin reader() const { return origin_of("reader" + std::to_string(index % kReaders) + ".test"); }
  [[nodiscard]] bool is_global() const { return index % 4 == 0; }
};

const Realm& realm() {
  static const Realm kRealm = need(Realm::profile(std::string(32, 'a')));
  return kRealm;
}

libcos::FileIdentity put_blob(const std::filesystem::path& path, const std::string& text) {
  need(libcos::make_private_directory(path.parent_path()));
  const libcos::UniqueFd fd = need(libcos::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0444));
  need(libcos::write_at(fd, libcos::as_bytes(text), 0));
  return libcos::identity_of(need(libcos::stat_of(fd)));
}

// What so many publications would leave, without their syncs: one transaction, files in place.
void populate(const std::filesystem::path& directory, std::size_t entries) {
  libcos::Store store = open_store(directory);
  const libcos::StorePaths paths(directory);
  libcos::Registry registry(need(libcos::sqlite::Database::open(paths.database())));
  auto transaction = need(libcos::sqlite::WriteTransaction::begin(registry.database()));
  const auto sited = [&](const Origin& origin) { return libcos::SitedOrigin{origin, store.site_of(origin)}; };
  const std::int64_t now = 1'800'000'000'000;
  std::string list = "// VERSION: bench\n// ===BEGIN SHA-256===\n";
  for (std::size_t i = 0; i < entries; ++i) {
    const Entry entry{i};
    const std::string text = entry.text();
    const Hash hash = entry.hash();
    libcos::HashTree tree;
    tree.update(libcos::as_bytes(text));
    const std::int64_t id =
        need(registry.insert(hash, {text.size(), put_blob(paths.blob(hash), text), tree.finish()}, now));
    const libcos::Visitor storer{realm(), sited(entry.storer()), store.site_of(entry.storer())};
    const Scope scope = entry.is_global() ? Scope::global() : Scope::list({entry.reader()});
    need(registry.add_storing_origin(id, storer, scope.kind(), true, "", now));
    need(registry.merge_scope(id, realm(), &storer, true, scope, {sited(entry.reader())}, now));
    if (entry.is_global()) {
      list += hash.hex() + "\n";
    }
  }
  need(transaction.commit());
  need(store.install_hash_list(list + "// ===END SHA-256===\n"));
  ::sync();
}

struct Question {
  libcos::Caller caller;
  Hash hash;
};

// Look-ups a second.
double ask_all(libcos::Store& store, const std::vector<Question>& questions, bool hits) {
  std::size_t found = 0;
  const double seconds = time_of([&] {
    for (const Question& question : questions) {
      found += need(store.request_read(question.caller, question.hash)) ? 1U : 0U;
    }
  });
  // The global grant misses now and then on purpose.
  if (hits ? found < questions.size() / 2 : found > 0) {
    give_up("The look-ups were not answered as they should be: " + std::to_string(found) + " found.");
  }
  return static_cast<double>(questions.size()) / seconds;
}

void put_small_file(libcos::Store& store, std::uint64_t seed) {
  std::vector<std::uint8_t> bytes(kSmallFile);
  fill(bytes, seed);
  libcos::Writer writer = need(store.begin_write({realm(), origin_of("writer.test"), hash_of(bytes)}));
  need(writer.append(bytes));
  need(writer.close());
}

// What any program does that wants a small file to be there after a power cut.
void put_plain_file(const std::filesystem::path& directory, std::uint64_t seed) {
  std::vector<std::uint8_t> bytes(kSmallFile);
  fill(bytes, seed);
  const auto path = directory / std::to_string(seed);
  const auto beside = directory / (std::to_string(seed) + ".part");
  const libcos::UniqueFd fd = need(libcos::open_file(beside, O_WRONLY | O_CREAT | O_EXCL, 0600));
  need(libcos::write_at(fd, bytes, 0));
  need(libcos::sync_data(fd));
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    give_up("Cannot rename " + beside.string() + ".");
  }
}

class RegistryBench {
 public:
  RegistryBench(const Options& options, Report& report, std::size_t entries)
      : options_(options),
        report_(report),
        entries_(entries),
        directory_(options.directory / ("registry-" + std::to_string(entries))) {}

  // The medians by key, without the store's size.
  std::map<std::string, double> run() {
    report_.begin_section("A store of " + std::to_string(entries_) + " entries");
    step("registry: making a store of " + std::to_string(entries_) + " entries");
    const double seconds = time_of([&] { populate(directory_, entries_); });
    report_.add(
        {"registry." + std::to_string(entries_) + ".populate", "made, without syncs, in", seconds, Unit::kSeconds});
    step("registry: start, look-ups, publication");
    start();
    libcos::Store store = open_store(directory_);
    look_up(store);
    publish(store);
    return std::move(medians_);
  }

 private:
  void add(const std::string& key, const std::string& name, const std::vector<double>& runs, Unit unit) {
    medians_[key] = median(runs);
    report_.add({"registry." + std::to_string(entries_) + "." + key, name, median(runs), unit, runs});
  }

  void start() {
    std::vector<double> runs;
    for (int i = 0; i < 10 + 1; ++i) {
      const double seconds = time_of([&] { need(libcos::Store::open({directory_, {}})); });
      if (i > 0) {
        runs.push_back(seconds);
      }
    }
    add("open", "Store::open", runs, Unit::kSeconds);
  }

  void look_up(libcos::Store& store) {
    std::mt19937_64 random(7);
    const auto questions = [&](bool global, const std::function<Question(const Entry&)>& ask) {
      std::vector<Question> all;
      while (all.size() < kLookUps) {
        const Entry entry{random() % entries_};
        if (entry.is_global() == global) {
          all.push_back(ask(entry));
        }
      }
      return all;
    };
    const auto stranger = [](const Entry& entry) {
      return origin_of("stranger" + std::to_string(entry.index) + ".test");
    };
    struct Kind {
      const char* key;
      const char* name;
      bool hits;
      std::vector<Question> questions;
    };
    const std::vector<Kind> kinds{{"hit.storing", "found by the storing origin", true,
                                   questions(false,
                                             [](const Entry& entry) {
                                               return Question{{realm(), entry.storer()}, entry.hash()};
                                             })},
                                  {"hit.site", "found by its site", true,
                                   questions(false,
                                             [](const Entry& entry) {
                                               return Question{{realm(), entry.sibling()}, entry.hash()};
                                             })},
                                  {"hit.listed", "found by a listed origin", true,
                                   questions(false,
                                             [](const Entry& entry) {
                                               return Question{{realm(), entry.reader()}, entry.hash()};
                                             })},
                                  {"hit.global", "found by anyone, through the Public Hash List", true,
                                   questions(true,
                                             [&](const Entry& entry) {
                                               return Question{{realm(), stranger(entry)}, entry.hash()};
                                             })},
                                  {"miss.hidden", "missed: not theirs to see", false,
                                   questions(false,
                                             [&](const Entry& entry) {
                                               return Question{{realm(), stranger(entry)}, entry.hash()};
                                             })},
                                  {"miss.absent", "missed: not there", false, questions(false, [&](const Entry& entry) {
                                     return Question{{realm(), entry.storer()}, Entry{entry.index + entries_}.hash()};
                                   })}};
    std::map<std::string, std::vector<double>> runs;
    for (int round = -1; round < options_.rounds; ++round) {
      for (const Kind& kind : kinds) {
        const double rate = ask_all(store, kind.questions, kind.hits);
        if (round >= 0) {
          runs[kind.key].push_back(rate);
        }
      }
    }
    for (const Kind& kind : kinds) {
      add(kind.key, kind.name, runs[kind.key], Unit::kPerSecond);
    }
  }

  void publish(libcos::Store& store) {
    const auto plain = options_.directory / "plain";
    std::filesystem::create_directory(plain);
    std::uint64_t seed = 1'000'000;
    const auto many = [&](const std::function<void(std::uint64_t)>& put) {
      return [&seed, put] {
        for (std::size_t i = 0; i < kPublications; ++i) {
          put(++seed);
        }
      };
    };
    Contender ours{many([&](std::uint64_t n) { put_small_file(store, n); })};
    Contender baseline{many([&](std::uint64_t n) { put_plain_file(plain, n); })};
    take_turns({&ours, &baseline}, options_.rounds);
    std::filesystem::remove_all(plain);
    const auto rates = [](const Contender& contender) {
      std::vector<double> all;
      for (const double seconds : contender.seconds) {
        all.push_back(static_cast<double>(kPublications) / seconds);
      }
      return all;
    };
    add("publish", "4 KiB files stored", rates(ours), Unit::kPerSecond);
    add("plain", "4 KiB files: write, fdatasync, rename", rates(baseline), Unit::kPerSecond);
  }

  const Options& options_;
  Report& report_;
  const std::size_t entries_;
  const std::filesystem::path directory_;
  std::map<std::string, double> medians_;
};

}  // namespace

void bench_registry(const Options& options, Report& report) {
  std::vector<std::map<std::string, double>> results;
  for (const std::size_t entries : options.store_sizes) {
    results.push_back(RegistryBench(options, report, entries).run());
  }
  if (results.size() < 2) {
    return;
  }
  report.begin_section("What " + std::to_string(options.store_sizes.back()) + " entries cost, to what " +
                       std::to_string(options.store_sizes.front()) + " cost (1 is the same, 2 is twice as slow)");
  for (const auto& [key, few] : results.front()) {
    const double many = results.back().at(key);
    report.add({"growth." + key, key, key == "open" ? many / few : few / many, Unit::kRatio});
  }
}

}  // namespace cos_bench
