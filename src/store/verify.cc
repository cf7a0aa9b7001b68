// Re-reading what the store holds.
#include <vector>

#include "base/try.h"
#include "store/digest.h"
#include "store/state.h"

namespace libcos::internal {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 20U;

}  // namespace

Result<bool> matches(const UniqueFd& fd, const EntryRow& entry, const Progress& progress) {
  Digest digest(entry.hash.algorithm());
  std::vector<std::uint8_t> buffer(kReadSize);
  std::uint64_t done = 0;
  while (true) {
    const Result<std::size_t> read = read_at(fd, buffer, done);
    if (!read) {
      return false;  // what the disk does not give back is as lost as what it gives back wrong
    }
    const std::size_t got = *read;
    if (got == 0) {
      break;
    }
    digest.update({buffer.data(), got});
    done += got;
    if (progress && !progress(done, entry.size)) {
      return fail(ErrorCode::kAborted, "Verification was stopped.");
    }
  }
  COS_TRY(const Hash actual, Hash::from_digest(entry.hash.algorithm(), digest.finish()));
  return actual == entry.hash && done == entry.size;
}

}  // namespace libcos::internal
