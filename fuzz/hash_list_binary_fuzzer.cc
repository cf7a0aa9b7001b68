// phl/list.bin and phl/list.names with any bytes: two bytes of length, the list, then the names.
#include "cos/phl.h"
#include "fuzz/support.h"
#include "fuzz/temporary_file.h"
#include "phl/list_names.h"

using libcos::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libcos::fuzz::Cutter input(data, size);
  const std::size_t low = input.byte();
  const std::size_t length = low | std::size_t{input.byte()} << 8U;
  const libcos::fuzz::TemporaryFile list_file(input.bytes(length));
  const auto list = libcos::PublicHashList::map(list_file.path());
  if (!list) {
    return 0;
  }
  require(list->model_hub_size() <= list->size(), "the model hubs' digests are among all");
  const std::string_view whole = libcos::fuzz::text_of(data, size);
  // Any 32 bytes of the input may be a digest that it lists.
  for (std::size_t at = 0; at + 32 <= whole.size(); at += 16) {
    const auto hash = libcos::Hash::from_digest(libcos::HashAlgorithm::kSha256, {data + at, 32});
    const auto index = list->index_of(*hash);
    require(!index || *index < list->size(), "a digest's place is within the list");
    require(!list->contains(*hash, false) || list->contains(*hash, true), "without the model hubs there is less");
  }
  const std::string_view names_text = input.rest();
  const libcos::fuzz::TemporaryFile names_file(
      {reinterpret_cast<const std::uint8_t*>(names_text.data()), names_text.size()});
  if (const auto names = libcos::HashListNames::map(names_file.path(), *list)) {
    for (std::size_t i = 0; i <= list->size(); ++i) {
      const auto entry = names->at(i);
      require(!entry || entry->name.size() + entry->url.size() < names_text.size(), "a name is within its file");
    }
  }
  return 0;
}
