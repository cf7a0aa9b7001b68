// Storing a large file, against the two things that nobody can do without: hashing it and writing it down.
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "measure.h"

namespace cos_bench {
namespace {

using libcos::UniqueFd;

// Each contender reads the file in the same way, from the page cache, through a buffer of its own.
void for_each_block(const std::filesystem::path& file, const std::function<void(std::span<const std::uint8_t>)>& take) {
  const UniqueFd fd = need(libcos::open_file(file, O_RDONLY));
  std::vector<std::uint8_t> buffer(kBlock);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = need(libcos::read_at(fd, buffer, at));
    if (got == 0) {
      return;
    }
    take({buffer.data(), got});
    at += got;
  }
}

std::vector<double> rates(const Contender& contender, std::uint64_t bytes) {
  std::vector<double> all;
  for (const double seconds : contender.seconds) {
    all.push_back(static_cast<double>(bytes) / seconds);
  }
  return all;
}

}  // namespace

void bench_ingest(const Options& options, Report& report) {
  step("ingest: making a file of " + std::to_string(options.ingest_bytes >> 20U) + " MiB");
  const auto file = options.directory / "file";
  const auto copy = options.directory / "copy";
  make_file(file, options.ingest_bytes);
  // The command, as the two commands that it is compared with: what a user waits for.
  const auto home = options.directory / "ingest";
  ::setenv("COS_HOME", home.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
  const auto command = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "cos";

  const auto remove_copy = [&] { std::filesystem::remove(copy); };
  Contender cos{[&] {
                  run_program({command.string(), "add", file.string()});
                },
                [&] { std::filesystem::remove_all(home); }};
  Contender digest{[&] {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    for_each_block(file, [&](auto bytes) { EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()); });
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    EVP_DigestFinal_ex(context.get(), out.data(), nullptr);
  }};
  Contender write{[&] {
                    const UniqueFd fd = need(libcos::open_file(copy, O_WRONLY | O_CREAT | O_EXCL, 0600));
                    std::uint64_t at = 0;
                    for_each_block(file, [&](auto bytes) {
                      need(libcos::write_at(fd, bytes, at));
                      at += bytes.size();
                    });
                    need(libcos::sync_data(fd));
                  },
                  remove_copy};
  Contender openssl{[&] { run_program({"openssl", "dgst", "-sha256", file.string()}); }};
  Contender cp{[&] {
                 run_program({"cp", file.string(), copy.string()});
                 need(libcos::sync_data(need(libcos::open_file(copy, O_WRONLY))));
               },
               remove_copy};
  step("ingest: " + std::to_string(options.rounds) + " rounds of five, and one to warm up");
  take_turns({&cos, &digest, &write, &openssl, &cp}, options.rounds);
  std::filesystem::remove(file);

  report.begin_section("Ingest of " + std::to_string(options.ingest_bytes >> 20U) +
                       " MiB, from the page cache to the disk");
  const auto add = [&](const char* key, const char* name, const Contender& contender) {
    const auto runs = rates(contender, options.ingest_bytes);
    report.add({std::string("ingest.") + key, name, median(runs), Unit::kBytesPerSecond, runs});
    return runs;
  };
  const auto ours = add("cos", "cos add: verify, build the hash tree, store durably", cos);
  const auto hashing = add("evp", "SHA-256 alone, in this process, one thread", digest);
  const auto disk = add("write", "pwrite + fdatasync alone", write);
  add("openssl", "openssl dgst -sha256", openssl);
  add("cp", "cp + fdatasync", cp);
  // Within each round: what else the machine does changes from round to round.
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ratios.push_back(ours[i] / std::min(hashing[i], disk[i]));
  }
  report.add({"ingest.ratio", "cos to the slower of hashing and writing", median(ratios), Unit::kRatio, ratios});
}

}  // namespace cos_bench
