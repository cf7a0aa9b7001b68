// What is acknowledged by itself, such as a changed setting, waits for the disk, whatever went before it.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>

#include "store/store_fixture.h"

namespace {
std::atomic<int> syncs{0};

int counted(const char* name, int fd) {
  ++syncs;
  return reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, name))(fd);
}
}  // namespace

// SQLite's calls come here, too.
extern "C" {
[[gnu::visibility("default")]] int fdatasync(int fd) { return counted("fdatasync", fd); }
[[gnu::visibility("default")]] int fsync(int fd) { return counted("fsync", fd); }
}

namespace libcos {
namespace {

const std::string kA = "https://a.test";

class DurabilityTest : public StoreTest {
 protected:
  template <class Work>
  static int syncs_of(Work work) {
    const int before = syncs;
    EXPECT_TRUE(work());
    return syncs - before;
  }
};

TEST_F(DurabilityTest, SettingsPinsAndDecisionsWaitForTheDiskAfterNotesThatDoNot) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kA, hash_of("text"));
  EXPECT_EQ(syncs_of([&] { return store_.settle(); }), 0) << "what a host notes once a minute";
  EXPECT_GT(syncs_of([&] { return store_.set_setting("gates.ask", "on"); }), 0);
  EXPECT_GT(syncs_of([&] { return store_.pin(hash_of("text"), true); }), 0);
  EXPECT_GT(syncs_of([&] { return store_.decide_site(profile('a'), Site{kA}, SiteDecision::kBlocked); }), 0);
}

}  // namespace
}  // namespace libcos
