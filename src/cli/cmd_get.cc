#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
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
  bool force = false;
};

Status copy(const Reader& reader, const std::function<Status(std::span<const std::uint8_t>)>& sink,
            const std::string& label) {
  ProgressBar progress(label);
  std::vector<std::uint8_t> buffer(kReadSize);
  for (std::uint64_t done = 0; done < reader.size();) {
    COS_TRY(const std::size_t got, reader.read(done, buffer));
    if (got == 0) {
      return fail(ErrorCode::kCorrupt, "The entry is shorter than it should be.", "Run `cos verify`.");
    }
    COS_CHECK(sink({buffer.data(), got}));
    done += got;
    progress.update(done, reader.size());
  }
  return {};
}

Status to_stdout(const Reader& reader) {
  const auto when = [](bool written) -> Status {
    return written ? Status() : Status(fail(ErrorCode::kIo, "Cannot write to standard output."));
  };
  COS_CHECK(copy(
      reader,
      [&](std::span<const std::uint8_t> bytes) {
        return when(std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size());
      },
      "Reading"));
  // What is still buffered may fail to be written, too.
  return when(std::fflush(stdout) == 0);
}

// Beside the output first: an interrupted copy leaves no half file under the name that was asked for.
Status to_file(const Reader& reader, const Options& options) {
  if (!options.force && stat_of(std::filesystem::path(options.output))) {
    return fail(ErrorCode::kIo, options.output + " exists.", "Choose another name, or overwrite it with --force.");
  }
  const std::string beside = options.output + "." + random_hex(4) + ".part";
  COS_TRY(const UniqueFd fd, open_file(beside, O_WRONLY | O_CREAT | O_EXCL, 0644));
  std::uint64_t position = 0;
  Status copied = copy(
      reader,
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

void add_get(CLI::App& parser, App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(parser, app, "get", "Copy an entry's bytes out of the store", [&app, options] {
    return with_store(app, [&](Store& store) -> Result<int> {
      COS_TRY(const Hash hash, resolve_hash(store, options->hash));
      COS_TRY(const Reader reader, store.open_entry(hash));
      COS_CHECK(options->output == "-" ? to_stdout(reader) : to_file(reader, *options));
      if (app.json && options->output != "-") {
        print_json({{"algorithm", algorithm_name(hash.algorithm())},
                    {"value", hash.hex()},
                    {"size", reader.size()},
                    {"file", options->output}});
      }
      return kDone;
    });
  });
  command->add_option("hash", options->hash, "The hash, or its first six or more digits")->required();
  command->add_option("-o,--output", options->output, "The file to write; - is standard output")->required();
  command->add_flag("--force", options->force, "Overwrite the file");
}

}  // namespace libcos::cli
