// A store of every older format is brought to the newest, with what it holds.
#include <optional>

#include "store/registry.h"
#include "store/schema.h"
#include "store/store_fixture.h"
#include "support/page_sums.h"

namespace libcos {
namespace {

TEST(MigrationTest, AStoreOfVersion1KeepsItsEntriesGrantsAndCharges) {
  const TempDir temp;
  const auto directory = temp.path() / "store";
  std::filesystem::create_directories(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  const Hash hash = hash_of("text");
  ASSERT_TRUE(make_without_page_sums(directory / "store.db"));
  {
    auto database = sqlite::Database::open(directory / "store.db");
    ASSERT_TRUE(database);
    ASSERT_TRUE(migrate(*database, 1));
    ASSERT_TRUE(
        database->run("INSERT INTO entry (algorithm, digest, size, created_at, last_read, file_inode,"
                      " file_mtime, verified_at, tree_root) VALUES (2, ?1, 4, 5, 6, 0, 0, 5, x'00')",
                      hash.digest()));
    ASSERT_TRUE(
        database->execute("INSERT INTO realm VALUES (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');"
                          "INSERT INTO site VALUES (1, 'https://a.test'), (2, 'https://b.test');"
                          "INSERT INTO origin VALUES (1, 'https://www.a.test', 1), (2, 'https://b.test', 2);"
                          "INSERT INTO listing (entry, realm) VALUES (1, 1);"
                          "INSERT INTO storing_origin VALUES (1, 1, 1, 1, 5, 'https://www.a.test/x');"
                          "INSERT INTO listed_origin VALUES (1, 1, 2, 6);"));
  }
  auto store = Store::open({directory, {}});
  ASSERT_TRUE(store) << store.error().message;
  const auto grant = [&](const std::string& origin) {
    return store->request_read({profile('a'), origin_of(origin)}, hash).value()->disclosure;
  };
  EXPECT_EQ(grant("https://www.a.test"), Disclosure::kStoringOrigin);
  EXPECT_EQ(grant("https://a.test"), Disclosure::kSameSite);
  EXPECT_EQ(grant("https://b.test"), Disclosure::kListed);

  auto database = sqlite::Database::open(directory / "store.db");
  ASSERT_TRUE(database);
  Registry registry(std::move(*database));
  EXPECT_EQ(registry.usage(profile('a'), origin_of("https://www.a.test"))->bytes, 4U);
  const auto row = registry.find(hash);
  ASSERT_TRUE(row && *row);
  ASSERT_TRUE(registry.remove(**row));
  EXPECT_EQ(registry.usage(profile('a'), origin_of("https://www.a.test"))->bytes, 0U) << "the new triggers count on";
  EXPECT_EQ(registry.total()->bytes, 0U);
}

// A store of format 4, beside whoever has it open.
class Format4Test : public testing::Test {
 protected:
  Format4Test() {
    std::filesystem::create_directories(directory());
    std::filesystem::permissions(directory(), std::filesystem::perms::owner_all);
    other_.emplace(sqlite::Database::open(directory() / "store.db").value());
    EXPECT_TRUE(migrate(*other_, 4));
  }
  [[nodiscard]] std::filesystem::path directory() const { return temp_.path() / "store"; }
  std::int64_t format() { return other_->integer("PRAGMA user_version").value().value_or(-1); }
  static std::size_t lines_after_asking(Store& store) {
    EXPECT_TRUE(store.request_read({profile('a'), origin_of("https://a.test")}, hash_of("text")));
    return store.activity(std::nullopt, std::nullopt, 10)->lines.size();
  }

  const TempDir temp_;
  std::optional<sqlite::Database> other_;
};

TEST_F(Format4Test, AStoreGetsAnActivityLogThoughOthersHaveItOpen) {
  auto store = Store::open({directory(), {}});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(format(), kSchemaVersion);
  EXPECT_EQ(lines_after_asking(*store), 1U);
  EXPECT_EQ(store->check_registry().value(), std::vector<std::string>{});
}

TEST_F(Format4Test, AStoreThatIsBeingWrittenStaysAsItIsAndGetsTheLogLater) {
  { const auto first = Store::open({directory(), {}}); }  // with its secret
  ASSERT_TRUE(other_->execute("DROP TABLE activity; DROP TABLE activity_erased; PRAGMA user_version = 4;"));
  std::optional<Result<Store>> store;
  {
    const auto held = sqlite::WriteTransaction::begin(*other_);
    ASSERT_TRUE(held);
    store.emplace(Store::open({directory(), {}}));
    ASSERT_TRUE(*store) << store->error().message;
  }
  EXPECT_EQ(format(), 4);
  EXPECT_EQ(lines_after_asking(**store), 0U);
  EXPECT_EQ((*store)->check_registry().value(), std::vector<std::string>{});
  auto next = Store::open({directory(), {}});
  ASSERT_TRUE(next);
  EXPECT_EQ(format(), kSchemaVersion);
  EXPECT_EQ(lines_after_asking(**store), 1U) << "whoever had it open finds it made";
}

TEST_F(Format4Test, AnotherProgramsDatabaseIsNoStoreWhateverItsVersionSays) {
  ASSERT_TRUE(other_->execute("PRAGMA application_id = 1"));
  EXPECT_EQ(Store::open({directory(), {}}).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(format(), 4);
}

}  // namespace
}  // namespace libcos
