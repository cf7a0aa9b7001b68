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

}  // namespace libcos
