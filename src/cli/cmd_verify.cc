#include <cstdio>
#include <memory>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kPage = 1000;

struct Summary {
  std::uint64_t intact = 0;
  std::uint64_t bytes = 0;
  std::size_t orphans = 0;
  std::vector<Hash> damaged;
  std::vector<Hash> missing;
};

Status verify_one(Store& store, const Hash& hash, std::uint64_t total, Summary& summary, ProgressBar& progress) {
  const std::uint64_t before = summary.bytes;
  const Result<VerifyOutcome> verified = store.verify(hash, [&](std::uint64_t done, std::uint64_t /*size*/) {
    summary.bytes = before + done;
    progress.update(summary.bytes, std::max(total, summary.bytes));
    return true;
  });
  if (!verified && verified.error().code == ErrorCode::kNotFound) {
    return {};  // removed or evicted since it was listed
  }
  COS_TRY(const VerifyOutcome outcome, verified);
  switch (outcome) {
    case VerifyOutcome::kIntact:
      ++summary.intact;
      break;
    case VerifyOutcome::kDamaged:
      summary.damaged.push_back(hash);
      break;
    case VerifyOutcome::kMissing:
      summary.missing.push_back(hash);
      break;
  }
  return {};
}

Result<Summary> verify_all(Store& store) {
  Summary summary;
  COS_TRY(const Totals totals, store.totals());
  ProgressBar progress("Verifying");
  std::optional<Hash> after;
  while (true) {
    COS_TRY(const auto page, store.list(after, kPage));
    for (const EntryInfo& info : page) {
      after = info.hash;
      COS_CHECK(verify_one(store, info.hash, totals.bytes, summary, progress));
    }
    if (page.size() < kPage) {
      break;
    }
  }
  COS_TRY(summary.orphans, store.collect_orphans());
  return summary;
}

Result<Summary> verify_some(Store& store, const std::vector<std::string>& texts) {
  Summary summary;
  std::vector<Hash> hashes;
  std::uint64_t total = 0;
  for (const std::string& text : texts) {
    COS_TRY(const Hash hash, resolve_hash(store, text));
    COS_TRY(const auto info, store.stat(hash));
    total += info ? info->size : 0;
    hashes.push_back(hash);
  }
  ProgressBar progress("Verifying");
  for (const Hash& hash : hashes) {
    COS_CHECK(verify_one(store, hash, total, summary, progress));
  }
  return summary;
}

nlohmann::ordered_json names(const std::vector<Hash>& hashes) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Hash& hash : hashes) {
    list.push_back(hash.to_string());
  }
  return list;
}

void print(const Summary& summary) {
  std::printf("%llu entries are intact (%s).\n", static_cast<unsigned long long>(summary.intact),
              human_size(summary.bytes).c_str());
  for (const Hash& hash : summary.damaged) {
    std::printf("%s  %s  quarantined; a site that needs it stores it again, or add the file with `cos add`\n",
                paint("damaged", Color::kRed, stdout).c_str(), hash.to_string().c_str());
  }
  for (const Hash& hash : summary.missing) {
    std::printf("%s  %s  its file was gone; the entry was forgotten\n",
                paint("missing", Color::kYellow, stdout).c_str(), hash.to_string().c_str());
  }
  if (summary.orphans > 0) {
    std::printf("%zu files that belong to no entry were moved to quarantine/ in the store.\n", summary.orphans);
  }
}

}  // namespace

void add_verify(CLI::App& parser, App& app) {
  auto hashes = std::make_shared<std::vector<std::string>>();
  CLI::App* command = add_command(parser, app, "verify", "Read entries again and check every byte", [&app, hashes] {
    return with_store(app, [&](Store& store) -> Result<int> {
      COS_TRY(const Summary summary, hashes->empty() ? verify_all(store) : verify_some(store, *hashes));
      if (app.json) {
        print_json({{"intact", summary.intact},
                    {"bytes", summary.bytes},
                    {"damaged", names(summary.damaged)},
                    {"missing", names(summary.missing)},
                    {"orphansQuarantined", summary.orphans}});
      } else {
        print(summary);
      }
      return summary.damaged.empty() && summary.missing.empty() ? kDone : kDamagedFound;
    });
  });
  command->add_option("hashes", *hashes, "Only these entries");
}

}  // namespace libcos::cli
