#include "torture/rot.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "cos/repair.h"
#include "store/durable_mark.h"
#include "support/bit_rot.h"
#include "support/store_words.h"
#include "torture/invariants.h"
#include "torture/scenarios.h"
#include "torture/work_directory.h"

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kFiles = 40;
constexpr unsigned kSecondsToHang = 60;

enum Outcome { kFound = 0, kBroken = 1 };

std::string text_of(unsigned file) {
  std::string text = "file " + std::to_string(file) + '\n';
  while (text.size() < 100 + 3000 * file) {
    text += std::to_string(text.size() * 7919) + ' ';
  }
  return text;
}

bool fill(const fs::path& directory, const std::vector<std::string>& texts) {
  auto store = Store::open({directory, {}});
  for (const char* key : {"disk.reserve", "rate.writes", "write.files"}) {
    if (!store || !store->set_setting(key, "0")) {
      return false;
    }
  }
  for (std::size_t file = 0; file < texts.size(); ++file) {
    const Origin origin = origin_of("https://site" + std::to_string(file % 7) + ".test");
    auto writer = store->begin_write({profile('a'), origin, hash_of(texts[file]),
                                      Scope::list({origin_of("https://reader.test")}), "https://cdn.test/file"});
    if (!writer || !writer->append(bytes_of(texts[file])) || !writer->close()) {
      return false;
    }
  }
  return true;
}

// As `body` leaves things when its process is killed at its end, and nothing is closed.
bool in_killed_process(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (body()) {
      (void)::kill(::getpid(), SIGKILL);
    }
    std::_Exit(1);
  }
  int status = 0;
  (void)::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

// Another one with the same files, which was killed with a log that had not come home.
bool fill_and_be_killed(const fs::path& directory, const std::vector<std::string>& texts) {
  return in_killed_process([&] {
    static std::optional<Result<Store>> open;
    // Whoever has it open keeps others from bringing the log home when they close it.
    open.emplace(Store::open({directory, {}}));
    return open->has_value() && fill(directory, texts);
  });
}

enum class Target { kBlob, kDatabase, kLog };

// One damaged store, in a process of its own.
class Point {
 public:
  Point(const fs::path& directory, const std::vector<std::string>& texts, Target target, unsigned seed)
      : directory_(directory), target_(target), random_(seed) {
    for (const std::string& text : texts) {
      texts_.emplace(hash_of(text).hex(), text);
    }
  }

  Outcome run() {
    damage();
    // A file that is not there any more tells of its damage; of a log's, nobody knows by it that it was there.
    const bool absence_tells = target_ != Target::kLog;
    bool found = !absence_tells && needs_rebuilding();
    found = (!reads_are_right_or_refused() && absence_tells) || found;
    if (wrong_) {
      return kBroken;
    }
    found = (verification_finds_it() && absence_tells) || found;
    if (needs_rebuilding()) {
      found = true;
      if (const auto rebuilt = rebuild_registry({directory_, {}}); !rebuilt) {
        return broken("the registry cannot be made anew: " + rebuilt.error().message);
      }
      (void)verification_finds_it();
      set_orphans_aside();
    }
    (void)reads_are_right_or_refused();
    if (const std::string invariant = broken_invariant(directory_, {}, false); !invariant.empty()) {
      return broken("after repair " + invariant);
    }
    // Every page of the registry is in use, so every bit of it counts.
    constexpr std::array kNames{"file", "registry", "log"};
    return wrong_ || !found
               ? broken(std::string("a damaged ") + kNames.at(static_cast<std::size_t>(target_)) + " was not found")
               : kFound;
  }

 private:
  static Outcome broken(const std::string& what) {
    std::cout << "BROKEN " << what << std::endl;
    return kBroken;
  }

  [[nodiscard]] fs::path any_blob() {
    std::vector<fs::path> blobs;
    for (const auto& item : fs::recursive_directory_iterator(directory_ / "blobs")) {
      if (item.is_regular_file()) {
        blobs.push_back(item.path());
      }
    }
    return blobs[random_() % blobs.size()];
  }

  void damage() {
    const fs::path file = target_ == Target::kBlob       ? any_blob()
                          : target_ == Target::kDatabase ? directory_ / "store.db"
                                                         : directory_ / "store.db-wal";
    // Behind what is durable a log may be torn, and nobody would notice.
    const auto log = target_ == Target::kLog ? sqlite::check_log(file) : std::nullopt;
    const auto size = log ? log->durable : fs::file_size(file);
    for (std::uint_fast32_t bit = 0; bit <= random_() % 3; ++bit) {
      (void)flip_bit(file, random_() % size, static_cast<unsigned>(random_() % 8));
    }
  }

  // True when every read got all of the right bytes.
  bool reads_are_right_or_refused() {
    auto store = Store::open({directory_, {}});
    bool all = store.has_value();
    for (const auto& [hex, text] : texts_) {
      const auto reader = store ? store->open_entry(*Hash::parse("SHA-256", hex)) : tl::unexpected(store.error());
      std::string bytes(reader ? reader->size() : 0, '\0');
      const auto got = reader ? reader->read(0, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()})
                              : tl::unexpected(reader.error());
      all = all && got && bytes == text;
      if (got && bytes != text) {
        wrong_ = true;
        (void)broken("a wrong byte was read");
      }
    }
    return all;
  }

  // True when something was found.
  bool verification_finds_it() {
    auto store = Store::open({directory_, {}});
    if (!store) {
      return true;
    }
    bool found = false;
    for (const auto& [hex, text] : texts_) {
      const auto outcome = store->verify(*Hash::parse("SHA-256", hex), {});
      found = found || !outcome || *outcome != VerifyOutcome::kIntact;
    }
    return found;
  }

  bool needs_rebuilding() {
    auto store = Store::open({directory_, {}});
    const auto problems = store ? store->check_registry() : tl::unexpected(store.error());
    return !problems || !problems->empty();
  }

  void set_orphans_aside() {
    if (auto store = Store::open({directory_, {}})) {
      (void)store->collect_orphans();
    }
  }

  const fs::path directory_;
  const Target target_;
  std::minstd_rand random_;
  std::map<std::string, std::string> texts_;
  bool wrong_ = false;
};

Outcome in_child(const fs::path& directory, const std::vector<std::string>& texts, Target target, unsigned seed) {
  const pid_t child = ::fork();
  if (child == 0) {
    (void)::alarm(kSecondsToHang);
    std::_Exit(Point(directory, texts, target, seed).run());
  }
  int status = 0;
  (void)::waitpid(child, &status, 0);
  if (!WIFEXITED(status)) {
    std::cout << "BROKEN a process ended by signal " << WTERMSIG(status) << '\n';
    return kBroken;
  }
  return static_cast<Outcome>(WEXITSTATUS(status));
}

}  // namespace

int run_rot(int points, int only) {
  const WorkDirectory work;
  const fs::path closed = work.path() / "closed";
  const fs::path killed = work.path() / "killed";
  const fs::path directory = work.path() / "store";
  std::vector<std::string> texts;
  for (unsigned file = 0; file < kFiles; ++file) {
    texts.push_back(text_of(file));
  }
  if (!fill(closed, texts) || !fill_and_be_killed(killed, texts) || !sqlite::check_log(killed / "store.db-wal")) {
    std::cout << "BROKEN the stores could not be prepared\n";
    return 1;
  }
  std::array<int, 2> outcomes{};
  const int end = only < 0 ? points : only + 1;
  for (int point = only < 0 ? 0 : only; point < end; ++point) {
    const auto target = static_cast<Target>(point % 3);
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    fs::copy(target == Target::kLog ? killed : closed, directory, fs::copy_options::recursive);
    fs::permissions(directory, fs::perms::owner_all);
    const Outcome outcome = in_child(directory, texts, target, static_cast<unsigned>(point) + 1);
    if (outcome == kBroken) {
      std::cout << "BROKEN point " << point << std::endl;
    }
    ++outcomes.at(outcome);
  }
  std::cout << "rot: " << points << " damaged stores, " << outcomes[kFound] << " found, " << outcomes[kBroken]
            << " broken\n";
  return outcomes[kBroken] == 0 ? 0 : 1;
}

}  // namespace libcos::torture
