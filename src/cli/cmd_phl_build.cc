#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/files.h"
#include "base/hex.h"
#include "base/try.h"
#include "cli/cmd_phl.h"
#include "cli/output.h"
#include "cli/places.h"
#include "store/digest.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestList = std::size_t{512} << 20U;
constexpr std::size_t kReadSize = std::size_t{1} << 20U;

struct Options {
  std::string out;
  std::vector<std::string> files;
  std::vector<std::string> lists;
  std::string section;
  std::string version = "unversioned";
};

struct Found {
  fs::path path;
  std::string name;  // as the list gives it
};

// The regular files at and below `start`, in the order of their names: the list must not depend on the disk.
Result<std::vector<Found>> files_below(const std::string& start) {
  std::error_code error;
  if (!fs::is_directory(start, error)) {
    return std::vector<Found>{{start, fs::path(start).filename().string()}};
  }
  std::vector<Found> found;
  for (fs::recursive_directory_iterator it(start, error), end; !error && it != end; it.increment(error)) {
    const auto status = stat_of(it->path());
    if (!status) {
      return tl::unexpected<Error>(errno_error("look at", it->path(), errno));
    }
    if (S_ISREG(status->st_mode)) {
      found.push_back({it->path(), it->path().lexically_relative(start).string()});
    }
  }
  if (error) {
    return fail(ErrorCode::kIo, "Cannot read the directory " + start + ": " + error.message() + ".");
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.name < b.name; });
  return found;
}

Result<std::pair<ListDigest, std::uint64_t>> hash_file(const fs::path& path) {
  // O_NONBLOCK: a pipe is opened without its writer, to be refused.
  COS_TRY(const UniqueFd fd, open_file(path, O_RDONLY | O_NONBLOCK));
  COS_TRY(const struct stat status, stat_of(fd));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kType, path.string() + " is not a regular file.");
  }
  Digest digest(HashAlgorithm::kSha256);
  std::vector<std::uint8_t> buffer(kReadSize);
  std::uint64_t size = 0;
  while (true) {
    COS_TRY(const std::size_t got, read_at(fd, buffer, size));
    if (got == 0) {
      break;
    }
    digest.update({buffer.data(), got});
    size += got;
  }
  const auto bytes = digest.finish();
  std::pair<ListDigest, std::uint64_t> result{{}, size};
  std::copy(bytes.begin(), bytes.end(), result.first.begin());
  return result;
}

// The list's sections and comments are views into `texts`.
Result<ParsedHashList> list_of_files(const Options& options, std::deque<std::string>& texts) {
  // Parsed from its own form, so that the section's name is taken as a list's reader takes it.
  const std::string name = options.section.empty() ? "SHA-256" : "SHA-256 " + options.section;
  std::string& text = texts.emplace_back("// ===BEGIN " + name + "===\n");
  ProgressBar progress("Hashing");
  std::uint64_t done = 0;
  for (const std::string& start : options.files) {
    COS_TRY(const auto found, files_below(start));
    for (const Found& file : found) {
      COS_TRY(const auto hashed, hash_file(file.path));
      // A comment is one line, and is read on terminals.
      text += "// " + printable(file.name) + " (" + std::to_string(hashed.second) + " bytes)\n";
      text += to_hex(hashed.first) + "\n";
      done += hashed.second;
      progress.update(done, done);
    }
  }
  text += "// ===END " + name + "===\n";
  COS_TRY(ParsedHashList list, parse_hash_list(text));
  if (list.sections.size() != 1 || list.sections.front().name != name) {
    return fail(ErrorCode::kType, "'" + options.section + "' cannot be the name of a section.");
  }
  return list;
}

Result<int> build(const App& app, const Options& options) {
  if (options.files.empty() && options.lists.empty()) {
    return fail(ErrorCode::kType, "There is nothing to make a list from.", "Name files, or lists with --from-list.");
  }
  std::deque<std::string> texts;
  std::vector<ParsedHashList> lists;
  if (!options.files.empty()) {
    COS_TRY(ParsedHashList list, list_of_files(options, texts));
    lists.push_back(std::move(list));
  }
  for (const std::string& path : options.lists) {
    COS_TRY(std::string text, read_small_file(path, kLargestList));
    Result<ParsedHashList> list = parse_hash_list(texts.emplace_back(std::move(text)));
    if (!list) {
      return fail(list.error().code, path + ": " + list.error().message);
    }
    lists.push_back(std::move(*list));
  }
  std::vector<std::unique_ptr<std::string>> joined;
  ParsedHashList merged = merge_hash_lists(lists, joined);
  merged.version = options.version;
  const std::string text = render_hash_list(merged);
  // What anybody would refuse to install is not worth writing: a version with a line's end in it, for one.
  COS_CHECK(parse_hash_list(text));
  Digest digest(HashAlgorithm::kSha256);
  digest.update(as_bytes(text));
  const std::string checksum = to_hex(digest.finish());
  const std::string companion = checksum + "  " + fs::path(options.out).filename().string() + "\n";
  COS_TRY(const fs::path out, absolute_path(options.out));
  COS_CHECK(replace_file(out, as_bytes(text), 0644));
  COS_CHECK(replace_file(out.string() + ".sha256", as_bytes(companion), 0644));
  if (app.json) {
    print_json({{"file", options.out},
                {"version", merged.version},
                {"checksum", checksum},
                {"digests", merged.digests.size()},
                {"bytes", text.size()}});
  } else {
    const std::string shown = printable(options.out);
    std::printf("%s: %zu digests, %s; checksum in %s.sha256\n", shown.c_str(), merged.digests.size(),
                human_size(text.size()).c_str(), shown.c_str());
  }
  return kDone;
}

int report_build(const App& app, const Options& options) {
  const Result<int> code = build(app, options);
  return code ? *code : report(app, code.error());
}

}  // namespace

void add_phl_build(Command phl, App& app) {
  auto options = std::make_shared<Options>();
  const Command command = add_command(phl, app, "build", "Make a list of files and of other lists, with its checksum",
                                      [&app, options] { return report_build(app, *options); });
  command.add_option("out", options->out, "Where to write the list; its checksum goes to OUT.sha256").required();
  command.add_option("files", options->files, "Files, and directories with all that is in them");
  command.add_option("--from-list", options->lists, "Lists whose digests and comments are taken over").one_value_each();
  command.add_option("--section", options->section, "The files' section, such as MANUAL; default: the core section");
  command.add_option("--version", options->version, "The list's version").default_shown();
}

}  // namespace libcos::cli
