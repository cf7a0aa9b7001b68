#include "store/log_sums.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace libcos::sqlite {
namespace {

// https://www.sqlite.org/fileformat.html#the_write_ahead_log
constexpr int kLogHeader = 32;
constexpr int kFrameHeader = 24;
constexpr sqlite3_int64 kSumInLogHeader = 24;
constexpr sqlite3_int64 kSumInFrameHeader = 16;
constexpr std::size_t kSummedOfFrameHeader = 8;
constexpr std::size_t kPagesAfterCommit = 4;  // in a frame's header; 0 before the last frame of a transaction
constexpr int kSmallestPage = 512;
constexpr int kLargestPage = 65536;

using Bytes = std::span<const std::uint8_t>;

std::uint32_t big_endian(Bytes bytes) {
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
}

std::uint32_t little_endian(Bytes bytes) {
  return std::uint32_t{bytes[3]} << 24U | std::uint32_t{bytes[2]} << 16U | std::uint32_t{bytes[1]} << 8U | bytes[0];
}

struct Sum {
  std::uint32_t first;
  std::uint32_t second;

  bool operator==(const Sum&) const = default;
};

Sum sum_in(Bytes bytes) { return {big_endian(bytes), big_endian(bytes.subspan(4))}; }

Sum go_on(Sum sum, Bytes bytes, std::uint32_t (*word)(Bytes)) {
  for (; !bytes.empty(); bytes = bytes.subspan(8)) {
    sum.first += word(bytes) + sum.second;
    sum.second += word(bytes.subspan(4)) + sum.first;
  }
  return sum;
}

template <std::size_t kSize>
int read(sqlite3_file* log, std::array<std::uint8_t, kSize>& to, sqlite3_int64 offset) {
  return log->pMethods->xRead(log, to.data(), static_cast<int>(kSize), offset);
}

}  // namespace

bool is_page_of_log(int size, sqlite3_int64 offset) {
  return size >= kSmallestPage && size <= kLargestPage && (size & (size - 1)) == 0 &&
         offset >= kLogHeader + kFrameHeader && (offset - kLogHeader) % (size + kFrameHeader) == kFrameHeader;
}

int check_page_of_log(sqlite3_file* log, Bytes page, sqlite3_int64 offset) {
  const sqlite3_int64 frame = offset - kFrameHeader;
  const auto size = static_cast<sqlite3_int64>(page.size()) + kFrameHeader;
  std::array<std::uint8_t, 4> magic{};
  std::array<std::uint8_t, sizeof(Sum)> before{};
  std::array<std::uint8_t, kFrameHeader> header{};
  int code = read(log, magic, 0);
  code = code != SQLITE_OK ? code : read(log, header, frame);
  code = code != SQLITE_OK
             ? code
             : read(log, before, frame == kLogHeader ? kSumInLogHeader : frame - size + kSumInFrameHeader);
  if (code != SQLITE_OK) {
    return code;
  }
  // The last bit of the log's first four bytes tells in which order its writer's machine has bytes.
  const auto word = (magic.back() & 1U) != 0 ? big_endian : little_endian;
  const Bytes summed = Bytes(header).first(kSummedOfFrameHeader);
  const Sum sum = go_on(go_on(sum_in(before), summed, word), page, word);
  return sum == sum_in(Bytes(header).subspan(kSumInFrameHeader)) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

void UnfinishedFrames::note_write(const void* from, int size, sqlite3_int64 offset) {
  if (size != kFrameHeader) {
    return;
  }
  const Bytes header(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size));
  first_ = big_endian(header.subspan(kPagesAfterCommit)) != 0 ? kNone : std::min(first_, offset);
}

}  // namespace libcos::sqlite
