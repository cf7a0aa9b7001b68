#include "store/log_sums.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/try.h"

namespace libcos::sqlite {
namespace {

// https://www.sqlite.org/fileformat.html#the_write_ahead_log
constexpr int kFrameHeader = 24;
constexpr sqlite3_int64 kSumInLogHeader = 24;
constexpr sqlite3_int64 kSumInFrameHeader = 16;
constexpr std::size_t kSummedOfFrameHeader = 8;
constexpr std::size_t kPageSizeInLogHeader = 8;
constexpr std::size_t kSaltsInLogHeader = 16;
constexpr std::size_t kPagesAfterCommit = 4;  // in a frame's header; 0 before the last frame of a transaction
constexpr std::size_t kSaltsInFrameHeader = 8;
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

// The last bit of the log's first four bytes tells in which order its writer's machine has bytes.
auto word_of_log(Bytes header) { return (header[3] & 1U) != 0 ? big_endian : little_endian; }

std::array<std::uint8_t, 8> salts_in(Bytes bytes) {
  std::array<std::uint8_t, 8> salts{};
  std::copy_n(bytes.begin(), salts.size(), salts.begin());
  return salts;
}

bool is_page_size(std::uint32_t size) {
  return size >= kSmallestPage && size <= kLargestPage && (size & (size - 1)) == 0;
}

template <std::size_t kSize>
int read(sqlite3_file* log, std::array<std::uint8_t, kSize>& to, sqlite3_int64 offset) {
  return log->pMethods->xRead(log, to.data(), static_cast<int>(kSize), offset);
}

}  // namespace

bool is_page_of_log(int size, sqlite3_int64 offset) {
  return size > 0 && is_page_size(static_cast<std::uint32_t>(size)) && offset >= kLogHeader + kFrameHeader &&
         (offset - kLogHeader) % (size + kFrameHeader) == kFrameHeader;
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
  const auto word = word_of_log(magic);
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

void LastCommit::note_write(const void* from, int size, sqlite3_int64 offset) {
  if (is_page_of_log(size, offset)) {
    page_ = offset;
    page_size_ = size;
    return;
  }
  // A frame's header may be written once more after its page, with its sum.
  const Bytes header(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size));
  const bool commits = size == kFrameHeader && big_endian(header.subspan(kPagesAfterCommit)) != 0;
  frame_ = commits ? offset : 0;
  salts_ = commits ? salts_in(header.subspan(kSaltsInFrameHeader)) : salts_;
}

LogPart LastCommit::part() const {
  return frame_ != 0 && page_ == frame_ + kFrameHeader ? LogPart{salts_, page_ + page_size_} : LogPart{};
}

bool is_of_log(sqlite3_file* log, const LogPart& part) {
  std::array<std::uint8_t, 8> salts{};
  return read(log, salts, kSaltsInLogHeader) == SQLITE_OK && salts == part.salts;
}

Result<std::optional<LogPart>> sound_part(const UniqueFd& log, sqlite3_int64 until) {
  std::array<std::uint8_t, kLogHeader> header{};
  COS_TRY(const std::size_t got, read_at(log, header, 0));
  const Bytes bytes(header);
  const auto word = word_of_log(bytes);
  const std::uint32_t page_size = big_endian(bytes.subspan(kPageSizeInLogHeader));
  Sum sum = go_on({}, bytes.first(kSumInLogHeader), word);
  if (got < header.size() || !is_page_size(page_size) || sum != sum_in(bytes.subspan(kSumInLogHeader))) {
    return std::nullopt;
  }
  LogPart part{salts_in(bytes.subspan(kSaltsInLogHeader)), kLogHeader};
  std::array<std::uint8_t, kFrameHeader + kLargestPage> space;  // NOLINT: filled below, as far as it is used
  const std::span frame = std::span(space).first(kFrameHeader + page_size);
  const auto size = static_cast<sqlite3_int64>(frame.size());
  for (; part.end + size <= until; part.end += size) {
    COS_TRY(const std::size_t count, read_at(log, frame, static_cast<std::uint64_t>(part.end)));
    sum = go_on(go_on(sum, frame.first(kSummedOfFrameHeader), word), frame.subspan(kFrameHeader), word);
    if (count < frame.size() || salts_in(frame.subspan(kSaltsInFrameHeader)) != part.salts ||
        sum != sum_in(frame.subspan(kSumInFrameHeader))) {
      break;
    }
  }
  return part;
}

}  // namespace libcos::sqlite
