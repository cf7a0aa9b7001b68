// Hashes as a page gives them, and names of files that may or may not be ours. The first line is an algorithm, the
// rest a value; all of it is also the name of a file in incoming/.
#include "cos/hash.h"
#include "cos/realm.h"
#include "fuzz/support.h"
#include "store/paths.h"

using libcos::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libcos::fuzz::Cutter input(data, size);
  const std::string_view whole = input.rest();
  const std::string_view algorithm = input.line();
  const std::string_view value = input.rest();
  if (const auto hash = libcos::Hash::parse(algorithm, value)) {
    require(hash->hex() == value, "a hash is its own value");
    const libcos::StorePaths paths("/store");
    const std::string blob = paths.blob(*hash).lexically_normal().string();
    require(blob == paths.blob(*hash).string() && blob.starts_with("/store/blobs/SHA-"), "a blob is below blobs/");
    const auto back = libcos::StorePaths::hash_of_incoming(paths.new_incoming(*hash));
    require(back && *back == *hash, "the name of a file in incoming/ tells its hash");
  }
  if (whole.find('\0') == std::string_view::npos) {
    const std::filesystem::path file = std::filesystem::path("/store/incoming") / std::string(whole);
    if (const auto hash = libcos::StorePaths::hash_of_incoming(file)) {
      const std::string name = file.filename().string();
      const std::string ours = libcos::StorePaths("/store").new_incoming(*hash).filename().string();
      require(name.size() == ours.size() && name.substr(0, name.find('.')) == ours.substr(0, ours.find('.')),
              "only names that we make are ours");
    }
  }
  const auto realm = libcos::Realm::profile(whole);
  require(!realm || whole.size() == 32, "a profile's realm is 32 hex digits");
  return 0;
}
