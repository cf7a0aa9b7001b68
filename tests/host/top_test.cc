// `cos top`: once for programs and files, live on a terminal.
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>

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

TEST_F(TopTest, OnATerminalItStaysUntilAKeyAndPutsTheTerminalBack) {
  for (const char key : {'q', '\x03'}) {
    int master = -1;
    int slave = -1;
    ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    const UniqueFd ours(master);
    const UniqueFd theirs(slave);
    termios before{};
    ASSERT_EQ(::tcgetattr(theirs.get(), &before), 0);
    Process top({COS_EXECUTABLE, "top"}, home_.environment(), {theirs.get(), theirs.get(), -1});
    std::string screen;
    const auto read_until = [&](const std::string& words) {
      pollfd wait{ours.get(), POLLIN, 0};
      while (!mentions(screen, words) && ::poll(&wait, 1, 30'000) > 0) {
        std::array<char, 4096> bytes{};
        const ssize_t got = ::read(ours.get(), bytes.data(), bytes.size());
        if (got <= 0) {
          break;
        }
        screen.append(bytes.data(), static_cast<std::size_t>(got));
      }
      return mentions(screen, words);
    };
    ASSERT_TRUE(read_until("q leaves")) << screen;
    screen.clear();
    add(std::string("text ") + key);
    ASSERT_TRUE(read_until(hash_of(std::string("text ") + key).hex().substr(0, 12)))
        << "it goes on looking: " << screen;
    ASSERT_EQ(::write(ours.get(), &key, 1), 1);
    EXPECT_EQ(top.wait(), 0);
    termios after{};
    ASSERT_EQ(::tcgetattr(theirs.get(), &after), 0);
    EXPECT_EQ(after.c_lflag, before.c_lflag);
  }
}

}  // namespace
}  // namespace libcos
