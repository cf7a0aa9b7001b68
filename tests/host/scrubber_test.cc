#include "host/scrubber.h"

#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <thread>

#include "base/files.h"
#include "store/store_fixture.h"
#include "support/bit_rot.h"

namespace libcos {
namespace {

using namespace std::chrono_literals;

class ScrubberTest : public StoreTest {
 protected:
  ScrubberTest() {
    // Long ago by the system's clock, which the scrubber goes by.
    *clock_.now = 1'000;
    EXPECT_TRUE(put("https://a.test", "text"));
    EXPECT_TRUE(put("https://a.test", "other text"));
    EXPECT_TRUE(flip_bit(blob_path(hash_of("text")), 1));
  }

  bool becomes_damaged(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
      if ((*store_.stat(hash_of("text")))->damaged) {
        return true;
      }
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }
};

TEST_F(ScrubberTest, FindsWhatADiskLostBeforeAnybodyAsksForIt) {
  *clock_.now = 5'000;
  const Scrubber scrubber(store_, 1ms);
  EXPECT_TRUE(becomes_damaged(20s));
  const auto end = std::chrono::steady_clock::now() + 20s;
  while ((*store_.stat(hash_of("other text")))->verified_at != 5'000 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ((*store_.stat(hash_of("other text")))->verified_at, 5'000) << "what is intact was looked at, too";
}

TEST_F(ScrubberTest, DoesNothingWhileSomebodyUsesTheStore) {
  Scrubber scrubber(store_, 1h);
  EXPECT_FALSE(becomes_damaged(100ms));
}

TEST_F(ScrubberTest, WritesDownWhatReadsHaveNoted) {
  ask("https://b.test", hash_of("text"));
  ASSERT_TRUE(store_.set_setting("verify.days", "0")) << "damage that it finds would be a line, too";
  const Scrubber scrubber(store_, 1ms);
  Store other = open_again();
  const auto lines = [&] { return other.activity(std::nullopt, std::nullopt, 10)->lines.size(); };
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (lines() < 3 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(lines(), 3U) << "two files stored and one asked for";
}

TEST_F(ScrubberTest, CanBeSwitchedOff) {
  ASSERT_TRUE(store_.set_setting("verify.days", "0"));
  const Scrubber scrubber(store_, 1ms);
  EXPECT_FALSE(becomes_damaged(100ms));
}

TEST_F(ScrubberTest, OneProcessAtATimeDoesIt) {
  const auto lock = open_file(directory() / "verify.lock", O_RDWR | O_CREAT, 0600);
  ASSERT_TRUE(lock && ::flock(lock->get(), LOCK_EX) == 0);
  const Scrubber scrubber(store_, 1ms);
  EXPECT_FALSE(becomes_damaged(100ms));
}

}  // namespace
}  // namespace libcos
