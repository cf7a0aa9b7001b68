// The Public Hash List at the size of a real one: packing, mapping, and look-ups against what anybody would
// write first.
#include <algorithm>
#include <random>
#include <unordered_set>

#include "base/files.h"
#include "base/hex.h"
#include "cos/phl.h"
#include "measure.h"

namespace cos_bench {
namespace {

using libcos::Hash;
using libcos::ListDigest;

constexpr std::size_t kDigests = 500'000;
constexpr std::size_t kLookUps = 1'000'000;

struct DigestHash {
  std::size_t operator()(const ListDigest& digest) const {
    std::size_t bits = 0;
    std::copy_n(digest.begin(), sizeof(bits), reinterpret_cast<unsigned char*>(&bits));
    return bits;
  }
};

std::vector<ListDigest> make_digests(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<ListDigest> digests(kDigests);
  for (ListDigest& digest : digests) {
    std::generate(digest.begin(), digest.end(), [&] { return static_cast<std::uint8_t>(random()); });
  }
  return digests;
}

// As published: about 190 bytes a digest.
std::string text_of(const std::vector<ListDigest>& digests) {
  std::string text = "// VERSION: bench\n// ===BEGIN SHA-256===\n";
  text.reserve(digests.size() * 200);
  for (std::size_t i = 0; i < digests.size(); ++i) {
    const std::string name = "package-" + std::to_string(i);
    text += "// " + name + "@1.0.0 dist/index.min.js, seen by 3 crawlers\n// https://cdn.example/npm/" + name +
            "@1.0.0/dist/index.min.js\n" + libcos::to_hex(digests[i]) + "\n";
  }
  return text + "// ===END SHA-256===\n";
}

// Half of them listed, half not, in no order.
std::vector<ListDigest> make_questions(const std::vector<ListDigest>& listed) {
  const std::vector<ListDigest> strangers = make_digests(2);
  std::vector<ListDigest> questions;
  std::mt19937_64 random(3);
  for (std::size_t i = 0; i < kLookUps; ++i) {
    questions.push_back((i % 2 == 0 ? listed : strangers)[random() % kDigests]);
  }
  return questions;
}

template <class Contains>
Contender asking(const std::vector<ListDigest>& questions, const Contains& contains) {
  return {[&questions, &contains] {
    std::size_t found = 0;
    for (const ListDigest& digest : questions) {
      found += contains(digest) ? 1U : 0U;
    }
    if (found != kLookUps / 2) {
      give_up("The list was asked " + std::to_string(kLookUps) + " times and found " + std::to_string(found) + ".");
    }
  }};
}

std::uint64_t resident_of(const std::filesystem::path& file) {
  const std::string maps = need(libcos::read_small_file("/proc/self/smaps", std::size_t{16} << 20U));
  const std::size_t at = maps.find(file.string());
  const std::size_t rss = at == std::string::npos ? at : maps.find("\nRss:", at);
  if (rss == std::string::npos) {
    give_up("The mapping of the list is not to be found.");
  }
  return std::strtoull(maps.c_str() + rss + 5, nullptr, 10) * 1024;
}

void compare_look_ups(const std::filesystem::path& file, std::vector<ListDigest> digests, int rounds, Report& report) {
  const std::vector<ListDigest> questions = make_questions(digests);
  std::vector<Hash> hashes;
  for (const ListDigest& digest : questions) {
    hashes.push_back(need(Hash::from_digest(libcos::HashAlgorithm::kSha256, digest)));
  }
  const std::unordered_set<ListDigest, DigestHash> set(digests.begin(), digests.end());
  std::sort(digests.begin(), digests.end());
  const libcos::PublicHashList list = need(libcos::PublicHashList::map(file));

  Contender cos{[&] {
    std::size_t found = 0;
    for (const Hash& hash : hashes) {
      found += list.contains(hash) ? 1U : 0U;
    }
    if (found != kLookUps / 2) {
      give_up("The mapped list does not find what it should.");
    }
  }};
  const auto in_array = [&](const ListDigest& digest) {
    return std::binary_search(digests.begin(), digests.end(), digest);
  };
  const auto in_set = [&](const ListDigest& digest) { return set.contains(digest); };
  Contender binary = asking(questions, in_array);
  Contender hashed = asking(questions, in_set);
  take_turns({&cos, &binary, &hashed}, rounds);

  const auto each = [](const Contender& contender) {
    return median(contender.seconds) / static_cast<double>(kLookUps) * 1e9;
  };
  report.add({"phl.lookup.cos", "look-up, cos", each(cos), Unit::kNanoseconds});
  report.add({"phl.lookup.binary_search", "– std::binary_search", each(binary), Unit::kNanoseconds});
  report.add({"phl.lookup.unordered_set", "– std::unordered_set", each(hashed), Unit::kNanoseconds});
  report.add({"phl.lookup.to_binary_search", "cos to std::binary_search", each(cos) / each(binary), Unit::kRatio});
  report.add({"phl.lookup.to_unordered_set", "cos to std::unordered_set", each(cos) / each(hashed), Unit::kRatio});
  report.add({"phl.resident", "list.bin resident after all look-ups (shared, of the page cache)",
              static_cast<double>(resident_of(file)), Unit::kBytes});
}

}  // namespace

void bench_hash_list(const Options& options, Report& report) {
  step("Public Hash List: " + std::to_string(kDigests) + " digests");
  report.begin_section("Public Hash List of 500,000 digests");
  std::vector<ListDigest> digests = make_digests(1);
  const std::string text = text_of(digests);
  const std::filesystem::path directory = options.directory / "phl-store";
  libcos::Store store = open_store(directory);
  libcos::ParsedHashList parsed;
  std::vector<std::uint8_t> packed;
  Contender parse{[&] { parsed = need(libcos::parse_hash_list(text)); }};
  Contender pack{[&] { packed = libcos::pack_hash_list(parsed); }};
  Contender install{[&] { need(store.install_hash_list(text)); }};
  Contender open{[&] { need(libcos::PublicHashList::map(directory / "phl" / "list.bin")); }};
  for (Contender* contender : {&parse, &pack, &install, &open}) {
    take_turns({contender}, options.rounds);
  }
  report.add({"phl.text", "published text", static_cast<double>(text.size()), Unit::kBytes});
  report.add({"phl.packed", "list.bin", static_cast<double>(packed.size()), Unit::kBytes});
  report.add({"phl.parse", "parse", median(parse.seconds), Unit::kSeconds, parse.seconds});
  report.add({"phl.pack", "pack", median(pack.seconds), Unit::kSeconds, pack.seconds});
  report.add({"phl.install", "install: checksum, parse, pack, names, sync", median(install.seconds), Unit::kSeconds,
              install.seconds});
  report.add({"phl.open", "map and check", median(open.seconds), Unit::kSeconds, open.seconds});
  compare_look_ups(directory / "phl" / "list.bin", std::move(digests), options.rounds, report);
}

}  // namespace cos_bench
