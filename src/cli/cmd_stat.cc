#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

void line(const char* label, const std::string& value) {
  std::printf("%s  %s\n", paint(label, Color::kDim, stdout).c_str(), value.c_str());
}

std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

void print(const EntryInfo& info) {
  line("hash         ", info.hash.to_string());
  line("size         ", human_size(info.size) + " (" + std::to_string(info.size) + " bytes)");
  line("state        ",
       info.damaged ? paint("damaged, quarantined", Color::kRed, stdout) : "verified " + human_time(info.verified_at));
  line("stored       ", human_time(info.created_at));
  line("last read    ", human_time(info.last_read));
  line("all sites    ", yes_or_no(info.globally_disclosable));
  line("on the list  ", yes_or_no(info.on_public_hash_list));
  line("pinned       ", yes_or_no(info.pinned));
  if (info.manual) {
    line("stored by    ", "you, by hand");
  }
  for (const StoringOrigin& origin : info.storing_origins) {
    line("stored by    ",
         origin.origin + "  " + human_time(origin.stored_at) + "  profile " + origin.realm.substr(0, 8));
  }
  for (const std::string& origin : info.listed_origins) {
    line("listed       ", origin);
  }
}

}  // namespace

void add_stat(Command cos, App& app) {
  auto text = std::make_shared<std::string>();
  const Command command = add_command(cos, app, "stat", "Show one entry", [&app, text] {
    return with_store(app, [&](Store& store) -> Result<int> {
      COS_TRY(const Hash hash, resolve_hash(store, *text));
      COS_TRY(const auto info, store.stat(hash));
      if (!info) {
        return fail(ErrorCode::kNotFound, "There is no entry " + hash.to_string() + ".",
                    "`cos ls` shows what is stored.");
      }
      if (app.json) {
        print_json(to_json(*info));
      } else {
        print(*info);
      }
      return kDone;
    });
  });
  command.add_option("hash", *text, "The hash, or its first six or more digits").required();
}

}  // namespace libcos::cli
