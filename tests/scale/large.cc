// One very large file through a host: in by loopback, out by loopback in ranges, out by a hand-over link.
#include <fcntl.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "scale/browser.h"
#include "scale/population.h"
#include "scale/runs.h"
#include "store/digest.h"
#include "support/store_words.h"

namespace libcos::scale {
namespace {

constexpr std::size_t kPiece = std::size_t{8} << 20U;
constexpr std::uint64_t kRange = std::uint64_t{256} << 20U;

// Bytes that no file system can compress; each piece another.
void fill(std::string& piece, std::uint64_t number) {
  std::uint64_t state = (number + 1) * 0x9e3779b97f4a7c15;
  for (std::size_t i = 0; i + sizeof state <= piece.size(); i += sizeof state) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    piece.replace(i, sizeof state, reinterpret_cast<const char*>(&state), sizeof state);
  }
}

void make_pieces(std::uint64_t size, const std::function<void(std::string_view)>& take) {
  std::string piece(kPiece, '\0');
  for (std::uint64_t at = 0; at < size; at += kPiece) {
    fill(piece, at / kPiece);
    take(piece);
  }
}

Hash finish(Digest& digest) { return need(Hash::from_digest(HashAlgorithm::kSha256, digest.finish())); }

class Step {
 public:
  Step(const char* name, std::uint64_t bytes) : name_(name), bytes_(static_cast<double>(bytes)) {}
  ~Step() {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    std::printf("%-44s %7.1f s  %5.2f GB/s\n", name_, seconds, bytes_ / seconds / 1e9);
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  const char* name_;
  const double bytes_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void expect(const Hash& hash, Digest& digest, const char* path) {
  if (finish(digest) != hash) {
    give_up(std::string("The bytes read by ") + path + " are not those that were written.");
  }
}

}  // namespace

int run_large(const Options& options) {
  const WorkDirectory work(options.directory);
  const std::uint64_t size = std::uint64_t{options.gib} << 30U;
  {
    Store store = need(Store::open({work.path() / "store", {}}));
    need(store.set_setting("budget.percent", "95"));
    need(store.set_setting("budget.origin-percent", "100"));
  }
  Digest wanted(HashAlgorithm::kSha256);
  make_pieces(size, [&](std::string_view piece) { wanted.update(as_bytes(piece)); });
  const Hash hash = finish(wanted);
  Browser browser(work.path(), 'a');
  std::string handle;
  {
    const Step step("written by loopback, 8 MiB at a time", size);
    handle = browser.write("https://a.test", hash, [&](const auto& take) { make_pieces(size, take); });
  }
  {
    const Step step("read by loopback, 256 MiB at a time, hashed", size);
    Digest got(HashAlgorithm::kSha256);
    for (std::uint64_t at = 0; at < size; at += kRange) {
      browser.read(handle, at, std::min(at + kRange, size),
                   [&](std::string_view piece) { got.update(as_bytes(piece)); });
    }
    expect(hash, got, "loopback");
  }
  std::filesystem::path link;
  {
    const Step step("handed over", size);
    link = browser.hand_over(handle);
  }
  {
    const Step step("read through the link, hashed", size);
    Digest got(HashAlgorithm::kSha256);
    const UniqueFd file = need(open_file(link, O_RDONLY));
    std::vector<std::uint8_t> piece(kPiece);
    for (std::uint64_t at = 0; at < size; at += kPiece) {
      got.update(std::span(piece).first(need(read_at(file, piece, at))));
    }
    expect(hash, got, "the link");
  }
  const Holdings host = browser.holdings();
  std::printf("host: %.1f MB resident at most, %zu descriptors\n", static_cast<double>(host.peak) / 1e6,
              host.descriptors);
  browser.hang_up();
  return 0;
}

}  // namespace libcos::scale
