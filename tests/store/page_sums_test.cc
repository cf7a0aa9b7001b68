// The registry on a disk that gives back other bytes than it took.
#include "support/page_sums.h"

#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "base/try.h"
#include "store/schema.h"
#include "store/store_fixture.h"
#include "support/bit_rot.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";
const std::string kListed = "https://listed.test";
constexpr std::size_t kPage = 4096;
constexpr std::size_t kHeaderOfReserve = 20;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What SQLite says of a database that a new connection reads as a whole, or why it cannot.
std::string what_is_read(const fs::path& database) {
  std::string said;
  const auto read = [&]() -> Status {
    COS_TRY(auto opened, sqlite::Database::open(database));
    COS_TRY(auto check, opened.query("PRAGMA integrity_check"));
    for (;;) {
      COS_TRY(const bool row, check.next());
      if (!row) {
        return {};
      }
      said += check.text(0);
    }
  }();
  return read ? said : read.error().message;
}

// Not by what is in a page, which SQLite's own check may also find strange.
bool is_found_by_a_sum(const fs::path& database) {
  const std::string said = what_is_read(database);
  return said.find("error code=" + std::to_string(SQLITE_IOERR_DATA)) != std::string::npos ||
         said.find("does not have its sum") != std::string::npos;
}

class PageSumsTest : public StoreTest {
 protected:
  PageSumsTest() {
    for (int file = 0; file < 30; ++file) {
      EXPECT_TRUE(put(kA, "file " + std::to_string(file), Scope::list({origin_of(kListed)})));
    }
    bring_log_home();
  }

  [[nodiscard]] fs::path database() const { return directory() / "store.db"; }

  // The last connection that closes does.
  void bring_log_home() { store_ = Store::open_private({temp_.path() / "elsewhere", {}}).value(); }

  [[nodiscard]] std::string content() const { return content_of(database()); }

  void overwrite(std::size_t at, std::string_view bytes) const {
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  [[nodiscard]] bool is_refused_or_reported() const {
    auto store = Store::open({directory(), clock_.function()});
    if (!store) {
      return store.error().code == ErrorCode::kCorrupt;
    }
    const auto problems = store->check_registry();
    return problems ? !problems->empty() : problems.error().code == ErrorCode::kCorrupt;
  }

  [[nodiscard]] std::int64_t format() const {
    return sqlite::Database::open(database())->integer("PRAGMA user_version").value().value_or(-1);
  }

  [[nodiscard]] bool has_page_sums() const {
    auto opened = sqlite::Database::open(database());
    return opened->integer("PRAGMA user_version") && opened->has_page_sums();
  }
};

TEST_F(PageSumsTest, ABitThatTurnedInAnyPageIsFound) {
  const std::string sound = content();
  ASSERT_GT(sound.size(), 20 * kPage);
  EXPECT_FALSE(is_refused_or_reported());
  bring_log_home();
  for (std::size_t page = 0; page < sound.size() / kPage; ++page) {
    // Somewhere else in each.
    const std::size_t at = page * kPage + (page * 997) % kPage;
    ASSERT_TRUE(flip_bit(database(), at, static_cast<unsigned>(page % 8)));
    EXPECT_TRUE(is_refused_or_reported()) << "page " << page + 1 << ", byte " << at % kPage;
    overwrite(0, sound);
  }
}

TEST_F(PageSumsTest, EveryBitOfTheHeaderThatSaysThatThereAreSumsIsGuarded) {
  const std::string sound = content();
  for (unsigned bit = 0; bit < 8; ++bit) {
    ASSERT_TRUE(flip_bit(database(), kHeaderOfReserve, bit));
    EXPECT_TRUE(is_refused_or_reported()) << "bit " << bit;
    overwrite(0, sound);
  }
}

TEST_F(PageSumsTest, ABitMakesNoOtherOriginAListedOne) {
  const std::string before = content();
  std::size_t turned = 0;
  for (std::size_t at = before.find("listed.test"); at != std::string::npos; at = before.find("listed.test", at + 1)) {
    ASSERT_TRUE(flip_bit(database(), at + 5, 0));  // "listee.test"
    ++turned;
  }
  ASSERT_GT(turned, 1U) << "the row and its indexes";
  auto store = Store::open({directory(), clock_.function()});
  const auto found = store ? store->request_read({profile('a'), origin_of("https://listee.test")}, hash_of("file 1"))
                           : tl::unexpected(store.error());
  ASSERT_FALSE(found) << "an answer came out of a page with a turned bit";
  EXPECT_EQ(found.error().code, ErrorCode::kCorrupt);
}

TEST_F(PageSumsTest, APageThatTheDiskGivesForAnotherIsNotTakenForIt) {
  const std::string sound = content();
  overwrite(7 * kPage, sound.substr(6 * kPage, kPage));
  EXPECT_TRUE(is_found_by_a_sum(database()));
}

// Of the log, while it has not come home.
class LogSumsTest : public StoreTest {
 protected:
  LogSumsTest() {
    for (int file = 0; file < 10; ++file) {
      EXPECT_TRUE(put(kA, "file " + std::to_string(file), Scope::list({origin_of(kListed)})));
    }
  }

  [[nodiscard]] fs::path log() const { return directory() / "store.db-wal"; }

  [[nodiscard]] fs::path database() const { return directory() / "store.db"; }
  [[nodiscard]] std::string content() const { return content_of(log()); }

  // Where the frames begin that hold the newest of their pages.
  [[nodiscard]] std::vector<std::size_t> frames_in_force() const {
    const std::string bytes = content();
    std::map<std::string, std::size_t> newest;
    for (std::size_t at = kLogHeader; at < bytes.size(); at += kFrameHeader + kPage) {
      newest[bytes.substr(at, 4)] = at;
    }
    std::vector<std::size_t> frames;
    for (const auto& [page, at] : newest) {
      frames.push_back(at);
    }
    return frames;
  }

  static constexpr std::size_t kLogHeader = 32;
  static constexpr std::size_t kFrameHeader = 24;
};

TEST_F(LogSumsTest, ABitThatTurnedInTheLogOfAnOpenStoreIsFoundInWhicheverPageItIs) {
  const auto frames = frames_in_force();
  ASSERT_GT(frames.size(), 10U);
  EXPECT_EQ(what_is_read(database()), "ok");
  for (std::size_t index = 0; index < frames.size(); ++index) {
    const std::size_t at = frames[index] + kFrameHeader + (index * 997) % kPage;
    ASSERT_TRUE(flip_bit(log(), at, static_cast<unsigned>(index % 8)));
    EXPECT_TRUE(is_found_by_a_sum(database())) << "frame at " << frames[index];
    ASSERT_TRUE(flip_bit(log(), at, static_cast<unsigned>(index % 8)));
  }
  EXPECT_EQ(what_is_read(database()), "ok");
}

TEST_F(LogSumsTest, ABitInTheLogMakesNoOtherOriginAListedOne) {
  const std::string before = content();
  std::size_t turned = 0;
  for (std::size_t at = before.find("listed.test"); at != std::string::npos; at = before.find("listed.test", at + 1)) {
    ASSERT_TRUE(flip_bit(log(), at + 5, 0));  // "listee.test"
    ++turned;
  }
  ASSERT_GT(turned, 1U);
  auto other = Store::open({directory(), clock_.function()});
  const auto found = other ? other->request_read({profile('a'), origin_of("https://listee.test")}, hash_of("file 1"))
                           : tl::unexpected(other.error());
  ASSERT_FALSE(found) << "an answer came out of a page with a turned bit";
  EXPECT_EQ(found.error().code, ErrorCode::kCorrupt);
}

TEST_F(LogSumsTest, ATurnedBitDoesNotComeHomeWithItsPage) {
  const auto frames = frames_in_force();
  ASSERT_TRUE(flip_bit(log(), frames.back() + kFrameHeader + 100, 3));
  auto other = sqlite::Database::open(database());
  ASSERT_TRUE(other);
  const Status home = other->execute("PRAGMA wal_checkpoint(PASSIVE)");
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().code, ErrorCode::kCorrupt);
}

TEST_F(LogSumsTest, ATransactionThatIsLargerThanTheCacheReadsWhatItHasWrittenItself) {
  auto other = sqlite::Database::open(database());
  ASSERT_TRUE(other);
  // Pages leave the cache for the log before the transaction ends, and change there again.
  ASSERT_TRUE(
      other->execute("PRAGMA cache_size = 10; CREATE TABLE many (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX "
                     "by_text ON many (text);"
                     "BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
                     " INSERT INTO many SELECT i, hex(randomblob(100)) FROM n;"
                     "UPDATE many SET text = hex(randomblob(90)) WHERE id % 3 = 0; DELETE FROM many WHERE id % 5 = 0;"
                     "COMMIT"));
  EXPECT_EQ(other->integer("SELECT count(*) FROM many").value(), 2400);
  EXPECT_EQ(what_is_read(database()), "ok");
}

// While somebody has it open.
class Format3Test : public PageSumsTest {
 protected:
  Format3Test() {
    fs::remove_all(directory());
    fs::create_directory(directory());
    fs::permissions(directory(), fs::perms::owner_all);
    EXPECT_TRUE(make_without_page_sums(database()));
    other_.emplace(sqlite::Database::open(database()).value());
    EXPECT_TRUE(migrate(*other_, kUnsummedVersion));
    restart();
    EXPECT_TRUE(store_.set_setting("disk.reserve", "0"));
    EXPECT_TRUE(put(kA, "old", Scope::list({origin_of(kListed)})));
  }

  std::optional<sqlite::Database> other_;
};

TEST_F(Format3Test, AStoreStaysAsItIsAndWorksWhileOthersHaveItOpen) {
  restart();
  EXPECT_EQ(format(), kUnsummedVersion);
  EXPECT_FALSE(has_page_sums());
  EXPECT_EQ(ask(kListed, hash_of("old")), Disclosure::kListed);
  EXPECT_TRUE(other_->execute("DELETE FROM setting WHERE key = 'nothing'")) << "the others can go on";
}

TEST_F(Format3Test, AStoreThatStaysAsItIsHasNoActivityLogAndMissesNothingElse) {
  restart();
  ASSERT_TRUE(put(kA, "new"));
  ask("https://c.test", hash_of("new"));
  EXPECT_TRUE(store_.settle());
  const auto page = store_.activity(std::nullopt, std::nullopt, 10);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_TRUE(page->lines.empty());
  EXPECT_TRUE(store_.forget_activity(std::nullopt));
  EXPECT_EQ(store_.check_registry().value(), std::vector<std::string>{});
  EXPECT_EQ(store_.evict_to(0, false)->size(), 2U);
  EXPECT_TRUE(store_.clear_site("a.test", std::nullopt));
  EXPECT_TRUE(store_.clear_origin(origin_of(kA), std::nullopt));
  EXPECT_TRUE(store_.clear_all(std::nullopt));
}

TEST_F(Format3Test, AStoreGetsSumsWhenItIsNextOpenedAloneAndKeepsWhatItHolds) {
  other_.reset();
  bring_log_home();
  restart();
  EXPECT_EQ(format(), kSchemaVersion);
  EXPECT_TRUE(has_page_sums());
  EXPECT_EQ(ask(kListed, hash_of("old")), Disclosure::kListed);
  EXPECT_EQ(read(hash_of("old")), "old");
  EXPECT_EQ(store_.activity(std::nullopt, std::nullopt, 10)->lines.size(), 1U) << "from now on there is a log";
  EXPECT_TRUE(store_.check_registry()->empty());
  auto second = Store::open({directory(), clock_.function()});
  EXPECT_TRUE(second) << "it is not kept from others afterwards";
  second = tl::unexpected(Error{});
  bring_log_home();
  const std::size_t name = content().find("listed.test");
  ASSERT_TRUE(flip_bit(database(), name, 1));
  EXPECT_TRUE(is_found_by_a_sum(database()));
}

}  // namespace
}  // namespace libcos
