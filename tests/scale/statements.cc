#include "scale/statements.h"

#include <sqlite3.h>

#include <atomic>
#include <utility>

namespace libcos::scale {
namespace {

// SQLite's hook for every new connection knows no context, so these stand outside of any object.
std::atomic<std::int64_t> instructions = 0;
std::atomic<std::int64_t> scanned = 0;

int note(unsigned /*event*/, void* /*context*/, void* statement, void* /*time*/) {
  auto* const finished = static_cast<sqlite3_stmt*>(statement);
  instructions += sqlite3_stmt_status(finished, SQLITE_STMTSTATUS_VM_STEP, 1);
  scanned += sqlite3_stmt_status(finished, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  return 0;
}

int watch(sqlite3* database, const char** /*error*/, const struct sqlite3_api_routines* /*api*/) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, note, nullptr);
}

}  // namespace

void count_steps() { (void)sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch)); }

Steps take_steps() { return {instructions.exchange(0), scanned.exchange(0)}; }

}  // namespace libcos::scale
