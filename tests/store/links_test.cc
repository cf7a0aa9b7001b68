#include <sys/stat.h>

#include "store/links_fixture.h"
#include "store/sqlite.h"

namespace libcos {
namespace {

TEST_F(LinksTest, HandOverPutsTheStoresBytesInTheFilesPlaceWithoutACopy) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  EXPECT_EQ(content(path), "text");
  EXPECT_TRUE(std::filesystem::equivalent(path, blob_path(hash_of("text"))));
  EXPECT_EQ(files_in(path.parent_path()), 1U) << "nothing else is left in the profile";
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), path);
  EXPECT_EQ(store_.current_link(profile('b'), kPage, hash_of("text")).value(), std::nullopt)
      << "another profile has none";
  EXPECT_EQ(read(hash_of("text")), "text");
}

// Else the time of a first read would tell that another site has read the entry.
TEST_F(LinksTest, EachSiteReadsThroughALinkOfItsOwn) {
  ASSERT_TRUE(put(kA, "text"));
  const Site other{"https://b.test"};
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), marked("1")));
  EXPECT_EQ(store_.current_link(profile('a'), other, hash_of("text")).value(), std::nullopt);
  ASSERT_TRUE(store_.hand_over(profile('a'), other, hash_of("text"), marked("2")));
  restart();
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), temp_.path() / "profile" / "1");
  EXPECT_EQ(store_.current_link(profile('a'), other, hash_of("text")).value(), temp_.path() / "profile" / "2");
  EXPECT_EQ(names_of_blob(hash_of("text")), 3U);
  ASSERT_TRUE(store_.remove(hash_of("text")));
  EXPECT_EQ(files_in(temp_.path() / "profile"), 0U);
}

TEST_F(LinksTest, APlaceStandsForASiteInAProfileAndDoesNotNameIt) {
  const std::string place = store_.link_place(profile('a'), kPage);
  EXPECT_EQ(place.size(), 32U);
  EXPECT_TRUE(is_lowercase_hex(place));
  EXPECT_NE(place, store_.link_place(profile('b'), kPage));
  EXPECT_NE(place, store_.link_place(profile('a'), Site{"https://b.test"}));
  restart();
  EXPECT_EQ(place, store_.link_place(profile('a'), kPage));
}

TEST_F(LinksTest, HandingOverAgainToTheSameFileLeavesOneLink) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  EXPECT_EQ(names_of_blob(hash_of("text")), 2U);
  EXPECT_EQ(files_in(path.parent_path()), 1U);
}

TEST_F(LinksTest, MakingALinkDoesNotMakeTheNextReadVerify) {
  ASSERT_TRUE(put(kA, "text"));
  const auto verified = (*store_.stat(hash_of("text")))->verified_at;
  clock_.advance(1000);
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), marked("1")));
  EXPECT_EQ(read(hash_of("text")), "text");
  EXPECT_EQ((*store_.stat(hash_of("text")))->verified_at, verified);
}

TEST_F(LinksTest, RemovingAnEntryRemovesItsLinks) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LinksTest, ALinkGoesWithItsEntryAlsoWhenSomebodyHasChangedItsDate) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LinksTest, WhatAKilledProcessLeftOfALinkGoesWithTheLink) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  const auto half_made = path.parent_path() / ".cos-1";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::create_hard_link(path, half_made);
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path)) << "it is in nobody's way";
  std::filesystem::create_hard_link(path, half_made);
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(std::filesystem::exists(half_made));
}

// As when the file system has no room for one more name.
TEST_F(LinksTest, AHandOverThatFailsForgetsNoLinkThatStands) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  const auto in_the_way = path.parent_path() / ".cos-1";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::create_directory(in_the_way);
  ASSERT_FALSE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::remove(in_the_way);
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LinksTest, ALinkWhoseProfileIsNoDirectoryAnyMoreIsForgotten) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::remove_all(path.parent_path());
  std::ofstream(path.parent_path()) << "a file";
  const auto elsewhere = temp_.path() / "other";
  std::ofstream(elsewhere) << "marker";
  const Status handed = store_.hand_over(profile('a'), kPage, hash_of("text"), elsewhere);
  EXPECT_TRUE(handed) << handed.error().message;
  std::filesystem::remove(elsewhere);
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  auto database = sqlite::Database::open(directory() / "store.db");
  EXPECT_EQ(database->integer("SELECT count(*) FROM link").value(), 0);
}

TEST_F(LinksTest, WhoeverRemovesLinksIsToldOfThoseThatStay) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  const auto in_the_way = path.parent_path() / ".cos-1";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::create_directory(in_the_way);
  EXPECT_FALSE(store_.remove_links({}));
  std::filesystem::remove(in_the_way);
  EXPECT_EQ(store_.remove_links({}).value(), 1U);
}

TEST_F(LinksTest, AFileThatIsNoLongerOursIsLeftAlone) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  std::filesystem::remove(path);
  std::ofstream(path) << "the browser's own";
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), std::nullopt);
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_EQ(content(path), "the browser's own");
}

TEST_F(LinksTest, LinksBeyondTheBoundGoLeastRecentlyUsedFirst) {
  ASSERT_TRUE(store_.set_setting("handover.links", "2"));
  std::vector<std::filesystem::path> paths;
  for (int i = 0; i < 4; ++i) {
    clock_.advance(1000);
    const std::string text = "text " + std::to_string(i);
    ASSERT_TRUE(put(kA, text));
    paths.push_back(marked(std::to_string(i)));
    ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of(text), paths.back()));
  }
  EXPECT_FALSE(std::filesystem::exists(paths[0]));
  EXPECT_FALSE(std::filesystem::exists(paths[1]));
  EXPECT_TRUE(std::filesystem::exists(paths[2]));
  EXPECT_TRUE(std::filesystem::exists(paths[3]));
  EXPECT_EQ(read(hash_of("text 0")), "text 0") << "the entry stays";
}

TEST_F(LinksTest, ADamagedEntrysLinksGoWithItsQuarantine) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  std::ofstream(path) << "text through a link";
  EXPECT_EQ(store_.verify(hash_of("text"), {}).value(), VerifyOutcome::kDamaged);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LinksTest, ALinkToBytesThatWentWrongIsNotServedAfterTheEntryWasStoredAnew) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  std::ofstream(path) << "t#xt";
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(read(hash_of("text")), "text");
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LinksTest, AChangedFileBehindALinkIsNoCurrentLink) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  std::ofstream(path) << "t#xt";
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), std::nullopt);
}

TEST_F(LinksTest, ALinkThatWasUsedAMomentAgoKeepsItsEntryFromEviction) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "1MiB"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "100"));
  const std::string first(700'000, 'x');
  const std::string second(700'000, 'y');
  ASSERT_TRUE(put(kA, first));
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of(first), marked("1")));
  EXPECT_EQ(put("https://b.test", second).error().code, ErrorCode::kQuotaExceeded);
  clock_.advance(11LL * 60 * 1000);
  EXPECT_TRUE(put("https://b.test", second));
  EXPECT_FALSE(std::filesystem::exists(temp_.path() / "profile" / "1"));
}

TEST_F(LinksTest, AStartRemovesLinksOfEntriesThatAreGone) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  const auto kept = temp_.path() / "kept";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  // The link is out of reach while the entry is removed, as on a profile that is not mounted.
  std::filesystem::rename(path, kept);
  std::filesystem::create_hard_link(kept, path);
  ASSERT_TRUE(store_.sweep_links());
  EXPECT_TRUE(std::filesystem::exists(path)) << "the entry is there: its link stays";
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(store_.sweep_links());
  EXPECT_TRUE(std::filesystem::exists(kept));
}

// The kind of a value in a row is a bit of it.
// What makes room in an origin's share leaves the profile and stays in the store for others, so that nothing about the
// entry tells that the profile's link should go.
TEST_F(LinksTest, AStartSweepsALinkThatWasToGoWithItsOriginsShareAndStayed) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "10MiB"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "10"));
  const std::string big(800'000, 'x');
  ASSERT_TRUE(put(kA, big, Scope::same_site(), profile('a')));
  ASSERT_TRUE(put(kA, big, Scope::same_site(), profile('b')));
  const auto path = marked("1");
  const auto in_the_way = path.parent_path() / ".cos-1";
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of(big), path));
  std::filesystem::create_directory(in_the_way);
  clock_.advance(3'600'000);
  ASSERT_TRUE(put(kA, std::string(800'000, 'y'), Scope::same_site(), profile('a')));
  // As a process leaves it that ended before it came to the link.
  std::filesystem::remove(in_the_way);
  std::filesystem::create_hard_link(blob_path(hash_of(big)), path);
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of(big)).value(), std::nullopt);
  restart();
  ASSERT_TRUE(store_.sweep_links());
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(read(hash_of(big)), big) << "the other profile keeps it";
}

TEST_F(LinksTest, ALinkWhosePathBecameAnotherKindOfValueIsForgottenAndTheSweepEnds) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  for (const char* damage : {"path = CAST(path AS BLOB)", "digest = CAST(digest AS TEXT)", "algorithm = 258"}) {
    auto database = sqlite::Database::open(directory() / "store.db");
    ASSERT_TRUE(database && database->execute("DELETE FROM entry"));
    ASSERT_TRUE(database->execute(std::string("UPDATE link SET ") + damage));
    ASSERT_TRUE(store_.sweep_links()) << damage;
    EXPECT_EQ(database->integer("SELECT count(*) FROM link").value(), 0) << damage;
    ASSERT_TRUE(put(kA, "text"));
    ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  }
}

TEST_F(LinksTest, HandOverCanBeSwitchedOff) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.set_setting("handover.enabled", "off"));
  const auto path = marked("1");
  EXPECT_EQ(store_.hand_over(profile('a'), kPage, hash_of("text"), path).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(content(path), "marker");
}

TEST_F(LinksTest, ADirectoryThatIsASymlinkIsNotFollowed) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  std::filesystem::create_directory_symlink(path.parent_path(), temp_.path() / "alias");
  EXPECT_FALSE(store_.hand_over(profile('a'), kPage, hash_of("text"), temp_.path() / "alias" / "1"));
  EXPECT_EQ(content(path), "marker");
}

TEST_F(LinksTest, TheSelfTestLeavesItsBytesInTheFileAndNothingInTheStore) {
  const auto path = marked("1");
  const auto test = store_.test_hand_over(path);
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(hash_of(content(path)).hex(), test->sha256);
  EXPECT_EQ(std::filesystem::file_size(path), test->size);
  EXPECT_EQ(incoming_files() + blob_files(), 0U);
}

// Dates and clocks that somebody has changed ----------------------------------------------------------

void change_date(const std::filesystem::path& path) {
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST_F(LinksTest, ALinkTooManyGoesAlsoWhenSomebodyHasChangedItsDate) {
  ASSERT_TRUE(store_.set_setting("handover.links", "1"));
  ASSERT_TRUE(put(kA, "1"));
  ASSERT_TRUE(put(kA, "2"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("1"), path));
  clock_.advance(1000);
  change_date(path);
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("2"), marked("2")));
  ASSERT_TRUE(store_.clear_all(std::nullopt));
  EXPECT_EQ(files_in(temp_.path() / "profile"), 0U) << "what was cleared is still on the disk";
}

TEST_F(LinksTest, TheFormerLinkGoesAlsoWhenSomebodyHasChangedItsDate) {
  ASSERT_TRUE(put(kA, "1"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("1"), path));
  change_date(path);
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("1"), marked("2")));
  ASSERT_TRUE(store_.clear_all(std::nullopt));
  EXPECT_EQ(files_in(temp_.path() / "profile"), 0U);
}

TEST_F(LinksTest, UninstallingRemovesALinkWhoseDateSomebodyHasChanged) {
  ASSERT_TRUE(put(kA, "1"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("1"), path));
  change_date(path);
  EXPECT_EQ(store_.remove_links(temp_.path() / "profile").value_or(0), 1U);
  EXPECT_EQ(files_in(temp_.path() / "profile"), 0U);
}

TEST_F(LinksTest, AStartSweepsALinkWhoseEntryIsGoneAndWhoseDateSomebodyHasChanged) {
  ASSERT_TRUE(put(kA, "1"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("1"), path));
  change_date(path);
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("DELETE FROM entry"));
  ASSERT_TRUE(store_.sweep_links());
  EXPECT_FALSE(std::filesystem::exists(path));
}

// As a process leaves it that is killed between the removal of the rows and that of the files.
TEST_F(LinksTest, AStartSweepsALinkToTheFileOfAnEntryThatWentAlsoWhenTheBytesWereStoredAgain) {
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other &&
              other->execute("INSERT INTO doomed_blob SELECT digest, algorithm FROM entry; DELETE FROM entry"));
  ASSERT_TRUE(put("https://b.test", "text", Scope::same_site(), profile('b')));
  restart();
  ASSERT_TRUE(store_.sweep_links());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(LinksTest, ALinkMadeAfterTheClockWasSetBackStandsAndTheirNumberStaysBounded) {
  ASSERT_TRUE(store_.set_setting("handover.links", "2"));
  const auto hand_over = [&](const std::string& name) {
    EXPECT_TRUE(put(kA, name));
    const auto path = marked(name);
    EXPECT_TRUE(store_.hand_over(profile('a'), kPage, hash_of(name), path));
    return path;
  };
  clock_.advance(1000LL * 3600 * 24 * 365);
  hand_over("1");
  hand_over("2");
  clock_.advance(-1000LL * 3600 * 24 * 365);
  EXPECT_TRUE(std::filesystem::exists(hand_over("3")));
  EXPECT_TRUE(std::filesystem::exists(hand_over("4")));
  EXPECT_EQ(files_in(temp_.path() / "profile"), 2U);
}

TEST_F(LinksTest, AnEntryThatWasReadWhileTheClockWasAheadCanBeEvicted) {
  ASSERT_TRUE(put(kA, "1"));
  clock_.advance(1000LL * 3600 * 24 * 365);
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("1"), marked("1")));
  clock_.advance(-1000LL * 3600 * 24 * 300);
  EXPECT_EQ(store_.evict_to(0, true)->size(), 1U);
}

TEST_F(LinksTest, AProfileFullOfLinksTakesThemFromTheSiteThatHasTheMost) {
  ASSERT_TRUE(store_.set_setting("handover.links", "64"));
  std::size_t made = 0;
  const auto read_on = [&](int site, int files) {
    for (int i = 0; i < files; ++i) {
      const std::string text = std::to_string(site) + " " + std::to_string(i);
      ASSERT_TRUE(put(kA, text));
      clock_.advance(1000);
      const Site page{"https://s" + std::to_string(site) + ".test"};
      ASSERT_TRUE(store_.hand_over(profile('a'), page, hash_of(text), marked(std::to_string(made++))));
    }
  };
  read_on(0, 2);
  for (int site = 1; site < 12; ++site) {
    read_on(site, 8);
  }
  EXPECT_EQ(files_in(temp_.path() / "profile"), 64U);
  EXPECT_TRUE(std::filesystem::exists(temp_.path() / "profile" / "0")) << "the oldest, of a site that has two";
}

// As a backup may have restored it.
TEST_F(LinksTest, AFileThatLostItsProtectionIsHandedOverReadOnly) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_EQ(::chmod(blob_path(hash_of("text")).c_str(), 0600), 0);
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  EXPECT_EQ(std::filesystem::status(path).permissions(), static_cast<std::filesystem::perms>(0444));
  EXPECT_EQ(store_.current_link(profile('a'), kPage, hash_of("text")).value(), path);
}

}  // namespace
}  // namespace libcos
