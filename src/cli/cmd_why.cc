#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

struct Wish {
  std::string hash;
  std::string origin;
  std::string top_level;
  std::string profile;
  bool cookies = false;
};

// The profiles to look at. A store that no browser has used yet is looked at as a new profile would see it.
Result<std::vector<Realm>> profiles(Store& store, const std::string& wanted) {
  COS_TRY(const auto one, resolve_realm(store, wanted));
  if (one) {
    return std::vector{*one};
  }
  COS_TRY(auto all, store.realms());
  std::erase_if(all, [](const Realm& realm) { return realm.is_local(); });
  if (all.empty()) {
    COS_TRY(Realm fresh, Realm::profile(std::string(32, '0')));
    all.push_back(std::move(fresh));
  }
  return all;
}

nlohmann::ordered_json as_json(const Realm& realm, const ReadExplanation& read) {
  const bool hit = read.disclosure != Disclosure::kRefused;
  return {{"realm", realm.name()},
          {"found", hit},
          {"grant", hit ? nlohmann::ordered_json(disclosure_name(read.disclosure)) : nlohmann::ordered_json()},
          {"reason", hit ? nlohmann::ordered_json() : nlohmann::ordered_json(miss_reason_name(read.reason))},
          {"sentence", read.sentence},
          {"mend", read.mend},
          {"charged", read.charged},
          {"lookupsLeft", read.lookups_left},
          {"bitsLeft", read.bits_left}};
}

void print(const Realm& realm, const ReadExplanation& read) {
  const bool hit = read.disclosure != Disclosure::kRefused;
  std::printf("%s  in profile %s\n", paint(hit ? "hit " : "miss", hit ? Color::kGreen : Color::kYellow, stdout).c_str(),
              realm.name().substr(0, 8).c_str());
  std::printf("      %s\n", read.sentence.c_str());
  if (!read.mend.empty()) {
    std::printf("      %s\n", read.mend.c_str());
  }
  if (read.charged) {
    std::printf("      %s\n", paint("The read counts against the site's lookup budget: " +
                                        std::to_string(read.lookups_left) + " left today after it.",
                                    Color::kDim, stdout)
                                  .c_str());
  }
}

Result<int> run(const App& app, Store& store, const Wish& wish) {
  COS_TRY(const Hash hash, resolve_hash(store, wish.hash));
  COS_TRY(const Origin origin, resolve_origin(wish.origin));
  std::optional<Origin> page;
  if (!wish.top_level.empty()) {
    COS_TRY(page, resolve_origin(wish.top_level));
  }
  COS_TRY(const auto realms, profiles(store, wish.profile));
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  bool found = false;
  for (const Realm& realm : realms) {
    COS_TRY(const ReadExplanation read, store.explain_read({realm, origin, page, false, wish.cookies}, hash));
    found = found || read.disclosure != Disclosure::kRefused;
    all.push_back(as_json(realm, read));
    if (!app.json) {
      print(realm, read);
    }
  }
  if (app.json) {
    print_json(all);
  }
  return found ? kDone : kNothingFound;
}

}  // namespace

void add_why(Command cos, App& app) {
  auto wish = std::make_shared<Wish>();
  const Command command = add_command(cos, app, "why", "Explain why a page finds an entry, or does not", [&app, wish] {
    return with_store(app, [&](Store& store) { return run(app, store, *wish); });
  });
  command.add_option("hash", wish->hash, "The hash, or its first six or more digits").required();
  command.add_option("--origin", wish->origin, "Who asks: https://www.example.com").required();
  command.add_option("--top-level", wish->top_level, "The page that frames it, when it is framed");
  command.add_option("--profile", wish->profile, "In one browser profile only: its id, or how that begins");
  command.add_flag("--third-party-cookies", wish->cookies, "As if the browser allowed third-party cookies");
}

}  // namespace libcos::cli
