#include <atomic>
#include <thread>
#include <vector>

#include "store/store_fixture.h"

namespace libcos {
namespace {

class PrivateTest : public StoreTest {
 protected:
  std::size_t all_files() const { return files_in(directory()); }
};

TEST_F(PrivateTest, APrivateStoreSeesChangesAndLeavesNothingOnDisk) {
  ASSERT_TRUE(put("https://a.test", "normal", Scope::global()));
  put_on_public_hash_list({hash_of("normal"), hash_of("secret")});
  const auto last_read = (*store_.stat(hash_of("normal")))->last_read;
  const std::size_t files_before = all_files();
  clock_.advance(100'000);
  {
    auto opened = Store::open_private({directory(), clock_.function()});
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(opened->set_setting("grease.percent", "0")) << "else one run in a hundred misses what is listed";
    const Caller caller{profile('c'), origin_of("https://a.test")};
    EXPECT_FALSE(opened->request_read(caller, hash_of("normal"))->has_value());
    auto writer = opened->begin_write({profile('c'), origin_of("https://a.test"), hash_of("secret"), Scope::global()});
    ASSERT_TRUE(writer && writer->append(bytes_of("secret")));
    ASSERT_TRUE(writer->close());
    EXPECT_TRUE(opened->request_read(caller, hash_of("secret"))->has_value());
    const Caller other{profile('c'), origin_of("https://b.test")};
    EXPECT_EQ((*opened->request_read(other, hash_of("secret")))->disclosure, Disclosure::kGlobal)
        << "the list is known here, too";
    std::string text(6, '\0');
    EXPECT_EQ(opened->open_entry(hash_of("secret"))->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), 6}).value(),
              6U);
    EXPECT_EQ(text, "secret");
    EXPECT_EQ(ask("https://a.test", hash_of("secret")), Disclosure::kRefused) << "and the other way round";
    EXPECT_EQ(all_files(), files_before);
  }
  EXPECT_EQ(all_files(), files_before);
  EXPECT_EQ((*store_.stat(hash_of("normal")))->last_read, last_read);
  auto later = Store::open_private({directory(), {}});
  EXPECT_FALSE(later->stat(hash_of("secret"))->has_value());
}

TEST_F(PrivateTest, APrivateStoreVerifiesAsTheOtherDoes) {
  auto opened = Store::open_private({directory(), {}});
  auto writer = opened->begin_write({profile('c'), origin_of("https://a.test"), hash_of("right")});
  ASSERT_TRUE(writer && writer->append(bytes_of("wrong")));
  EXPECT_EQ(writer->close().error().code, ErrorCode::kData);
}

TEST_F(PrivateTest, ManyThreadsStoreReadAndRemoveWithoutGettingIntoEachOthersWay) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  auto opened = Store::open_private({directory(), {}});
  ASSERT_TRUE(opened && opened->set_setting("rate.writes", "0"));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        const std::string text = "text " + std::to_string((thread + round) % 3);
        auto writer = opened->begin_write({profile('c'), origin_of("https://a.test"), hash_of(text)});
        if (!writer || !writer->append(bytes_of(text)) || !writer->close()) {
          ++wrong;
        }
        std::string bytes(text.size(), '\0');
        // Another thread may have removed it.
        if (const auto reader = opened->open_entry(hash_of(text))) {
          const auto got = reader->read(0, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
          wrong += got && bytes == text ? 0 : 1;
        }
        wrong += opened->remove(hash_of(text)) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(PrivateTest, APrivateStoreHandsNothingOver) {
  auto opened = Store::open_private({directory(), {}});
  EXPECT_EQ(opened->hand_over(profile('c'), Site{"https://a.test"}, hash_of("x"), temp_.path() / "file").error().code,
            ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace libcos
