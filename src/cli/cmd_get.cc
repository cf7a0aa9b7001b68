#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/random.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 20U;

struct Options {
  std::string hash;
  std::string output;
  std::string range;
  bool force = false;
};

struct ByteRange {
  std::uint64_t first;
  std::uint64_t end;  // exclusive
};

// "a-b", "a-" and "-n" (the last n bytes), as in HTTP.
Result<ByteRange> parse_range(const std::string& text, std::uint64_t size) {
  if (text.empty()) {
    return ByteRange{0, size};
  }
  const auto number = [](std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
  };
  const std::size_t dash = text.find('-');
  if (dash != std::string::npos) {
    const auto first = number(std::string_view(text).substr(0, dash));
    const auto last = number(std::string_view(text).substr(dash + 1));
    if (dash == 0 && last && *last > 0) {
      return ByteRange{size - std::min(*last, size), size};
    }
    if (first && *first < size && dash + 1 == text.size()) {
      return ByteRange{*first, size};
    }
    if (first && last && *first < size && *first <= *last) {
      return ByteRange{*first, std::min(*last, size - 1) + 1};
    }
  }
  return fail(ErrorCode::kType, "'" + text + "' is no range of bytes in a file of " + std::to_string(size) + ".",
              "Give the first and the last byte, as in 0-1023; 1024- and -1024 work, too.");
}

Status copy(const Reader& reader, const ByteRange& range,
            const std::function<Status(std::span<const std::uint8_t>)>& sink, const std::string& label) {
  ProgressBar progress(label);
  std::vector<std::uint8_t> buffer(kReadSize);
  for (std::uint64_t at = range.first; at < range.end;) {
    const std::span part(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(kReadSize, range.end - at)));
    COS_TRY(const std::size_t got, reader.read(at, part));
    if (got == 0) {
      return fail(ErrorCode::kCorrupt, "The entry is shorter than it should be.", "Run `cos verify`.");
    }
    COS_CHECK(sink({buffer.data(), got}));
    at += got;
    progress.update(at - range.first, range.end - range.first);
  }
  return {};
}

Status to_stdout(const Reader& reader, const ByteRange& range) {
  const Status copied = copy(
      reader, range,
      [&](std::span<const std::uint8_t> bytes) -> Status {
        return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? Status() : fail(ErrorCode::kIo, "");
      },
      "Reading");
  // That standard output failed is told once, at the end of every command.
  return std::ferror(stdout) == 0 ? copied : Status();
}

// Beside the output first: an interrupted copy leaves no half file under the name that was asked for.
Status to_file(const Reader& reader, const ByteRange& range, const Options& options) {
  if (!options.force && stat_of(std::filesystem::path(options.output))) {
    return fail(ErrorCode::kIo, options.output + " exists.", "Choose another name, or overwrite it with --force.");
  }
  const std::string beside = options.output + "." + random_hex(4) + ".part";
  COS_TRY(const UniqueFd fd, open_file(beside, O_WRONLY | O_CREAT | O_EXCL, 0644));
  std::uint64_t position = 0;
  Status copied = copy(
      reader, range,
      [&](std::span<const std::uint8_t> bytes) -> Status {
        COS_CHECK(write_at(fd, bytes, position));
        position += bytes.size();
        return {};
      },
      "Copying to " + options.output);
  if (copied && ::rename(beside.c_str(), options.output.c_str()) != 0) {
    copied = tl::unexpected(errno_error("write", options.output, errno));
  }
  if (!copied) {
    ::unlink(beside.c_str());
  }
  return copied;
}

}  // namespace

void add_get(Command cos, App& app) {
  auto options = std::make_shared<Options>();
  const Command command = add_command(cos, app, "get", "Copy an entry's bytes out of the store", [&app, options] {
    return with_store(app, [&](Store& store) -> Result<int> {
      COS_TRY(const Hash hash, resolve_hash(store, options->hash));
      COS_TRY(const Reader reader, store.open_entry(hash));
      COS_TRY(const ByteRange range, parse_range(options->range, reader.size()));
      COS_CHECK(options->output == "-" ? to_stdout(reader, range) : to_file(reader, range, *options));
      if (app.json && options->output != "-") {
        print_json({{"algorithm", algorithm_name(hash.algorithm())},
                    {"value", hash.hex()},
                    {"size", range.end - range.first},
                    {"file", options->output}});
      }
      return kDone;
    });
  });
  command.add_option("hash", options->hash, "The hash, or its first six or more digits").required();
  command.add_option("-o,--output", options->output, "The file to write; - is standard output").required();
  command.add_option("--range", options->range, "Only these bytes: 0-1023, 1024-, or -1024 for the last ones");
  command.add_flag("--force", options->force, "Overwrite the file");
}

}  // namespace libcos::cli
