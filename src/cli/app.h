// What the sub-commands share. Each adds itself to the parser and sets App::run when it was chosen.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cli/parser.h"
#include "cos/cos.h"

namespace libcos::cli {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kNothingFound = 3, kDamagedFound = 4 };

struct App {
  bool json = false;
  StoreOptions store;
  std::function<int()> run;  // of the sub-command that the user chose
};

void add_host(Command cos, App& app);
void add_install(Command cos, App& app);
void add_uninstall(Command cos, App& app);
void add_doctor(Command cos, App& app);
void add_ls(Command cos, App& app);
void add_stat(Command cos, App& app);
void add_add(Command cos, App& app);
void add_get(Command cos, App& app);
void add_rm(Command cos, App& app);
void add_verify(Command cos, App& app);
void add_repair(Command cos, App& app);
void add_clear(Command cos, App& app);
void add_evict(Command cos, App& app);
void add_history(Command cos, App& app);
void add_activity(Command cos, App& app);
void add_pin(Command cos, App& app);  // and unpin
void add_sites(Command cos, App& app);
void add_top(Command cos, App& app);
void add_why(Command cos, App& app);
void add_config(Command cos, App& app);
void add_phl(Command cos, App& app);
void add_completions(Command cos, App& app);
void add_man(Command cos, App& app);

// Adds a sub-command with --json whose body is `run`.
Command add_command(Command parent, App& app, const std::string& name, const std::string& help,
                    std::function<int()> run);

int exit_code(ErrorCode code);

// An error as programs get it: name, message, mend.
nlohmann::ordered_json error_json(const Error& error);
// Prints the error and its mend, as JSON when asked for. Returns the exit code.
int report(const App& app, const Error& error);

// Where the store is.
std::filesystem::path store_directory(const App& app);
// Opens the store and runs `body`; reports what fails.
int with_store(const App& app, const std::function<Result<int>(Store&)>& body);

// "SHA-256:abcd…", bare hex of a digest's length, or an abbreviation of at least six digits that fits one
// entry. Errors: kNotFound, kType.
Result<Hash> resolve_hash(Store& store, const std::string& text);

// `text`: a profile's id or the beginning of one that fits one profile, as `cos stat` prints them, or "local".
// nullopt for an empty text. Errors: kNotFound, kType.
Result<std::optional<Realm>> resolve_realm(Store& store, const std::string& text);

// "https://example.com", or "example.com" for short.
Result<Origin> resolve_origin(const std::string& text);

nlohmann::ordered_json to_json(const EntryInfo& info);
// Indented, as print_json() prints it.
std::string json_text(const nlohmann::ordered_json& value);
void print_json(const nlohmann::ordered_json& value);

}  // namespace libcos::cli
