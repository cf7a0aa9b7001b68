// The installed Public Hash List: replaced whole or not at all, kept, brought back, and harmless when damaged.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/files.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

class HashListsTest : public StoreTest {
 protected:
  [[nodiscard]] HashListPaths paths() const { return StorePaths(directory()).hash_list(); }

  // A list of these texts' hashes, with the text as the name of each.
  static std::string list_of(const std::string& version, const std::vector<std::string>& core,
                             const std::vector<std::string>& hub = {}) {
    std::string text = "// VERSION: " + version + "\n// ===BEGIN SHA-256===\n";
    for (const std::string& name : core) {
      text += "// " + version + " " + name + "\n// https://cdn.test/" + name + "\n" + hash_of(name).hex() + "\n";
    }
    text += "// ===END SHA-256===\n// ===BEGIN SHA-256 HUGGING-FACE===\n";
    for (const std::string& name : hub) {
      text += "// " + version + " " + name + "\n" + hash_of(name).hex() + "\n";
    }
    return text + "// ===END SHA-256 HUGGING-FACE===\n";
  }
  void install(const std::string& version, const std::vector<std::string>& core,
               const std::vector<std::string>& hub = {}) {
    const auto installed = store_.install_hash_list(list_of(version, core, hub));
    ASSERT_TRUE(installed) << installed.error().message;
    EXPECT_EQ(installed->version, version);
  }
  bool is_listed(const std::string& text) { return store_.on_public_hash_list(hash_of(text)); }
  std::string name_of(const std::string& text) {
    const auto provenance = store_.hash_provenance(hash_of(text));
    return provenance ? provenance->name : "not listed";
  }
  static void overwrite(const fs::path& path, const std::string& text) {
    EXPECT_TRUE(replace_file(path, bytes_of(text)));
  }
};

TEST_F(HashListsTest, AListIsInForceWithEverythingItSays) {
  const std::size_t starter = store_.hash_list().digests;
  install("2026-11-01", {"a", "b"}, {"model"});
  const HashListInfo info = store_.hash_list();
  EXPECT_TRUE(info.installed);
  EXPECT_EQ(info.digests, starter + 3);
  EXPECT_EQ(info.installed_at, *clock_.now);
  EXPECT_EQ(info.made_at, hash_list_time("2026-11-01", ""));
  EXPECT_EQ(info.checksum, hash_of(list_of("2026-11-01", {"a", "b"}, {"model"})).hex());
  ASSERT_EQ(info.sections.size(), 2U);
  EXPECT_EQ(info.sections[0].digests, 2U);
  EXPECT_EQ(info.previous_version, std::nullopt);
  EXPECT_TRUE(is_listed("a") && is_listed("model"));
}

TEST_F(HashListsTest, ProvenanceNamesFileAddressAndSection) {
  install("one", {"a"}, {"model"});
  const auto a = store_.hash_provenance(hash_of("a"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->name, "one a");
  EXPECT_EQ(a->url, "https://cdn.test/a");
  EXPECT_EQ(a->section, "SHA-256");
  EXPECT_FALSE(a->starter || a->model_hub);
  const auto model = store_.hash_provenance(hash_of("model"));
  ASSERT_TRUE(model);
  EXPECT_EQ(model->section, "SHA-256 HUGGING-FACE");
  EXPECT_TRUE(model->model_hub && model->in_force);
  EXPECT_FALSE(store_.hash_provenance(hash_of("stranger")));
  EXPECT_FALSE(store_.hash_provenance(hash_of("a", HashAlgorithm::kSha512)));
}

TEST_F(HashListsTest, ProvenanceOfTheStarterListIsKnownWithoutInstallingAnything) {
  const Hash jquery =
      Hash::parse("SHA-256", "fc9a93dd241f6b045cbff0481cf4e1901becd0e12fb45166a8f17f95823f0b1a").value();
  const auto provenance = store_.hash_provenance(jquery);
  ASSERT_TRUE(provenance);
  EXPECT_TRUE(provenance->starter);
  EXPECT_TRUE(provenance->name.starts_with("jquery@3.7.1")) << provenance->name;
  EXPECT_TRUE(provenance->url.starts_with("https://")) << provenance->url;
  EXPECT_EQ(provenance->section, "SHA-256");
}

TEST_F(HashListsTest, WhicheverBitOfAListOrItsNamesTurnsIsNoticed) {
  // Names of several lengths: where the sum lies, and how many zeros follow it, depends on them.
  for (const std::string version : {"one", "2026-11-01", "version seventeen"}) {
    install(version, {"a"}, {"model"});
    ASSERT_TRUE(store_.is_hash_list_intact());
    for (const fs::path& file : {paths().list(), paths().names()}) {
      const std::string whole = read_small_file(file, 1U << 20U).value();
      for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string turned = whole;
        turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1U << (bit % 8)));
        std::ofstream(temp_.path() / "turned", std::ios::binary) << turned;  // thousands: not one of them is synced
        fs::rename(temp_.path() / "turned", file);
        EXPECT_FALSE(store_.is_hash_list_intact()) << file << " bit " << bit << " of byte " << bit / 8;
      }
      overwrite(file, whole);
    }
  }
}

TEST_F(HashListsTest, ModelHubsAreSwitchedOffAndOnAtOnceAndForReadersToo) {
  ASSERT_TRUE(put("https://a.test", "model", Scope::global()));
  ASSERT_TRUE(put("https://a.test", "a", Scope::global()));
  install("one", {"a"}, {"model"});
  EXPECT_EQ(ask("https://b.test", hash_of("model")), Disclosure::kGlobal);
  const std::size_t all = store_.hash_list().digests;

  ASSERT_TRUE(store_.set_setting("phl.model-hubs", "off"));
  EXPECT_FALSE(is_listed("model"));
  EXPECT_EQ(ask("https://c.test", hash_of("model")), Disclosure::kRefused);
  EXPECT_FALSE((*store_.stat(hash_of("model")))->on_public_hash_list);
  EXPECT_EQ(store_.hash_list().digests, all - 1);
  EXPECT_FALSE(store_.hash_provenance(hash_of("model"))->in_force);
  EXPECT_TRUE(is_listed("a"));
  EXPECT_EQ(ask("https://c.test", hash_of("a")), Disclosure::kGlobal);

  ASSERT_TRUE(store_.set_setting("phl.model-hubs", "on"));
  EXPECT_TRUE(is_listed("model"));
}

TEST_F(HashListsTest, ARefusedListLeavesTheOldOneInForceAndNothingElse) {
  install("one", {"a"});
  const std::size_t files = files_in(directory() / "phl");
  for (const std::string& text :
       {std::string("nonsense"), std::string("// ===BEGIN SHA-256===\n" + hash_of("b").hex() + "\n"),
        list_of("two", {"b"}) + "x\n"}) {
    EXPECT_EQ(store_.install_hash_list(text).error().code, ErrorCode::kData);
    EXPECT_TRUE(is_listed("a"));
    EXPECT_FALSE(is_listed("b"));
    EXPECT_EQ(store_.hash_list().version, "one");
    EXPECT_EQ(name_of("a"), "one a");
  }
  EXPECT_EQ(files_in(directory() / "phl"), files);
}

TEST_F(HashListsTest, TheListBeforeIsKeptAndBroughtBackWithItsNames) {
  install("one", {"a"});
  install("two", {"b"});
  EXPECT_EQ(store_.hash_list().previous_version, "one");
  const auto back = store_.roll_back_hash_list();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->version, "one");
  EXPECT_EQ(back->previous_version, "two");
  EXPECT_TRUE(is_listed("a"));
  EXPECT_FALSE(is_listed("b"));
  EXPECT_EQ(name_of("a"), "one a");

  ASSERT_TRUE(store_.roll_back_hash_list()) << "and forth again";
  EXPECT_EQ(store_.hash_list().version, "two");
  EXPECT_EQ(name_of("b"), "two b");
}

TEST_F(HashListsTest, WithoutAnEarlierListThereIsNothingToGoBackTo) {
  EXPECT_EQ(store_.roll_back_hash_list().error().code, ErrorCode::kNotFound);
  install("one", {"a"});
  EXPECT_EQ(store_.roll_back_hash_list().error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(is_listed("a"));
}

TEST_F(HashListsTest, InstallingAListOnceMoreDoesNotPushOutTheOneBefore) {
  install("one", {"a"});
  install("two", {"b"});
  install("two", {"b"});
  EXPECT_EQ(store_.hash_list().previous_version, "one");
}

TEST_F(HashListsTest, ALostListIsBroughtBackByARollBack) {
  install("one", {"a"});
  install("two", {"b"});
  fs::remove(paths().list());
  ASSERT_TRUE(store_.roll_back_hash_list());
  EXPECT_EQ(store_.hash_list().version, "one");
  EXPECT_EQ(name_of("a"), "one a");
}

TEST_F(HashListsTest, AListInWhichABitTurnedIsNeitherKeptForARollBackNorBroughtBack) {
  const auto turn = [&](const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(-40, std::ios::end);
    const int byte = stream.get();
    stream.seekp(-40, std::ios::end);
    stream.put(static_cast<char>(byte ^ 1));
  };
  const auto turned = [&](const fs::path& file) {
    // Another file, so that it is looked at again.
    fs::copy_file(file, temp_.path() / "turned", fs::copy_options::overwrite_existing);
    turn(temp_.path() / "turned");
    fs::rename(temp_.path() / "turned", file);
  };
  install("one", {"a"});
  install("two", {"b"});
  turned(paths().list());
  ASSERT_FALSE(store_.is_hash_list_intact());
  install("three", {"c"});
  EXPECT_EQ(store_.hash_list().previous_version, "one");
  turned(paths().previous_list());
  EXPECT_EQ(store_.roll_back_hash_list().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(store_.hash_list().version, "three");
  EXPECT_TRUE(is_listed("c"));
}

// What a process that is killed between two steps leaves: each file of an installation, or of a roll-back,
// put in place alone.
TEST_F(HashListsTest, KilledBetweenNamesAndListTheOldListHasItsOldNames) {
  install("one", {"a"});
  install("two", {"a"});
  install("three", {"a"});
  // Names of "three", the list of "two", and "two" as the previous one.
  fs::rename(paths().previous_list(), paths().list());
  restart();
  EXPECT_EQ(store_.hash_list().version, "two");
  EXPECT_EQ(name_of("a"), "two a");
  // The next installation keeps the list with its own names, not with those that were never in force.
  install("four", {"a"});
  ASSERT_TRUE(store_.roll_back_hash_list());
  EXPECT_EQ(store_.hash_list().version, "two");
  EXPECT_EQ(name_of("a"), "two a");
}

TEST_F(HashListsTest, KilledInTheMiddleOfARollBackNamesStayTrueAndItCanBeRepeated) {
  install("one", {"a"});
  install("two", {"a"});
  fs::rename(paths().names(), paths().directory / "aside");
  fs::rename(paths().previous_names(), paths().names());
  fs::rename(paths().directory / "aside", paths().previous_names());
  EXPECT_EQ(name_of("a"), "two a");
  ASSERT_TRUE(store_.roll_back_hash_list());
  EXPECT_EQ(store_.hash_list().version, "one");
  EXPECT_EQ(name_of("a"), "one a");
}

TEST_F(HashListsTest, WhereverAnInstallingProcessIsKilledOneListIsInForceWithItsNames) {
  std::vector<std::string> many;
  for (int i = 0; i < 3000; ++i) {
    many.push_back("file " + std::to_string(i));
  }
  install("even", many);
  const std::string even = list_of("even", many);
  const std::string odd = list_of("odd", many);
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = Store::open({directory(), clock_.function()});
      for (int i = 0; store; ++i) {
        (void)store->install_hash_list(i % 2 == 0 ? odd : even);
      }
      ::_exit(1);
    }
    ::usleep(static_cast<useconds_t>(3000 + 1777 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string version = store_.hash_list().version;
    ASSERT_TRUE(version == "even" || version == "odd") << version;
    ASSERT_EQ(name_of(many[0]), version + " " + many[0]) << "round " << round;
    ASSERT_EQ(name_of(many[2999]), version + " " + many[2999]);
  }
  install("last", {"a"});
  for (const auto& file : fs::directory_iterator(directory() / "phl")) {
    EXPECT_NE(file.path().extension(), ".new") << "left by a killed process: " << file.path();
  }
}

TEST_F(HashListsTest, ADamagedListCountsAsNoneAndTheUserIsTold) {
  install("one", {"a"});
  const std::string good = [&] {
    std::ifstream file(paths().list(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  for (const std::string& bytes : {std::string(), std::string("garbage"), good.substr(0, good.size() - 1),
                                   good.substr(0, 40), std::string(4096, '\xff'), good + good}) {
    overwrite(paths().list(), bytes);
    EXPECT_FALSE(is_listed("a")) << bytes.size();
    const HashListInfo info = store_.hash_list();
    EXPECT_TRUE(info.damaged) << bytes.size();
    EXPECT_FALSE(info.installed);
    EXPECT_GT(info.digests, 0U) << "the starter list stays";
    EXPECT_FALSE(store_.hash_provenance(hash_of("a")));
    restart();
    EXPECT_TRUE(store_.hash_list().damaged) << "after a restart, too";
  }
  overwrite(paths().list(), good);
  EXPECT_TRUE(is_listed("a"));
  EXPECT_FALSE(store_.hash_list().damaged);
}

TEST_F(HashListsTest, DamagedNamesCostOnlyTheNames) {
  install("one", {"a"});
  for (const std::string& bytes : {std::string(), std::string("garbage"), std::string(4096, '\xff')}) {
    overwrite(paths().names(), bytes);
    EXPECT_TRUE(is_listed("a"));
    EXPECT_EQ(name_of("a"), "");
  }
  install("one", {"a"});
  EXPECT_EQ(name_of("a"), "one a") << "installing it again mends them";
}

TEST_F(HashListsTest, AListThatGoesAwayIsNoLongerInForce) {
  install("one", {"a"});
  EXPECT_TRUE(is_listed("a"));
  fs::remove_all(paths().directory);
  EXPECT_FALSE(is_listed("a"));
  EXPECT_FALSE(store_.hash_list().damaged);
}

TEST_F(HashListsTest, APrivateWindowSeesTheListAndCannotChangeIt) {
  install("one", {"a"});
  install("two", {"b"});
  auto opened = Store::open_private({directory(), clock_.function()});
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->on_public_hash_list(hash_of("b")));
  EXPECT_EQ(opened->install_hash_list(list_of("three", {"c"})).error().code, ErrorCode::kNotAllowed);
  EXPECT_EQ(opened->roll_back_hash_list().error().code, ErrorCode::kNotAllowed);
  EXPECT_EQ(store_.hash_list().version, "two");
}

}  // namespace
}  // namespace libcos
