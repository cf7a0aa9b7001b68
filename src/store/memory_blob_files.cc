#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/try.h"
#include "store/blob_files.h"

namespace libcos {
namespace {

// A private window must not take the machine's memory away from everything else.
constexpr std::uint64_t kShareOfMemory = 8;

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
    blobs_.insert_or_assign(hash, std::move(fd));
    return {};
  }

  Status remove(const Hash& hash) override {
    blobs_.erase(hash);
    return {};
  }

  Status quarantine(const Hash& hash) override { return remove(hash); }

  Result<UniqueFd> open(const Hash& hash) override {
    const auto found = blobs_.find(hash);
    if (found == blobs_.end()) {
      return fail(ErrorCode::kNotFound, "There is no such entry in this private window.");
    }
    // Opened anew rather than duplicated: the reader gets a description of its own, read-only.
    return open_file("/proc/self/fd/" + std::to_string(found->second.get()), O_RDONLY);
  }

  bool is_idle(const Hash& /*hash*/) override { return true; }

  Result<DiskSpace> space() override {
    struct sysinfo info {};
    if (::sysinfo(&info) != 0) {
      return tl::unexpected(errno_error("look at the machine's memory", "", errno));
    }
    const std::uint64_t unit = info.mem_unit;
    return DiskSpace{info.totalram * unit / kShareOfMemory, info.freeram * unit};
  }

 private:
  std::unordered_map<Hash, UniqueFd> blobs_;
};

}  // namespace

std::unique_ptr<BlobFiles> make_memory_blob_files() { return std::make_unique<MemoryBlobFiles>(); }

}  // namespace libcos
