#include "phl/mapped_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <utility>

#include "base/files.h"
#include "base/try.h"

namespace libcos {

Result<MappedBytes> MappedBytes::map(const std::filesystem::path& path) {
  COS_TRY(const UniqueFd fd, open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  return map(fd);
}

Result<MappedBytes> MappedBytes::map(const UniqueFd& fd) {
  COS_TRY(const struct stat status, stat_of(fd));
  MappedBytes result;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > 0) {
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (mapped == MAP_FAILED) {
      return fail(ErrorCode::kIo, "Cannot map a file of the Public Hash List.");
    }
    result.mapped_ = mapped;
    result.bytes_ = {static_cast<const std::uint8_t*>(mapped), size};
  }
  return result;
}

MappedBytes::MappedBytes(MappedBytes&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)),
      owned_(std::move(other.owned_)),
      bytes_(std::exchange(other.bytes_, {})) {}

MappedBytes::~MappedBytes() {
  if (mapped_ != nullptr) {
    ::munmap(mapped_, bytes_.size());
  }
}

}  // namespace libcos
