#include <cstdio>
#include <memory>

#include "base/files.h"
#include "base/try.h"
#include "cli/app.h"
#include "store/digest.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kLargestList = std::size_t{1} << 30U;

Result<int> check(const App& app, Store& store, const std::string& text) {
  COS_TRY(const Hash hash, resolve_hash(store, text));
  const bool listed = store.on_public_hash_list(hash);
  if (app.json) {
    print_json({{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}, {"listed", listed}});
  } else {
    std::printf("%s is %son the Public Hash List.\n", hash.to_string().c_str(), listed ? "" : "not ");
  }
  return listed ? kDone : kNothingFound;
}

Result<int> status(const App& app, Store& store) {
  const HashListInfo info = store.hash_list();
  if (app.json) {
    print_json({{"version", info.version},
                {"digests", info.digests},
                {"installed", info.installed},
                {"damaged", info.damaged}});
  } else {
    if (info.damaged) {
      std::printf("The installed list is damaged and counts as empty: install it again with `cos phl update`.\n");
    }
    std::printf("%zu digests, version %s (%s)\n", info.digests, info.version.c_str(),
                info.installed ? "installed list and starter list" : "starter list");
  }
  return kDone;
}

// FILE.sha256 is what `sha256sum FILE` printed: the digest, blanks, a name.
Status check_companion(const std::string& file, const std::string& text) {
  const std::string companion = file + ".sha256";
  const Result<std::string> published = read_small_file(companion, 4096);
  if (!published) {
    return fail(ErrorCode::kNotFound, "Cannot read " + companion + ".",
                "A list comes with its checksum: download it too, or make one with sha256sum.");
  }
  Digest digest(HashAlgorithm::kSha256);
  digest.update(as_bytes(text));
  COS_TRY(const Hash actual, Hash::from_digest(HashAlgorithm::kSha256, digest.finish()));
  if (published->substr(0, published->find_first_of(" \t\r\n")) != actual.hex()) {
    return fail(ErrorCode::kData, file + " does not match its checksum in " + companion + "; the list stays as it was.",
                "Download both files again.");
  }
  return {};
}

Result<int> update(const App& app, Store& store, const std::string& file) {
  COS_TRY(const std::string text, read_small_file(file, kLargestList));
  COS_CHECK(check_companion(file, text));
  COS_TRY(const HashListInfo info, store.install_hash_list(text));
  (void)info;
  return status(app, store);
}

}  // namespace

void add_phl(CLI::App& parser, App& app) {
  CLI::App* phl = parser.add_subcommand("phl", "The Public Hash List");
  phl->require_subcommand(1);
  auto hash = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  add_command(*phl, app, "status", "Which list is in force",
              [&app] { return with_store(app, [&](Store& store) { return status(app, store); }); });
  add_command(*phl, app, "check", "Whether a hash is listed (exit code 3: it is not)",
              [&app, hash] { return with_store(app, [&](Store& store) { return check(app, store, *hash); }); })
      ->add_option("hash", *hash)
      ->required();
  add_command(*phl, app, "update", "Install a published list",
              [&app, file] { return with_store(app, [&](Store& store) { return update(app, store, *file); }); })
      ->add_option("--from", *file, "The list; its checksum is expected in FILE.sha256")
      ->required();
}

}  // namespace libcos::cli
