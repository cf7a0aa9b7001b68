#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/files.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 20U;

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> origins{"*"};
  std::string algorithm = "SHA-256";
};

Result<Published> add_file(Store& store, const std::string& file, HashAlgorithm algorithm, const Scope& scope) {
  // O_NONBLOCK: a pipe is opened without its writer, to be refused.
  COS_TRY(const UniqueFd fd, open_file(file, O_RDONLY | O_NONBLOCK));
  COS_TRY(const struct stat status, stat_of(fd));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kType, file + " is not a regular file.");
  }
  COS_TRY(Writer writer, store.begin_add(Realm::local(), algorithm, scope));
  ProgressBar progress("Storing " + file);
  std::vector<std::uint8_t> buffer(kReadSize);
  for (std::uint64_t done = 0;;) {
    COS_TRY(const std::size_t got, read_at(fd, buffer, done));
    if (got == 0) {
      break;
    }
    COS_CHECK(writer.append({buffer.data(), got}));
    done += got;
    progress.update(done, std::max(done, static_cast<std::uint64_t>(status.st_size)));
  }
  return writer.close();
}

// What was stored, in the words of the mode that was asked for.
void tell(const App& app, Store& store, const std::string& file, const Published& published, const Scope& scope,
          nlohmann::ordered_json& added) {
  const bool listed = store.on_public_hash_list(published.hash);
  added.push_back({{"file", file},
                   {"algorithm", algorithm_name(published.hash.algorithm())},
                   {"value", published.hash.hex()},
                   {"size", published.size},
                   {"alreadyStored", published.already_stored},
                   {"onPublicHashList", listed}});
  if (app.json) {
    return;
  }
  std::printf("%s  %s  %s%s\n", published.hash.to_string().c_str(), human_size(published.size).c_str(),
              printable(file).c_str(), published.already_stored ? "  (was stored already)" : "");
  if (scope.kind() == Scope::Kind::kGlobal && !listed) {
    std::printf("  Not on the Public Hash List: no site will find it. Name the sites with --origins.\n");
  }
}

// Every file is tried: one that cannot be stored must not hide what was.
Result<int> run(const App& app, Store& store, const Options& options) {
  const auto algorithm = parse_algorithm(options.algorithm);
  if (!algorithm) {
    return fail(ErrorCode::kType, "There is no hash algorithm " + options.algorithm + ".",
                "Use SHA-256, SHA-1, SHA-384 or SHA-512.");
  }
  const bool everyone = options.origins == std::vector<std::string>{"*"};
  COS_TRY(const Scope scope, Scope::parse(everyone ? OriginsArgument("*") : OriginsArgument(options.origins)));
  nlohmann::ordered_json added = nlohmann::ordered_json::array();
  int code = kDone;
  for (const std::string& file : options.files) {
    const Result<Published> published = add_file(store, file, *algorithm, scope);
    if (published) {
      tell(app, store, file, *published, scope, added);
      continue;
    }
    const Error& error = published.error();
    added.push_back({{"file", file}, {"error", error_json(error)}});
    code = std::max(code, app.json ? exit_code(error.code) : report(app, error));
  }
  if (app.json) {
    print_json(added);
  }
  return code;
}

}  // namespace

void add_add(Command cos, App& app) {
  auto options = std::make_shared<Options>();
  const Command command = add_command(cos, app, "add", "Put files into the store by hand", [&app, options] {
    return with_store(app, [&](Store& store) { return run(app, store, *options); });
  });
  command.add_option("files", options->files, "The files").required();
  command.add_option("--origins", options->origins, "Who may read: origins, or * for every site (listed files only)")
      .delimiter(',')
      .default_shown("*");
  command.add_option("--algorithm", options->algorithm, "The hash that names the entry").default_shown();
}

}  // namespace libcos::cli
