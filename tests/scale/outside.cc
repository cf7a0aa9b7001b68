#include "scale/outside.h"

#include <utility>

#include "host/process.h"
#include "support/store_words.h"

namespace libcos::scale {
namespace {

constexpr std::size_t kRequests = 1000;
constexpr std::size_t kWrites = 60;  // each waits for the disk
constexpr std::size_t kCommands = 40;

}  // namespace

Outside::Outside(std::filesystem::path home, std::size_t entries)
    : home_(std::move(home)), entries_(entries), browser_(home_, 'a') {}

void Outside::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> whole{cos_executable()};
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  if (run(whole, {environment_of(home_)}).code != 0) {
    give_up("`cos " + arguments.front() + "` failed.");
  }
}

std::vector<Operation> Outside::operations() {
  const auto any = [this](std::size_t turn) { return any_entry(entries_, turn, false); };
  return {
      {"page: find and release", kRequests,
       [this, any](std::size_t turn) {
         const std::string handle = browser_.find(any(turn).storer().serialize(), any(turn).hash());
         if (handle.empty()) {
           give_up("A page did not find what its origin had stored.");
         }
         browser_.release(handle);
       }},
      {"page: store", kWrites,
       [this, any](std::size_t turn) {
         const std::string text = "from a page " + std::to_string(turn) + " of " + std::to_string(entries_);
         browser_.release(browser_.write(any(turn).storer().serialize(), hash_of(text),
                                         [&](const std::function<void(std::string_view)>& put) { put(text); }));
       }},
      {"cos stat", kCommands,
       [this, any](std::size_t turn) {
         command({"stat", any(turn).hash().hex()});
       }},
      {"cos ls --limit 100", kCommands,
       [this](std::size_t) {
         command({"ls", "--limit", "100"});
       }},
      {"cos ls --sort size --limit 100", kCommands,
       [this](std::size_t) {
         command({"ls", "--sort", "size", "--limit", "100"});
       }},
  };
}

}  // namespace libcos::scale
