#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/try.h"
#include "store/blob_files.h"

namespace libcos {
namespace {

// A private window must not take the machine's memory away from everything else.
constexpr std::uint64_t kShareOfMemory = 8;

std::uint64_t kibibytes(std::string_view meminfo, std::string_view name) {
  std::uint64_t value = 0;
  if (const std::size_t at = meminfo.find(name); at != std::string_view::npos) {
    const std::size_t digits = meminfo.find_first_not_of(' ', at + name.size());
    std::from_chars(meminfo.data() + digits, meminfo.data() + meminfo.size(), value);
  }
  return value;
}

// memfd files: they have no name in any file system and go with this process.
class MemoryBlobFiles final : public BlobFiles {
 public:
  Result<IncomingFile> create_incoming(const Hash& /*hash*/) override {
    UniqueFd fd(::memfd_create("cos", MFD_CLOEXEC));
    if (!fd.valid()) {
      return tl::unexpected(errno_error("create a file in memory", "", errno));
    }
    return IncomingFile{std::move(fd), {}};
  }

  Status rename_incoming(IncomingFile& /*incoming*/, const Hash& /*hash*/) override { return {}; }

  void discard(IncomingFile& incoming) override { incoming.fd.reset(); }

  Status publish(IncomingFile& incoming, const Hash& hash) override {
    COS_TRY(UniqueFd fd, duplicate(incoming.fd));
    const std::lock_guard lock(mutex_);
    blobs_.insert_or_assign(hash, std::move(fd));
    return {};
  }

  Status remove(const Hash& hash) override {
    const std::lock_guard lock(mutex_);
    blobs_.erase(hash);
    return {};
  }

  Status sync_removals(const std::vector<Hash>& /*hashes*/) override { return {}; }
  Status quarantine(const Hash& hash) override { return remove(hash); }

  Result<UniqueFd> open_quarantined(const Hash& /*hash*/) override {
    return fail(ErrorCode::kNotFound, "Nothing in memory is kept for that.");
  }

  Status sync_name(const Hash& /*hash*/) override { return {}; }

  Result<UniqueFd> open(const Hash& hash) override {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(hash);
    if (found == blobs_.end()) {
      return fail(ErrorCode::kNotFound, "There is no such entry in this private window.");
    }
    // Opened anew rather than duplicated: the reader gets a description of its own, read-only.
    return open_file("/proc/self/fd/" + std::to_string(found->second.get()), O_RDONLY);
  }

  bool is_idle(const Hash& /*hash*/) override { return true; }

  Result<DiskSpace> space() override {
    // "Available" and not "free": what the kernel keeps of files counts as taken in the latter.
    COS_TRY(const std::string meminfo, read_small_file("/proc/meminfo", std::size_t{1} << 16U));
    return DiskSpace{kibibytes(meminfo, "MemTotal:") * 1024 / kShareOfMemory,
                     kibibytes(meminfo, "MemAvailable:") * 1024};
  }

 private:
  std::mutex mutex_;  // readers open on threads of their own
  std::unordered_map<Hash, UniqueFd> blobs_;
};

}  // namespace

std::unique_ptr<BlobFiles> make_memory_blob_files() { return std::make_unique<MemoryBlobFiles>(); }

}  // namespace libcos
