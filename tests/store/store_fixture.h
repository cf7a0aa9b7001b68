// A store in a directory of its own, and the words that tests about it are written in.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/hex.h"
#include "cos/store.h"
#include "store/paths.h"
#include "support/store_words.h"
#include "support/temp_dir.h"

namespace libcos {

// A clock that stands still until a test moves it.
struct TestClock {
  std::shared_ptr<std::int64_t> now = std::make_shared<std::int64_t>(1'800'000'000'000);
  void advance(std::int64_t ms) const { *now += ms; }
  std::function<std::int64_t()> function() const {
    return [time = now] { return *time; };
  }
};

class StoreTest : public testing::Test {
 protected:
  StoreTest() : store_(open_again()) {
    // Tests run on whatever disk there is, and one origin does more in them than in a life. The reserve and the
    // limits that are switched off here have tests of their own.
    for (const char* key : {"disk.reserve", "rate.reads", "rate.writes", "write.files", "grease.percent"}) {
      EXPECT_TRUE(store_.set_setting(key, "0")) << key;
    }
    EXPECT_TRUE(store_.set_setting("lookup.budget", "off"));
  }

  Store open_again() {
    auto opened = Store::open({directory(), clock_.function()});
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  void restart() { store_ = open_again(); }

  [[nodiscard]] std::filesystem::path directory() const { return temp_.path() / "store"; }
  [[nodiscard]] std::filesystem::path blob_path(const Hash& hash) const { return StorePaths(directory()).blob(hash); }

  Result<Published> put(const std::string& origin, std::string_view text, const Scope& scope = Scope::same_site(),
                        const Realm& realm = profile('a')) {
    return put_as(origin, hash_of(text), text, scope, realm);
  }

  Result<Published> put_as(const std::string& origin, const Hash& hash, std::string_view text,
                           const Scope& scope = Scope::same_site(), const Realm& realm = profile('a')) {
    return put_request({realm, origin_of(origin), hash, scope}, text);
  }

  Result<Published> put_request(const WriteRequest& request, std::string_view text) {
    auto writer = store_.begin_write(request);
    if (!writer) {
      return tl::unexpected(writer.error());
    }
    if (auto appended = writer->append(bytes_of(text)); !appended) {
      return tl::unexpected(appended.error());
    }
    return writer->close();
  }

  Disclosure ask(const std::string& origin, const Hash& hash, const Realm& realm = profile('a')) {
    return ask_as({realm, origin_of(origin)}, hash);
  }

  // Every read of every test is foretold by explain_read(), which must be right, and must have changed nothing.
  Disclosure ask_as(const Caller& caller, const Hash& hash) {
    const auto foretold = store_.explain_read(caller, hash);
    EXPECT_TRUE(foretold) << foretold.error().message;
    const auto found = store_.request_read(caller, hash);
    EXPECT_TRUE(found) << found.error().message;
    const Disclosure disclosure = *found ? (*found)->disclosure : Disclosure::kRefused;
    EXPECT_EQ(foretold->disclosure, disclosure) << foretold->sentence;
    EXPECT_EQ(foretold->reason == MissReason::kNone, disclosure != Disclosure::kRefused) << foretold->sentence;
    EXPECT_FALSE(foretold->sentence.empty());
    return disclosure;
  }

  MissReason why(const Caller& caller, const Hash& hash) {
    const auto explained = store_.explain_read(caller, hash);
    EXPECT_TRUE(explained) << explained.error().message;
    return explained->reason;
  }
  MissReason why(const std::string& origin, const Hash& hash, const Realm& realm = profile('a')) {
    return why({realm, origin_of(origin)}, hash);
  }

  // A frame of `origin` on a page of `page`.
  static Caller framed(const std::string& origin, const std::string& page, const Realm& realm = profile('a')) {
    return {realm, origin_of(origin), origin_of(page)};
  }

  std::string read(const Hash& hash) {
    const auto reader = store_.open_entry(hash);
    if (!reader) {
      return "error: " + reader.error().message;
    }
    std::string text(reader->size(), '\0');
    const auto got = reader->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    EXPECT_TRUE(got && *got == text.size());
    return text;
  }

  void put_on_public_hash_list(const std::vector<Hash>& hashes) {
    std::string text = "// VERSION: test\n// ===BEGIN SHA-256===\n";
    for (const Hash& hash : hashes) {
      text += hash.hex() + "\n";
    }
    EXPECT_TRUE(store_.install_hash_list(text + "// ===END SHA-256===\n"));
  }

  static std::size_t files_in(const std::filesystem::path& directory) {
    std::size_t count = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it(directory, error), end; it != end; ++it) {
      count += it->is_regular_file() ? 1U : 0U;
    }
    return count;
  }
  [[nodiscard]] std::size_t incoming_files() const { return files_in(directory() / "incoming"); }
  [[nodiscard]] std::size_t blob_files() const { return files_in(directory() / "blobs"); }

  // What the triggers maintain against a recount over the list of entries.
  void expect_totals_to_be_right() {
    const auto entries = store_.list(std::nullopt, 100'000);
    ASSERT_TRUE(entries);
    std::uint64_t bytes = 0;
    for (const EntryInfo& info : *entries) {
      bytes += info.size;
    }
    const auto totals = store_.totals();
    ASSERT_TRUE(totals);
    EXPECT_EQ(totals->entries, entries->size());
    EXPECT_EQ(totals->bytes, bytes);
  }

  const TempDir temp_;
  const TestClock clock_;
  Store store_;
};

}  // namespace libcos
