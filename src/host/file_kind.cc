#include "host/file_kind.h"

#include <algorithm>
#include <array>

namespace libcos {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view kind;
};

using namespace std::string_view_literals;

// The first that fits is taken.
constexpr std::array kSignatures{
    Signature{0, "GGUF"sv, "model"sv},
    Signature{4, "TFL3"sv, "model"sv},
    Signature{0, "\0asm"sv, "wasm"sv},
    Signature{0, "\x89PNG"sv, "image"sv},
    Signature{0, "\xff\xd8\xff"sv, "image"sv},
    Signature{0, "GIF8"sv, "image"sv},
    Signature{8, "WEBP"sv, "image"sv},
    Signature{4, "ftypavif"sv, "image"sv},
    Signature{0, "wOF2"sv, "font"sv},
    Signature{0, "wOFF"sv, "font"sv},
    Signature{0, "OTTO"sv, "font"sv},
    Signature{0, "\0\1\0\0\0"sv, "font"sv},
    Signature{4, "ftyp"sv, "media"sv},
    Signature{0, "OggS"sv, "media"sv},
    Signature{0, "RIFF"sv, "media"sv},
    Signature{0, "ID3"sv, "media"sv},
    Signature{0, "fLaC"sv, "media"sv},
    Signature{0, "\x1a\x45\xdf\xa3"sv, "media"sv},
    Signature{0, "PK\3\4"sv, "archive"sv},
    Signature{0, "\x1f\x8b"sv, "archive"sv},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "archive"sv},
};

bool has(Bytes start, const Signature& signature) {
  const auto same = [](std::uint8_t byte, char character) { return byte == static_cast<std::uint8_t>(character); };
  return start.size() >= signature.at + signature.bytes.size() &&
         std::equal(signature.bytes.begin(), signature.bytes.end(),
                    start.begin() + static_cast<std::ptrdiff_t>(signature.at),
                    [&](char character, std::uint8_t byte) { return same(byte, character); });
}

// safetensors: the length of a JSON header, and the header.
bool is_safetensors(Bytes start) {
  constexpr std::size_t kLength = 8;
  return start.size() > kLength + 1 && start[kLength] == '{' && start[kLength + 1] == '"' && start[kLength - 1] == 0 &&
         start[kLength - 2] == 0;
}

// ONNX has no signature: a protocol buffer whose first field is a small version number and whose second, the
// producer's name (or the next one, its version), is text.
bool is_onnx(Bytes start) {
  constexpr std::uint8_t kVersionField = 0x08;
  constexpr std::uint8_t kProducerField = 0x12;
  constexpr std::uint8_t kGraphField = 0x3a;
  constexpr std::uint8_t kNewestVersion = 32;
  return start.size() > 4 && start[0] == kVersionField && start[1] > 0 && start[1] < kNewestVersion &&
         (start[2] == kProducerField || start[2] == kGraphField);
}

bool is_text(Bytes start) {
  return !start.empty() && std::all_of(start.begin(), start.end(), [](std::uint8_t byte) {
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

}  // namespace

std::string_view file_kind(Bytes start) {
  start = start.first(std::min(start.size(), kKindBytes));
  for (const Signature& signature : kSignatures) {
    if (has(start, signature)) {
      return signature.kind;
    }
  }
  if (is_safetensors(start) || is_onnx(start)) {
    return "model";
  }
  return is_text(start) ? "text" : "other";
}

}  // namespace libcos
