// Connections to the host's port that carry no good request, however many and however slow: none of them keeps the
// extension waiting.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "host/host_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";

class ConnectionsTest : public HostTest {
 protected:
  ConnectionsTest() : host_(home_.environment()) { EXPECT_EQ(refusal(host_.hello()), ""); }

  std::string ticket_to(std::string_view text) { return read_ticket(host_, store_text(host_, kA, text)); }
  OpenedWrite begin(std::string_view promised) { return open_write(host_, create(host_, kA, hash_of(promised))); }

  NativeHost host_;
};

TEST_F(ConnectionsTest, IdleConnectionsDoNotKeepAGoodRequestWaiting) {
  const std::string ticket = ticket_to("text");
  std::vector<HttpConnection> idle;
  for (int i = 0; i < 48; ++i) {
    idle.emplace_back(host_.port());
    if (i % 2 == 0) {
      idle.back().send("POST /read/");
    }
  }
  EXPECT_EQ(post(host_, ticket).body, "text");
}

// As many as this process may have open, up to `wanted`.
std::size_t allow_connections(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted + 200);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(wanted, limit.rlim_cur - 200);
}

TEST_F(ConnectionsTest, TenThousandConnectionsDoNotKeepAGoodRequestWaiting) {
  const std::string handle = store_text(host_, kA, "text");
  const std::size_t many = allow_connections(10'000);
  EXPECT_GT(many, 500U);
  std::vector<HttpConnection> others;
  others.reserve(many);
  while (others.size() < many) {
    others.emplace_back(host_.port());
    others.back().send("POST /read/");
    if (others.size() % 1000 == 0) {
      EXPECT_EQ(post(host_, read_ticket(host_, handle)).body, "text") << "beside " << others.size();
    }
  }
  const OpenedWrite write = begin("other text");
  EXPECT_EQ(put(host_, write.ticket, "other text").status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
  std::for_each(others.begin(), others.end(), [](HttpConnection& other) { other.close_with_reset(); });
}

TEST_F(ConnectionsTest, ConnectionsThatDripDoNotKeepAGoodRequestWaiting) {
  const std::string handle = store_text(host_, kA, "text");
  std::vector<HttpConnection> others;
  for (int i = 0; i < 600; ++i) {
    others.emplace_back(host_.port());
  }
  std::atomic<bool> done = false;
  std::thread dripping([&] {
    for (std::size_t i = 0; !done; i = (i + 1) % others.size()) {
      (void)others[i].send("a");
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(post(host_, read_ticket(host_, handle)).body, "text");
  }
  done = true;
  dripping.join();
}

TEST_F(ConnectionsTest, AGoodConnectionStaysWhileOthersCome) {
  const OpenedWrite write = begin("first second");
  HttpConnection connection(host_.port());
  auto headers = good_headers(host_);
  headers["Content-Length"] = "6";
  connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "first ");
  EXPECT_EQ(connection.receive().status, 204);
  connection.send(head("PUT", "/write/" + write.ticket + "?position=6", headers) + "sec");
  std::vector<HttpConnection> others;
  for (int i = 0; i < 400; ++i) {
    others.emplace_back(host_.port());
  }
  EXPECT_EQ(post(host_, ticket_to("text")).body, "text");
  connection.send("ond");
  EXPECT_EQ(connection.receive().status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(ConnectionsTest, WhoIsRefusedKeepsNoConnection) {
  for (const char* method : {"GET", "HEAD", "POST", "OPTIONS"}) {
    HttpConnection connection(host_.port());
    connection.send(head(method, "/read/x", {{"Host", "attacker.test"}}));
    const HttpReply reply = connection.receive();
    EXPECT_EQ(reply.status, 403) << method;
    EXPECT_EQ(reply.header("Connection"), "close") << method;
    EXPECT_EQ(connection.receive().status, 0) << method << ", and it has ended";
  }
}

}  // namespace
}  // namespace libcos
