#include "cli/verification.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kPage = 1000;

Loss loss_of(Store& store, const EntryInfo& entry) {
  Loss loss{entry, {}, {}};
  if (const auto listed = store.hash_provenance(entry.hash)) {
    loss.name = listed->name;
    if (!listed->url.empty()) {
      loss.urls.push_back(listed->url);
    }
  }
  for (const StoringOrigin& origin : entry.storing_origins) {
    if (!origin.source_url.empty() &&
        std::find(loss.urls.begin(), loss.urls.end(), origin.source_url) == loss.urls.end()) {
      loss.urls.push_back(origin.source_url);
    }
  }
  return loss;
}

Status verify_one(Store& store, const EntryInfo& entry, std::uint64_t total, Verification& so_far,
                  ProgressBar& progress) {
  const std::uint64_t before = so_far.bytes;
  const Result<VerifyOutcome> verified = store.verify(entry.hash, [&](std::uint64_t done, std::uint64_t /*size*/) {
    so_far.bytes = before + done;
    progress.update(so_far.bytes, std::max(total, so_far.bytes));
    return true;
  });
  if (!verified && verified.error().code == ErrorCode::kNotFound) {
    return {};  // removed or evicted since it was listed
  }
  if (!verified && verified.error().code == ErrorCode::kIo) {
    so_far.unreadable.push_back({entry.hash, verified.error().message});
    return {};
  }
  COS_TRY(const VerifyOutcome outcome, verified);
  switch (outcome) {
    case VerifyOutcome::kMended:
      so_far.mended.push_back(entry.hash);
      [[fallthrough]];
    case VerifyOutcome::kIntact:
      ++so_far.intact;
      break;
    case VerifyOutcome::kDamaged:
      so_far.damaged.push_back(loss_of(store, entry));
      break;
    case VerifyOutcome::kMissing:
      so_far.missing.push_back(loss_of(store, entry));
      break;
  }
  return {};
}

void print_loss(const Loss& loss, const std::string& what, const char* sentence) {
  std::printf("%s  %s  %s%s%s\n", what.c_str(), loss.entry.hash.to_string().c_str(),
              human_size(loss.entry.size).c_str(), loss.name.empty() ? "" : ("  " + printable(loss.name)).c_str(),
              sentence);
  for (const StoringOrigin& origin : loss.entry.storing_origins) {
    std::printf("         %s stores it again when it needs it\n", origin.origin.c_str());
  }
  for (const std::string& url : loss.urls) {
    std::printf("         download: %s  then: cos add FILE\n", printable(url).c_str());
  }
}

}  // namespace

Status verify_all(Store& store, Verification& found) {
  COS_TRY(const Totals totals, store.totals());
  ProgressBar progress("Verifying");
  std::optional<Hash> after;
  while (true) {
    COS_TRY(const auto page, store.list(after, kPage));
    for (const EntryInfo& entry : page) {
      after = entry.hash;
      COS_CHECK(verify_one(store, entry, totals.bytes, found, progress));
    }
    if (page.size() < kPage) {
      return {};
    }
  }
}

Status verify_some(Store& store, const std::vector<Hash>& hashes, Verification& found) {
  std::vector<EntryInfo> entries;
  std::uint64_t total = 0;
  for (const Hash& hash : hashes) {
    COS_TRY(const auto info, store.stat(hash));
    if (!info) {
      return fail(ErrorCode::kNotFound, "There is no entry " + hash.to_string() + ".",
                  "`cos ls` shows what is stored.");
    }
    total += info->size;
    entries.push_back(*info);
  }
  ProgressBar progress("Verifying");
  for (const EntryInfo& entry : entries) {
    COS_CHECK(verify_one(store, entry, total, found, progress));
  }
  return {};
}

void print(const Verification& verification) {
  std::printf("%llu entries are intact (%s).\n", static_cast<unsigned long long>(verification.intact),
              human_size(verification.bytes).c_str());
  if (!verification.mended.empty()) {
    std::printf("%zu of them had a damaged hash tree or link, which was mended.\n", verification.mended.size());
  }
  for (const Loss& loss : verification.damaged) {
    print_loss(loss, paint("damaged", Color::kRed, stdout), "  quarantined");
  }
  for (const Loss& loss : verification.missing) {
    print_loss(loss, paint("missing", Color::kYellow, stdout), "  its file was gone; the entry was forgotten");
  }
  for (const Unreadable& entry : verification.unreadable) {
    std::printf("%s  %s  %s\n", paint("unreadable", Color::kRed, stdout).c_str(), entry.hash.to_string().c_str(),
                printable(entry.why).c_str());
  }
}

nlohmann::ordered_json to_json(const std::vector<Unreadable>& entries) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Unreadable& entry : entries) {
    list.push_back({{"hash", entry.hash.to_string()}, {"why", entry.why}});
  }
  return list;
}

nlohmann::ordered_json names(const std::vector<Hash>& hashes) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Hash& hash : hashes) {
    list.push_back(hash.to_string());
  }
  return list;
}

nlohmann::ordered_json hashes_of(const std::vector<Loss>& losses) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Loss& loss : losses) {
    list.push_back(loss.entry.hash.to_string());
  }
  return list;
}

nlohmann::ordered_json to_json(const std::vector<Loss>& losses) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Loss& loss : losses) {
    nlohmann::ordered_json sites = nlohmann::ordered_json::array();
    for (const StoringOrigin& origin : loss.entry.storing_origins) {
      sites.push_back(origin.origin);
    }
    list.push_back({{"hash", loss.entry.hash.to_string()},
                    {"size", loss.entry.size},
                    {"name", loss.name},
                    {"storedBy", std::move(sites)},
                    {"urls", loss.urls}});
  }
  return list;
}

}  // namespace libcos::cli
