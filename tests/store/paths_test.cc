// Tricks with names in the store's directory: whoever can play them is this user, and still nothing outside is
// touched, nothing is served that has not the hash, and nothing waits for ever.
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "store/store_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";

class PathsTest : public StoreTest {
 protected:
  [[nodiscard]] fs::path part(const std::string& text) const {
    return directory() / "incoming" / ("SHA-256-" + hash_of(text).hex() + ".0123456789abcdef.part");
  }
  fs::path outside(const std::string& text) {
    const fs::path file = temp_.path() / "outside";
    std::ofstream(file) << text;
    return file;
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(PathsTest, ASymlinkInIncomingIsNotFollowed) {
  const fs::path file = outside("not ours");
  fs::create_symlink(file, part("text"));
  restart();
  EXPECT_TRUE(fs::is_symlink(part("text"))) << "a name that is none of our files is left alone";
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(content(file), "not ours");
}

TEST_F(PathsTest, AHardLinkInIncomingToAnotherFileTakesNothingButItsOwnName) {
  const fs::path file = outside("not ours");
  fs::create_hard_link(file, part("text"));
  restart();
  EXPECT_EQ(content(file), "not ours");
  EXPECT_FALSE(fs::exists(part("text")));
}

TEST_F(PathsTest, APipeInIncomingDoesNotKeepAStoreFromOpening) {
  ASSERT_EQ(::mkfifo(part("text").c_str(), 0600), 0);
  restart();
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(read(hash_of("text")), "text");
}

TEST_F(PathsTest, ABlobThatBecameASymlinkIsNotServed) {
  ASSERT_TRUE(put(kA, "text"));
  const fs::path file = outside("text");
  fs::remove(blob_path(hash_of("text")));
  fs::create_symlink(file, blob_path(hash_of("text")));
  EXPECT_EQ(read(hash_of("text")).substr(0, 6), "error:");
  (void)store_.verify(hash_of("text"), {});
  EXPECT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_EQ(content(file), "text");
}

TEST_F(PathsTest, ABlobThatBecameAPipeOrADirectoryIsNotServedAndNobodyWaits) {
  for (const bool pipe : {true, false}) {
    ASSERT_TRUE(put(kA, "text"));
    const fs::path blob = blob_path(hash_of("text"));
    fs::remove(blob);
    ASSERT_EQ(pipe ? ::mkfifo(blob.c_str(), 0444) : ::mkdir(blob.c_str(), 0555), 0);
    EXPECT_EQ(read(hash_of("text")).substr(0, 6), "error:");
    (void)store_.verify(hash_of("text"), {});
    ASSERT_TRUE(store_.evict_to(0, true));
    fs::remove(blob);
    (void)store_.verify(hash_of("text"), {});
  }
}

TEST_F(PathsTest, ADatabaseThatIsASymlinkIsNotOpened) {
  const fs::path other = temp_.path() / "other";
  fs::create_directory(other);
  fs::permissions(other, fs::perms::owner_all);
  fs::create_symlink(outside(""), other / "store.db");
  EXPECT_FALSE(Store::open({other, {}}));
  EXPECT_EQ(content(temp_.path() / "outside"), "");
}

}  // namespace
}  // namespace libcos
