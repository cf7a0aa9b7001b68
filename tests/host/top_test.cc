// `cos top`: once for programs and files, live on a terminal.
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>

#include "host/cli_fixture.h"

namespace libcos {
namespace {

class TopTest : public CliTest {
 protected:
  void store_by_site(const std::string& text) const {
    auto store = this->store();
    auto writer = store.begin_write({profile('a'), origin_of("https://a.test"), hash_of(text), Scope::global(), ""});
    ASSERT_TRUE(writer && writer->append(bytes_of(text)) && writer->close());
    ASSERT_TRUE(store.request_read({profile('a'), origin_of("https://a.test")}, hash_of(text)).value());
  }
};

TEST_F(TopTest, ItTellsWhatTheStoreHoldsAndWhoUsedIt) {
  const json empty = json_of({"top"});
  EXPECT_EQ(empty.at("entries"), 0);
  EXPECT_TRUE(empty.at("reads").empty());
  add("by hand");
  store_by_site("text");
  const json now = json_of({"top"});
  EXPECT_EQ(now.at("entries"), 2);
  EXPECT_EQ(now.at("bytes"), 11);
  EXPECT_EQ(now.at("writes").size(), 2U);
  ASSERT_EQ(now.at("reads").size(), 1U) << "nobody read the other";
  EXPECT_EQ(now.at("reads")[0].at("origin"), "https://a.test");
  EXPECT_EQ(now.at("reads")[0].at("value"), hash_of("text").hex());
  const Finished shown = cos({"top"});
  EXPECT_TRUE(mentions(shown.out, "2 entries")) << shown.out;
  EXPECT_TRUE(mentions(shown.out, "https://a.test")) << shown.out;
  EXPECT_FALSE(mentions(shown.out, "\x1b")) << "it is no terminal";
}

TEST_F(TopTest, ItCountsTheHostsThatRun) {
  const auto counted = [&](pid_t pid) {
    const auto hosts = json_of({"top"}).at("hosts").get<std::vector<pid_t>>();
    return std::find(hosts.begin(), hosts.end(), pid) != hosts.end();
  };
  NativeHost host(home_.environment());
  host.hello();
  EXPECT_TRUE(counted(host.pid()));
  host.hang_up();
  host.wait();
  EXPECT_FALSE(counted(host.pid()));
}

// `cos top` on a terminal of its own.
class LiveTop {
 public:
  explicit LiveTop(const std::vector<std::string>& environment) {
    int master = -1;
    int slave = -1;
    EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    ours_ = UniqueFd(master);
    theirs_ = UniqueFd(slave);
    EXPECT_EQ(::tcgetattr(theirs_.get(), &before_), 0);
    process_.emplace(std::vector<std::string>{cos_executable(), "top"}, environment,
                     Streams{theirs_.get(), theirs_.get(), -1});
  }
  // Whether these words are shown, from now on.
  [[nodiscard]] bool shows(const std::string& words) {
    screen_.clear();
    pollfd wait{ours_.get(), POLLIN, 0};
    while (!mentions(screen_, words) && ::poll(&wait, 1, 30'000) > 0) {
      std::array<char, 4096> bytes{};
      const ssize_t got = ::read(ours_.get(), bytes.data(), bytes.size());
      if (got <= 0) {
        break;
      }
      screen_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return mentions(screen_, words);
  }
  void type(char key) const { EXPECT_EQ(::write(ours_.get(), &key, 1), 1); }
  void send(int signal) const { EXPECT_EQ(::kill(process_->pid(), signal), 0); }
  // The exit code, or minus the signal.
  int wait() { return process_->wait(); }
  [[nodiscard]] bool terminal_is_raw() const { return now().c_lflag != before_.c_lflag; }
  [[nodiscard]] const std::string& screen() const { return screen_; }

 private:
  [[nodiscard]] termios now() const {
    termios settings{};
    EXPECT_EQ(::tcgetattr(theirs_.get(), &settings), 0);
    return settings;
  }

  UniqueFd ours_;
  UniqueFd theirs_;
  termios before_{};
  std::optional<Process> process_;
  std::string screen_;
};

TEST_F(TopTest, OnATerminalItStaysUntilAKeyAndPutsTheTerminalBack) {
  for (const char key : {'q', '\x03'}) {
    LiveTop top(home_.environment());
    ASSERT_TRUE(top.shows("q leaves")) << top.screen();
    EXPECT_TRUE(top.terminal_is_raw());
    add(std::string("text ") + key);
    ASSERT_TRUE(top.shows(hash_of(std::string("text ") + key).hex().substr(0, 12)))
        << "it goes on looking: " << top.screen();
    top.type(key);
    EXPECT_EQ(top.wait(), 0);
    EXPECT_FALSE(top.terminal_is_raw());
  }
}

TEST_F(TopTest, ASignalEndsItAndLeavesTheTerminalAsItWas) {
  for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
    LiveTop top(home_.environment());
    ASSERT_TRUE(top.shows("q leaves")) << top.screen();
    ASSERT_TRUE(top.terminal_is_raw());
    top.send(signal);
    EXPECT_EQ(top.wait(), -signal) << "who sent it sees that it was obeyed";
    EXPECT_FALSE(top.terminal_is_raw());
    EXPECT_TRUE(top.shows("\x1b[?1049l")) << "the screen of before is back";
  }
}

}  // namespace
}  // namespace libcos
