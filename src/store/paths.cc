#include "store/paths.h"

#include "base/hex.h"
#include "base/random.h"

namespace libcos {
namespace {

constexpr std::string_view kPart = ".part";
constexpr std::size_t kSessionDigits = 16;

std::string flat_name(const Hash& hash) { return std::string(algorithm_name(hash.algorithm())) + "-" + hash.hex(); }

}  // namespace

std::filesystem::path StorePaths::blob(const Hash& hash) const {
  const std::string hex = hash.hex();
  return blobs() / algorithm_name(hash.algorithm()) / hex.substr(0, 2) / hex;
}

std::filesystem::path StorePaths::quarantined(const Hash& hash) const { return quarantine() / flat_name(hash); }

std::filesystem::path StorePaths::new_incoming(const Hash& hash) const {
  return incoming() / (flat_name(hash) + "." + random_hex(kSessionDigits / 2) + std::string(kPart));
}

std::optional<Hash> StorePaths::hash_of_incoming(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const std::size_t tail = 1 + kSessionDigits + kPart.size();
  if (!name.ends_with(kPart) || name.size() <= tail) {
    return std::nullopt;
  }
  const std::string session = name.substr(name.size() - tail, 1 + kSessionDigits);
  if (session.front() != '.' || !is_lowercase_hex(session.substr(1))) {
    return std::nullopt;
  }
  const std::string flat = name.substr(0, name.size() - tail);
  const std::size_t dash = flat.rfind('-');
  if (dash == std::string::npos) {
    return std::nullopt;
  }
  const Result<Hash> hash = Hash::parse(flat.substr(0, dash), flat.substr(dash + 1));
  // Parsing is case-insensitive about the algorithm; the names that we make are not.
  return hash && flat_name(*hash) == flat ? std::optional(*hash) : std::nullopt;
}

}  // namespace libcos
