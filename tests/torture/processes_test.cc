// The real executable, as a command and as a browser's host, killed at system calls that change the store. All of
// them with COS_TORTURE_ALL=1 (scripts/torture processes); else some.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "host/host_fixture.h"
#include "store/sqlite.h"
#include "store/store_fixture.h"
#include "support/bit_rot.h"
#include "torture/faults.h"
#include "torture/invariants.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;
using torture::Fault;
using torture::Plan;

const std::string kA = "https://a.test";
const std::string kOld = "a file that is there before";
const std::string kDamaged = "a file that a disk has damaged";
const std::string kNew = "a file that is stored " + std::string(100'000, 'n');

// A plan that another process obeys.
class SharedPlan {
 public:
  explicit SharedPlan(fs::path file) : file_(std::move(file)) {
    const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    EXPECT_EQ(::ftruncate(descriptor, sizeof(Plan)), 0);
    void* const memory = ::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    (void)::close(descriptor);
    plan_ = new (memory) Plan;
  }
  SharedPlan(const SharedPlan&) = delete;
  SharedPlan& operator=(const SharedPlan&) = delete;
  ~SharedPlan() { (void)::munmap(plan_, sizeof(Plan)); }

  Plan& operator*() const { return *plan_; }
  Plan* operator->() const { return plan_; }
  [[nodiscard]] const fs::path& file() const { return file_; }

 private:
  fs::path file_;
  Plan* plan_;
};

class KilledProcessTest : public testing::Test {
 protected:
  KilledProcessTest() {
    auto store = Store::open({home_.store(), {}});
    EXPECT_TRUE(store && store->set_setting("disk.reserve", "0"));
    for (const std::string& text : {kOld, kDamaged}) {
      auto writer = store->begin_write({profile('a'), origin_of(kA), hash_of(text), Scope::global()});
      EXPECT_TRUE(writer && writer->append(bytes_of(text)) && writer->close());
    }
    store = fail(ErrorCode::kAborted, "closed");
    EXPECT_TRUE(flip_bit(StorePaths(home_.store()).blob(hash_of(kDamaged)), 3));
    fs::copy(home_.store(), home_.path() / "prepared", fs::copy_options::recursive);
    std::ofstream(home_.path() / "new") << kNew;
  }

  // Does it in a process of its own; whether that said that it was done.
  using Act = std::function<bool(const std::vector<std::string>& environment)>;

  [[nodiscard]] Act command(std::vector<std::string> arguments, int done = 0) const {
    arguments.insert(arguments.begin(), cos_executable());
    return [arguments, done](const std::vector<std::string>& environment) {
      return run(arguments, {.environment = environment}).code == done;
    };
  }

  static torture::Scenario expecting(std::vector<torture::Expectation> files, bool in_steps = false) {
    return {"", {}, {}, std::move(files), {}, {}, in_steps};
  }

  // Kills `act` at call after call, until one time it comes to its end.
  void kill_everywhere(const torture::Scenario& scenario, const Act& act) {
    const bool all = std::getenv("COS_TORTURE_ALL") != nullptr;
    int points = 0;
    for (const Fault fault : {Fault::kDieBefore, Fault::kDieAfter, Fault::kDieHalfway}) {
      for (int at = 1 + (all ? 0 : static_cast<int>(fault) % kStep);; at += all ? 1 : kStep) {
        const SharedPlan plan(home_.path() / "plan");
        plan->fault = fault;
        plan->at = at;
        restore();
        const bool acknowledged =
            act(home_.environment({"LD_PRELOAD=" COS_TORTURE_PRELOAD, "COS_TORTURE_PLAN=" + plan.file().string(),
                                   "COS_TORTURE_DIRECTORY=" + home_.store().string()}));
        ASSERT_GT(plan->calls, 0) << "the process was not watched";
        ++points;
        ASSERT_EQ(torture::broken_invariant(home_.store(), scenario, acknowledged), "")
            << "kind " << static_cast<int>(fault) << ", call " << at;
        if (!plan->struck) {
          EXPECT_TRUE(acknowledged) << "undisturbed";
          break;
        }
      }
    }
    std::cout << points << " points\n";
  }

  void restore() const {
    fs::remove_all(home_.store());
    fs::copy(home_.path() / "prepared", home_.store(), fs::copy_options::recursive);
    fs::permissions(home_.store(), fs::perms::owner_all);
  }

  static constexpr int kStep = 41;

  const Home home_;
};

TEST_F(KilledProcessTest, AnAddIsWholeOrNotAtAll) {
  kill_everywhere(expecting({{kOld, true, true}, {kNew, false, true}}),
                  command({"add", (home_.path() / "new").string()}));
}

TEST_F(KilledProcessTest, ARemovalIsWholeOrNotAtAll) {
  kill_everywhere(expecting({{kOld, true, false}}), command({"rm", hash_of(kOld).hex()}));
}

TEST_F(KilledProcessTest, ClearingASiteIsWholeOrNotAtAll) {
  kill_everywhere(expecting({{kOld, true, false}}, true), command({"clear", "a.test", "--yes"}));
}

TEST_F(KilledProcessTest, AVerificationThatFindsDamageNeverLosesTheRest) {
  kill_everywhere(expecting({{kOld, true, true}, {kDamaged, true, true}}), command({"verify"}, 4));
}

TEST_F(KilledProcessTest, ARepairCanBeInterruptedAnywhereAndDoneAgain) {
  {
    auto database = sqlite::Database::open(home_.path() / "prepared" / "store.db");
    ASSERT_TRUE(database && database->execute("UPDATE total SET entries = 9"));
  }
  const Act repair = command({"repair"}, 4);
  kill_everywhere(expecting({{kOld, true, true}, {kDamaged, true, true}}),
                  [&](const std::vector<std::string>& environment) {
                    const bool done = repair(environment);
                    // Whoever was interrupted starts it again.
                    return repair(home_.environment()) && done;
                  });
}

// Whether the host said that it was stored.
bool store_through_a_host(const std::vector<std::string>& environment) {
  try {
    NativeHost host(environment);
    if (!refusal(host.hello()).empty()) {
      return false;
    }
    const OpenedWrite write = open_write(host, create(host, kA, hash_of(kNew)));
    (void)put(host, write.ticket, kNew);
    const bool done = refusal(close_write(host, write.session)).empty();
    host.hang_up();
    (void)host.wait();
    return done;
  } catch (const std::exception&) {
    return false;  // it has hung up, or refused
  }
}

TEST_F(KilledProcessTest, AHostsWriteIsWholeOrNotAtAll) {
  kill_everywhere(expecting({{kOld, true, true}, {kNew, false, true}}), store_through_a_host);
}

}  // namespace
}  // namespace libcos
