// How far the process grows while a file of any size goes into a Writer and comes out of a Reader.
#include <malloc.h>

#include <algorithm>
#include <fstream>

#include "measure.h"

namespace cos_bench {
namespace {

double status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) {
      return std::stod(line.substr(field.size() + 1)) * 1024;
    }
  }
  give_up("/proc/self/status has no " + field + ".");
}

// The peak resident size during `work`, beyond what was resident before.
double growth_during(const std::function<void()>& work) {
  ::malloc_trim(0);                               // what earlier work has freed must not be taken again unseen
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts from here
  const double before = status_bytes("VmRSS");
  work();
  return std::max(0.0, status_bytes("VmHWM") - before);
}

}  // namespace

void bench_memory(const Options& options, Report& report) {
  const std::string size = std::to_string(options.memory_bytes >> 20U) + " MiB";
  step("memory: streaming " + size + " in and out");
  libcos::Store store = open_store(options.directory / "memory");
  need(store.set_setting("write.limit", "1TiB"));
  std::vector<std::uint8_t> block(kBlock);
  fill(block, 1);
  std::optional<libcos::Hash> hash;
  const double in = growth_during([&] {
    libcos::Writer writer =
        need(store.begin_add(libcos::Realm::local(), libcos::HashAlgorithm::kSha256, libcos::Scope::same_site()));
    for (std::uint64_t at = 0; at < options.memory_bytes; at += kBlock) {
      // Blocks differ, so that nothing can be shared between them.
      std::copy_n(reinterpret_cast<const std::uint8_t*>(&at), sizeof at, block.begin());
      need(writer.append(std::span(block).first(std::min<std::uint64_t>(kBlock, options.memory_bytes - at))));
    }
    hash = need(writer.close()).hash;
  });
  const double out = growth_during([&] {
    const libcos::Reader reader = need(store.open_entry(*hash));
    for (std::uint64_t at = 0; at < reader.size();) {
      at += need(reader.read(at, block));
    }
  });
  need(store.remove(*hash));
  report.begin_section("Memory while " + size + " stream through, beyond what the process had before");
  report.add({"memory.in", "into a Writer, at most", in, Unit::kBytes});
  report.add({"memory.out", "out of a Reader, at most", out, Unit::kBytes});
}

}  // namespace cos_bench
