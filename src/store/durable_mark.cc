#include "store/durable_mark.h"

#include <fcntl.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/try.h"

namespace libcos::sqlite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEndingOfLog = "-wal";
constexpr std::string_view kEnding = "-durable";

// The record: a word, the log's salts, where the durable part ends, and the XXH3-64 of all that. Small enough never to
// lie on two sectors.
constexpr std::string_view kWord = "cosmark1";
constexpr std::size_t kSaltsAt = 8;
constexpr std::size_t kEndAt = 16;
constexpr std::size_t kSumAt = 24;
using Record = std::array<std::uint8_t, 32>;
constexpr Record kCleared{};

std::array<std::uint8_t, 8> sum_of(const Record& record) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(&canonical, XXH3_64bits(record.data(), kSumAt));
  return std::to_array(canonical.digest);
}

Record record_of(const LogPart& part) {
  Record record{};
  std::copy(kWord.begin(), kWord.end(), record.begin());
  std::copy(part.salts.begin(), part.salts.end(), record.begin() + kSaltsAt);
  for (std::size_t byte = 0; byte < sizeof(part.end); ++byte) {
    record.at(kSumAt - 1 - byte) = static_cast<std::uint8_t>(static_cast<std::uint64_t>(part.end) >> 8 * byte);
  }
  const auto sum = sum_of(record);
  std::copy(sum.begin(), sum.end(), record.begin() + kSumAt);
  return record;
}

// nullopt for a record that was torn, or cleared, or is not ours.
std::optional<LogPart> part_in(const Record& record) {
  const auto sum = sum_of(record);
  if (!std::equal(kWord.begin(), kWord.end(), record.begin()) ||
      !std::equal(sum.begin(), sum.end(), record.begin() + kSumAt)) {
    return std::nullopt;
  }
  LogPart part;
  std::copy_n(record.begin() + kSaltsAt, part.salts.size(), part.salts.begin());
  std::uint64_t end = 0;
  for (std::size_t byte = kEndAt; byte < kSumAt; ++byte) {
    end = end << 8U | record.at(byte);
  }
  part.end = static_cast<sqlite3_int64>(end);
  return part;
}

int code_of(const Error& error) { return error.code == ErrorCode::kQuotaExceeded ? SQLITE_FULL : SQLITE_IOERR_WRITE; }

// What cannot be read is known as little as what is not there.
std::optional<LogPart> read_mark(const fs::path& log) {
  Record record{};
  const auto file = open_file(mark_of(log), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const auto got = file ? read_at(*file, record, 0) : tl::unexpected(file.error());
  return got ? part_in(record) : std::nullopt;
}

}  // namespace

bool is_name_of_log(const fs::path& file) { return file.string().ends_with(kEndingOfLog); }

fs::path mark_of(const fs::path& log) {
  const std::string name = log.string();
  return name.substr(0, name.size() - kEndingOfLog.size()).append(kEnding);
}

Result<DurableMark::Known> DurableMark::look() {
  if (!file_.valid()) {
    COS_TRY(file_, open_file(mark_of(log_), O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  }
  Record record{};
  COS_TRY(const std::size_t got, read_at(file_, record, 0));
  return Known{got == 0, record == kCleared, part_in(record)};
}

int DurableMark::clear_from(sqlite3_int64 offset) {
  const auto known = look();
  if (!known) {
    return code_of(known.error());
  }
  // Behind its beginning a log is changed by who goes on from where it ends, as a rule; not when a transaction failed
  // after its sync. A log that begins has a mark before it on the disk as long as that was not cleared durably,
  // whatever is read here. Nobody has ever set a mark that is empty.
  if (offset > 0 ? !known->part || known->part->end <= offset : known->empty) {
    return SQLITE_OK;
  }
  const Status written = known->cleared ? Status() : write_at(file_, kCleared, 0);
  const Status durable = written ? sync_data(file_) : written;
  return durable ? SQLITE_OK : code_of(durable.error());
}

void DurableMark::set(const LogPart& part) {
  const auto known = look();
  // Whoever brings the log home syncs it, too, beside others who write on.
  if (known && (!known->part || known->part->salts != part.salts || known->part->end < part.end)) {
    (void)write_at(file_, record_of(part), 0);
  }
}

void clear_mark(const fs::path& log) {
  if (const auto file = open_file(mark_of(log), O_WRONLY | O_NOFOLLOW)) {
    (void)write_at(*file, kCleared, 0);
  }
}

std::optional<LogCheck> check_log(const fs::path& log) {
  const auto mark = read_mark(log);
  const auto file = open_file(log, O_RDONLY | O_NOFOLLOW);
  const auto status = file ? stat_of(*file) : tl::unexpected(file.error());
  if (!mark || !status || status->st_size == 0) {
    return std::nullopt;
  }
  const auto sound = sound_part(*file, mark->end);
  if (!sound || (*sound && (*sound)->salts != mark->salts)) {
    return std::nullopt;
  }
  const LogCheck check{static_cast<std::uint64_t>(mark->end),
                       *sound ? static_cast<std::uint64_t>((*sound)->end) : std::uint64_t{0}};
  // Who reads beside somebody who writes may have seen one log's mark and another log.
  return check.is_damaged() && read_mark(log) != mark ? std::nullopt : std::optional(check);
}

}  // namespace libcos::sqlite
