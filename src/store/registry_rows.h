// How rows of the registry become values; shared by the files that hold its queries.
#pragma once

#include <string>
#include <string_view>

#include "store/registry.h"

namespace libcos {

// "SELECT <what read_entry() reads> <rest>".
std::string entry_query(std::string_view rest);
Result<EntryRow> read_entry(const sqlite::Query& query);

// The algorithm's number at `algorithm_column`, the digest after it. Errors: kCorrupt.
Result<Hash> read_hash(const sqlite::Query& query, int algorithm_column);

// A lookup account, from the first columns of a query that begins with these.
inline constexpr std::string_view kLookupAccountColumns =
    "window_start, month_start, counted, bits, month_bits, last, miss_after_miss, hit_after_miss, miss_after_hit,"
    " hit_after_hit, still_missing, no_longer_missing";
inline constexpr int kLookupAccountWidth = 12;
LookupAccount read_lookup_account(const sqlite::Query& query);

}  // namespace libcos
