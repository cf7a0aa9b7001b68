#include <atomic>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "store/paths.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

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

TEST_F(PrivateTest, APrivateStoreBeginsWithWhatTheUserHasSetAboutWhoMayFindWhat) {
  for (const auto& [key, value] : std::map<std::string, std::string>{{"gates.ask", "on"},
                                                                     {"lookup.bits", "7"},
                                                                     {"grease.percent", "9"},
                                                                     {"budget.ceiling", "2MiB"},
                                                                     {"history.reads", "off"}}) {
    ASSERT_TRUE(store_.set_setting(key, value)) << key;
  }
  const auto check = [&](const char* when) {
    const std::size_t files = all_files();
    auto opened = Store::open_private({directory(), {}});
    ASSERT_TRUE(opened) << when;
    EXPECT_EQ(opened->setting("gates.ask")->value, "on") << when;
    EXPECT_EQ(opened->setting("lookup.bits")->value, "7") << when;
    EXPECT_EQ(opened->setting("grease.percent")->value, "9") << when;
    EXPECT_NE(opened->setting("budget.ceiling")->value, "2MiB") << when;
    EXPECT_NE(opened->setting("history.reads")->value, "off") << when;
    ASSERT_TRUE(opened->set_setting("gates.ask", "off"));
    EXPECT_EQ(all_files(), files) << when;
  };
  check("while the store is open");
  EXPECT_EQ(store_.setting("gates.ask")->value, "on") << "what a private window changes is its own";
  store_ = Store::open_private({temp_.path() / "elsewhere", {}}).value();
  ASSERT_FALSE(fs::exists(StorePaths(directory()).database().string() + "-wal"));
  check("when nobody has it open");
}

TEST_F(PrivateTest, APrivateStoreTakesOverEveryKindOfSettingAboutDisclosure) {
  const std::map<std::string, std::string> set{
      {"frames.partition", "off"},
      {"rate.reads", "3"},
      {"write.files", "5"},
      {"phl.model-hubs", store_.setting("phl.model-hubs")->value == "on" ? "off" : "on"}};
  for (const auto& [key, value] : set) {
    ASSERT_TRUE(store_.set_setting(key, value)) << key;
  }
  auto opened = Store::open_private({directory(), {}});
  ASSERT_TRUE(opened);
  for (const auto& [key, value] : set) {
    EXPECT_EQ(opened->setting(key)->value, value) << key;
  }
}

TEST_F(PrivateTest, ForAPrivateStoreALastingOneThatIsNotThereOrCannotBeReadHasSetNothing) {
  const fs::path none = temp_.path() / "none # 100%?";
  ASSERT_TRUE(Store::open_private({none, {}}));
  EXPECT_FALSE(fs::exists(none));
  {
    auto odd = Store::open({none, {}});
    ASSERT_TRUE(odd && odd->set_setting("gates.ask", "on"));
  }
  EXPECT_EQ(Store::open_private({none, {}})->setting("gates.ask")->value, "on") << "whatever its directory is called";
  std::ofstream(StorePaths(none).database(), std::ios::trunc) << std::string(8192, 'x');
  auto opened = Store::open_private({none, {}});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->setting("gates.ask")->value, "off");
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
