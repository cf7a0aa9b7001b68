// The smallest browser engine: one origin stores an entry, another looks it up and reads it.
//   cos_embed DIRECTORY
#include <cos/cos.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

// printf 'Hello from another origin.\n' | sha256sum
constexpr std::string_view kText = "Hello from another origin.\n";
constexpr std::string_view kSha256 = "93c027f7ec8319df9edf49634f2256140c3c8eb7becb7ac1b2a07410103da4b7";

int explain(const libcos::Error& error) {
  std::fprintf(stderr, "%s: %s %s\n", std::string(libcos::dom_name(error.code)).c_str(), error.message.c_str(),
               error.mend.c_str());
  return 1;
}

// What navigator.crossOriginStorage.getFileHandle(hash, {create: true, origins}) and a writable do.
libcos::Status store(libcos::Store& store, const libcos::Realm& realm, const libcos::Hash& hash) {
  const libcos::Origin origin = libcos::Origin::from_serialized("https://a.example").value();
  const auto scope = libcos::Scope::parse(std::string("https://b.example"));
  const auto ceiling = libcos::ScopeCeiling::parse("https://b.example, https://c.example");  // the response header
  auto writer = store.begin_write({realm, origin, hash, ceiling.limit(*scope).scope});
  if (!writer) {
    return tl::unexpected(writer.error());
  }
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(kText.data()), kText.size());
  if (auto appended = writer->append(bytes); !appended) {
    return appended;
  }
  const auto published = writer->close();  // verified, durable, visible
  return published ? libcos::Status() : libcos::Status(tl::unexpected(published.error()));
}

// What getFileHandle(hash) and getFile() do. Each reason for a miss looks the same.
void look_up(libcos::Store& store, const libcos::Realm& realm, const libcos::Hash& hash, const char* origin) {
  const auto found = store.request_read({realm, libcos::Origin::from_serialized(origin).value()}, hash);
  if (!found || !*found) {
    std::printf("%s: NotFoundError\n", origin);
    return;
  }
  const auto reader = store.open_entry(hash);
  std::array<std::uint8_t, 64> buffer{};
  const auto got = reader ? reader->read(0, buffer) : libcos::Result<std::size_t>(tl::unexpected(reader.error()));
  if (!got) {
    explain(got.error());  // damaged, say: a page is told that there is no such file
    return;
  }
  std::printf("%s: %.*s", origin, static_cast<int>(*got), reinterpret_cast<const char*>(buffer.data()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: cos_embed DIRECTORY\n");
    return 2;
  }
  auto opened = libcos::Store::open({argv[1], {}});
  if (!opened) {
    return explain(opened.error());
  }
  const libcos::Realm realm =
      libcos::Realm::profile("00112233445566778899aabbccddeeff").value();  // one browser profile
  const libcos::Hash hash = libcos::Hash::parse("SHA-256", kSha256).value();
  if (auto stored = store(*opened, realm, hash); !stored) {
    return explain(stored.error());
  }
  look_up(*opened, realm, hash, "https://a.example");
  look_up(*opened, realm, hash, "https://b.example");
  look_up(*opened, realm, hash, "https://stranger.example");
  return 0;
}
