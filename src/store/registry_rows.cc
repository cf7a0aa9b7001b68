#include "store/registry_rows.h"

#include "base/try.h"

namespace libcos {
namespace {

constexpr std::string_view kEntryColumns =
    "entry.id, entry.algorithm, entry.digest, entry.size, entry.created_at, entry.last_read, entry.verified_at,"
    " entry.pinned, entry.damaged, entry.file_inode, entry.file_mtime ";

}  // namespace

Result<Hash> read_hash(const sqlite::Query& query, int algorithm_column) {
  const std::int64_t number = query.integer(algorithm_column);
  // Values of another kind, as a flipped bit makes them, can be read as these, and are not found by them.
  const bool sound =
      query.is_integer(algorithm_column) && query.is_blob(algorithm_column + 1) && number >= 0 && number <= UINT8_MAX;
  const auto algorithm = sound ? algorithm_from_number(static_cast<std::uint8_t>(number)) : std::nullopt;
  Result<Hash> hash = algorithm ? Hash::from_digest(*algorithm, query.blob(algorithm_column + 1))
                                : Result<Hash>(fail(ErrorCode::kCorrupt, ""));
  if (!hash) {
    return fail(ErrorCode::kCorrupt, "The registry holds an impossible hash.", "Run `cos verify`.");
  }
  return hash;
}

Result<EntryRow> read_entry(const sqlite::Query& query) {
  COS_TRY(const Hash hash, read_hash(query, 1));
  return EntryRow{query.integer(0),
                  hash,
                  static_cast<std::uint64_t>(query.integer(3)),
                  query.integer(4),
                  query.integer(5),
                  query.integer(6),
                  query.boolean(7),
                  query.boolean(8),
                  {query.integer(9), query.integer(10)}};
}

LookupAccount read_lookup_account(const sqlite::Query& query) {
  constexpr double kBitUnit = 1e6;  // the database holds whole numbers
  const auto count = [&](int column) { return static_cast<std::uint32_t>(query.integer(column)); };
  const auto bits = [&](int column) { return static_cast<double>(query.integer(column)) / kBitUnit; };
  return LookupAccount{query.integer(0),
                       query.integer(1),
                       count(2),
                       bits(3),
                       bits(4),
                       static_cast<LookupAccount::Last>(query.integer(5)),
                       {count(6), count(7)},
                       {count(8), count(9)},
                       {count(10), count(11)}};
}

std::string entry_query(std::string_view rest) { return "SELECT " + std::string(kEntryColumns) + std::string(rest); }

}  // namespace libcos
