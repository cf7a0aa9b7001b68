#include "store/activity_log.h"

#include "base/try.h"

namespace libcos::internal {
namespace {

constexpr std::size_t kMostNoted = 1024;
// Of one page's site, so that one that asks without end, from however many of its hosts, leaves room for what others
// do.
constexpr std::size_t kMostOfPage = 256;

constexpr std::int64_t kKeptForMs = 90LL * 24 * 3600 * 1000;
// Asking costs a page nothing: what it asks for in vain must not push out what was stored and found. Nor must a site
// that finds much push out what happened at others.
constexpr ActivityLimits kLimits{.lines = 10'000, .refused = 5'000, .of_site = 2'000};

}  // namespace

void ActivityLog::note(ActivitySubject subject, const std::string& page, std::uint64_t size, std::int64_t now) {
  if (const auto known = noted_.find(subject); known != noted_.end()) {
    known->second.last = now;
    ++known->second.count;
    return;
  }
  if (noted_.size() >= kMostNoted) {
    return;
  }
  std::size_t& of_page = of_page_[{subject.realm.name(), page}];
  if (of_page < kMostOfPage) {
    ++of_page;
    noted_.emplace(std::move(subject), ActivityTimes{now, now, 1, size});
  }
}

Status ActivityLog::flush(std::int64_t now) {
  if (noted_.empty()) {
    return {};
  }
  Status written = registry_.database().without_waiting([&]() -> Status {
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(registry_.database(), sqlite::Durability::kRelaxed));
    COS_CHECK(write(now));
    return transaction.commit();
  });
  if (written) {
    drop();
  }
  return written;
}

Status ActivityLog::write(std::int64_t now) {
  if (noted_.empty()) {
    return {};
  }
  for (const auto& [subject, times] : noted_) {
    COS_TRY(const bool erased, registry_.is_erased(subject.realm, times.first, now));
    if (!erased) {
      COS_CHECK(registry_.put_activity(subject, times));
    }
  }
  return registry_.trim_activity(now - kKeptForMs, kLimits);
}

}  // namespace libcos::internal
