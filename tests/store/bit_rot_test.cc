// Disks that give back other bytes than they took, and say nothing.
#include "support/bit_rot.h"

#include <algorithm>
#include <fstream>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const Site kPage{"https://a.test"};
constexpr std::size_t kMiB = std::size_t{1} << 20U;

class BitRotTest : public StoreTest {
 protected:
  BitRotTest() { EXPECT_TRUE(put(kA, text_)); }

  // A link that this process has compared lately is not compared again.
  void forget_what_was_checked() { restart(); }

  Result<std::string> range(std::uint64_t first, std::size_t size) {
    const auto reader = store_.open_entry(hash_);
    if (!reader) {
      return tl::unexpected(reader.error());
    }
    std::string bytes(size, '\0');
    const auto got = reader->read(first, {reinterpret_cast<std::uint8_t*>(bytes.data()), size});
    if (!got) {
      return tl::unexpected(got.error());
    }
    bytes.resize(*got);
    return bytes;
  }

  void change_registry(const std::string& sql) {
    auto database = sqlite::Database::open(directory() / "store.db");
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute(sql));
  }

  static std::string some_text() {
    std::string text;
    while (text.size() < 3 * kMiB + 123) {
      text += std::to_string(text.size()) + ' ';
    }
    return text;
  }

  const std::string text_ = some_text();
  const Hash hash_ = hash_of(text_);
};

TEST_F(BitRotTest, ABitThatTurnedIsFoundByTheReadThatWouldHaveGotIt) {
  ASSERT_TRUE(flip_bit(blob_path(hash_), 2 * kMiB + 5, 3));
  forget_what_was_checked();
  const auto read = range(2 * kMiB + 100, 10);
  ASSERT_FALSE(read) << "of the same MiB";
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE((*store_.stat(hash_))->damaged);
  EXPECT_EQ(ask(kA, hash_), Disclosure::kRefused);
  EXPECT_TRUE(std::filesystem::exists(StorePaths(directory()).quarantined(hash_)));
}

TEST_F(BitRotTest, ARangeThatIsIntactIsReadWithoutReadingTheRest) {
  ASSERT_TRUE(flip_bit(blob_path(hash_), 2 * kMiB + 5));
  forget_what_was_checked();
  EXPECT_EQ(range(kMiB, 100).value_or("damaged"), text_.substr(kMiB, 100));
  EXPECT_EQ(range(3 * kMiB, kMiB).value_or("damaged"), text_.substr(3 * kMiB)) << "the last, short leaf";
  EXPECT_FALSE((*store_.stat(hash_))->damaged);
}

TEST_F(BitRotTest, AFileWithARottenBitIsNeverHandedOver) {
  const auto path = temp_.path() / "profile" / "1";
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << "marker";
  ASSERT_TRUE(flip_bit(blob_path(hash_), 0));
  forget_what_was_checked();
  EXPECT_FALSE(store_.hand_over(profile('a'), kPage, hash_, path));
  EXPECT_EQ(std::filesystem::file_size(path), 6U);
  EXPECT_TRUE((*store_.stat(hash_))->damaged);
}

TEST_F(BitRotTest, ALinkToAFileWithARottenBitIsNotUsedAgain) {
  const auto path = temp_.path() / "profile" / "1";
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << "marker";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_, path));
  ASSERT_TRUE(store_.current_link(profile('a'), kPage, hash_).value());
  ASSERT_TRUE(flip_bit(path, kMiB));
  forget_what_was_checked();
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_).value(), std::nullopt);
  EXPECT_FALSE(store_.hand_over(profile('a'), kPage, hash_, path));
  EXPECT_FALSE(std::filesystem::exists(path)) << "the browser is not to read it through the link either";
}

// Comparing takes time. If a link were believed because another site's was compared, the time of a first read would
// tell that somebody else has read the file.
TEST_F(BitRotTest, ALinkIsComparedHoweverLatelyAnotherSitesWas) {
  const Site other{"https://b.test"};
  const auto link = [&](const Site& page, const char* name) {
    const auto path = temp_.path() / "profile" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "marker";
    ASSERT_TRUE(store_.hand_over(profile('a'), page, hash_, path));
  };
  link(kPage, "1");
  link(other, "2");
  forget_what_was_checked();
  ASSERT_TRUE(store_.current_link(profile('a'), kPage, hash_).value());
  ASSERT_TRUE(flip_bit(blob_path(hash_), kMiB));
  ASSERT_TRUE(store_.current_link(profile('a'), kPage, hash_).value()) << "its own is believed for an hour";
  EXPECT_EQ(store_.current_link(profile('a'), other, hash_).value(), std::nullopt);
}

TEST_F(BitRotTest, AReadThroughTheStoreSparesNoLinkItsComparison) {
  const auto path = temp_.path() / "profile" / "1";
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << "marker";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_, path));
  forget_what_was_checked();
  ASSERT_EQ(range(0, text_.size()).value_or("damaged"), text_);
  ASSERT_TRUE(flip_bit(blob_path(hash_), kMiB));
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_).value(), std::nullopt);
}

TEST_F(BitRotTest, ARottenHashTreeIsMadeAnewFromAFileThatIsRight) {
  change_registry("UPDATE hash_tree SET leaves = zeroblob(length(leaves))");
  forget_what_was_checked();
  EXPECT_EQ(range(0, 100).value_or("damaged"), text_.substr(0, 100));
  EXPECT_EQ(store_.verify(hash_, {}).value(), VerifyOutcome::kIntact) << "it has been mended";
  change_registry("UPDATE entry SET tree_root = zeroblob(16)");
  EXPECT_EQ(store_.verify(hash_, {}).value(), VerifyOutcome::kMended);
  change_registry("DELETE FROM hash_tree");
  EXPECT_EQ(store_.verify(hash_, {}).value(), VerifyOutcome::kMended);
  EXPECT_EQ(store_.verify(hash_, {}).value(), VerifyOutcome::kIntact);
}

// A tree and its root that agree with each other and not with the file: only the entry's own hash decides.
TEST_F(BitRotTest, ATreeThatIsWrongAsAWholeDoesNotCondemnAFileThatIsRight) {
  const std::string other(text_.size(), 'x');
  ASSERT_TRUE(put("https://b.test", other));
  change_registry(
      "UPDATE hash_tree SET leaves = (SELECT leaves FROM hash_tree ORDER BY entry DESC LIMIT 1);"
      "UPDATE entry SET tree_root = (SELECT tree_root FROM entry ORDER BY id DESC LIMIT 1)");
  forget_what_was_checked();
  EXPECT_EQ(range(kMiB, 100).value_or("damaged"), text_.substr(kMiB, 100));
  EXPECT_FALSE((*store_.stat(hash_))->damaged);
}

TEST_F(BitRotTest, AnEmptyFileIsIntactAndItsTreeStays) {
  ASSERT_TRUE(put(kA, ""));
  EXPECT_EQ(read(hash_of("")), "");
  EXPECT_EQ(store_.verify(hash_of(""), {}).value(), VerifyOutcome::kIntact);
}

TEST_F(BitRotTest, TheWalkOverTheUnverifiedMeetsEachEntryThatIsDueAndNoOther) {
  ASSERT_TRUE(put(kA, "old"));
  clock_.advance(10'000);
  ASSERT_TRUE(put(kA, "new"));
  std::vector<Hash> met;
  std::optional<Hash> at;
  do {
    const auto step = store_.next_unverified(at, *clock_.now);
    ASSERT_TRUE(step);
    if (step->hash) {
      met.push_back(*step->hash);
    }
    at = step->after;
  } while (at);
  EXPECT_EQ(met.size(), 2U);
  EXPECT_EQ(std::count(met.begin(), met.end(), hash_of("new")), 0);
  EXPECT_EQ(store_.next_unverified({}, 0)->hash, std::nullopt);
}

}  // namespace
}  // namespace libcos
