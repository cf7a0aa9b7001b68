// The published text of a Public Hash List: parsed, printed, packed and mapped.
#include "cos/phl.h"
#include "fuzz/support.h"
#include "fuzz/temporary_file.h"
#include "phl/list_names.h"

using libcos::fuzz::require;

namespace {

libcos::Hash hash_of(const libcos::ListedDigest& listed) {
  return libcos::Hash::from_digest(libcos::HashAlgorithm::kSha256, listed.digest).value();
}

void check_packed(const libcos::ParsedHashList& list) {
  const libcos::fuzz::TemporaryFile packed(libcos::pack_hash_list(list));
  const auto mapped = libcos::PublicHashList::map(packed.path());
  require(mapped.has_value(), "what was packed can be mapped");
  require(mapped->size() == list.digests.size() && mapped->model_hub_size() == list.model_hub_digests,
          "with all its digests");
  const libcos::fuzz::TemporaryFile packed_names(libcos::pack_hash_list_names(list));
  const auto names = libcos::HashListNames::map(packed_names.path(), *mapped);
  require(names.has_value(), "and their names");
  for (std::size_t i = 0; i < list.digests.size(); ++i) {
    require(mapped->index_of(hash_of(list.digests[i])) == i, "each digest is found in its place");
    const auto entry = names->at(i);
    require(entry && entry->section < list.sections.size(), "and has a section");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto list = libcos::parse_hash_list(libcos::fuzz::text_of(data, size));
  if (!list) {
    return 0;
  }
  check_packed(*list);
  (void)libcos::hash_list_time(list->date, list->version);
  if (list->sections.empty()) {
    return 0;  // sections of algorithms that we do not know are not printed, and a list of none is no list
  }
  const std::string text = libcos::render_hash_list(*list);
  const auto again = libcos::parse_hash_list(text);
  require(again && again->digests.size() == list->digests.size(), "what was printed can be parsed");
  require(libcos::render_hash_list(*again) == text, "and prints the same");
  return 0;
}
