// The host's HTTP port as the extension uses it, and as anything else on the machine may try to.
#include <algorithm>
#include <fstream>
#include <thread>

#include "host/host_fixture.h"
#include "support/bit_rot.h"
#include "support/sanitizer.h"

namespace libcos {
namespace {

using Headers = std::map<std::string, std::string>;

const std::string kA = "https://a.test";

// Bytes without a period that a mistake by a block could hide in.
std::string bytes_without_pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (char& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56U);
  }
  return bytes;
}

class LoopbackTest : public HostTest {
 protected:
  LoopbackTest() : host_(home_.environment()) { EXPECT_EQ(refusal(host_.hello()), ""); }

  std::string ticket_to(std::string_view text) { return read_ticket(host_, store_text(host_, kA, text)); }
  OpenedWrite begin(std::string_view promised) { return open_write(host_, create(host_, kA, hash_of(promised))); }
  [[nodiscard]] Headers without(const std::string& name) const {
    Headers headers = good_headers(host_);
    headers.erase(name);
    return headers;
  }
  [[nodiscard]] Headers with(const std::string& name, const std::string& value) const {
    Headers headers = good_headers(host_);
    headers[name] = value;
    return headers;
  }
  void expect_refused(const HttpReply& reply, const std::string& what) {
    EXPECT_EQ(reply.status, 403) << what;
    EXPECT_EQ(reply.body, "") << what;
    EXPECT_EQ(reply.header("Content-Length"), "0") << what;
    EXPECT_EQ(reply.head.find("ccess-"), std::string::npos) << what << "\n" << reply.head;
    EXPECT_EQ(reply.head.find("ACCESS"), std::string::npos) << what << "\n" << reply.head;
  }

  NativeHost host_;
};

// Who is let in --------------------------------------------------------------------------------------

TEST_F(LoopbackTest, WithoutTheExactHostAnEmpty403IsAllThereIs) {
  const std::string ticket = ticket_to("text");
  const std::string port = std::to_string(host_.port());
  expect_refused(exchange(host_, "POST", "/read/" + ticket, without("Host")), "no Host");
  for (const std::string& name :
       {"localhost:" + port, std::string("127.0.0.1"), "attacker.test:" + port, "127.0.0.1:" + port + "0",
        "127.0.0.1:0" + port, "[::1]:" + port, "127.0.0.1.:" + port, "127.1:" + port, "0.0.0.0:" + port,
        "127.0.0.1:" + port + ", 127.0.0.1:" + port, "127.0.0.1:" + port + ".attacker.test", std::string()}) {
    expect_refused(exchange(host_, "POST", "/read/" + ticket, with("Host", name)), name);
  }
  EXPECT_EQ(post(host_, ticket).body, "text") << "and the ticket was not spent";
}

TEST_F(LoopbackTest, WithoutTheExtensionsOriginAnEmpty403IsAllThereIs) {
  const std::string ticket = ticket_to("text");
  expect_refused(exchange(host_, "POST", "/read/" + ticket, without("Origin")), "no Origin");
  const std::string own = NativeHost::kExtension;
  for (const std::string& origin :
       {std::string("null"), std::string("https://a.test"), "http://127.0.0.1:" + std::to_string(host_.port()),
        std::string("chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), own + "/", own + ".attacker.test",
        own.substr(0, own.size() - 1), "CHROME-EXTENSION" + own.substr(own.find(':')), own + ", null", std::string()}) {
    expect_refused(exchange(host_, "POST", "/read/" + ticket, with("Origin", origin)), origin);
  }
  EXPECT_EQ(post(host_, ticket).body, "text") << "and the ticket was not spent";
}

TEST_F(LoopbackTest, WithoutTheSessionsTokenAnEmpty403IsAllThereIs) {
  const std::string ticket = ticket_to("text");
  expect_refused(exchange(host_, "POST", "/read/" + ticket, without("Authorization")), "no Authorization");
  NativeHost other(home_.environment());
  other.hello();
  const std::string token = host_.token();
  for (const std::string& authorization :
       {std::string("Bearer"), std::string("Bearer "), token, "Basic " + token, "bearer " + token, "Digest " + token,
        "Bearer " + std::string(64, '0'), "Bearer " + token.substr(1), "Bearer " + token + "0", "Bearer  " + token,
        "Bearer " + other.token(), "Bearer " + token + ", Bearer " + token}) {
    expect_refused(exchange(host_, "POST", "/read/" + ticket, with("Authorization", authorization)), authorization);
  }
  EXPECT_EQ(post(host_, ticket).body, "text") << "and the ticket was not spent";
}

TEST_F(LoopbackTest, WithoutATicketForThatMethodAnEmpty403IsAllThereIs) {
  const std::string read = ticket_to("text");
  const OpenedWrite write = begin("other");
  const auto request = [&](const std::string& method, const std::string& target) {
    expect_refused(exchange(host_, method, target, good_headers(host_)), method + " " + target);
  };
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", "COS"}) {
    request(method, "/read/" + read);
  }
  for (const char* method : {"GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"}) {
    request(method, "/write/" + write.ticket);
  }
  for (const std::string& target :
       {std::string("/"), std::string("/read"), std::string("/read/"), "/read/" + std::string(32, '0'),
        "/read/" + read + "0", "/read/" + read.substr(1), "/read/" + read + "/", "//read/" + read, "/READ/" + read,
        "/read/" + write.ticket, "/write/" + write.ticket, "/read/../read/" + read, std::string("/favicon.ico")}) {
    request("POST", target);
  }
  request("PUT", "/write/" + read);
  request("PUT", "/write/" + write.session);
  request("PUT", "/write/");
  EXPECT_EQ(post(host_, read).body, "text") << "and the ticket was not spent";
}

TEST_F(LoopbackTest, ARefusedWriteChangesNothing) {
  const OpenedWrite write = begin("text");
  expect_refused(exchange(host_, "PUT", "/write/" + write.ticket, without("Origin"), "nonsense"), "PUT");
  EXPECT_EQ(put(host_, write.ticket, "text").status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(LoopbackTest, APreflightIsRefused) {
  Headers headers{{"Host", "127.0.0.1:" + std::to_string(host_.port())},
                  {"Origin", "https://attacker.test"},
                  {"Access-Control-Request-Method", "POST"},
                  {"Access-Control-Request-Headers", "authorization"},
                  {"Access-Control-Request-Private-Network", "true"}};
  expect_refused(exchange(host_, "OPTIONS", "/read/" + ticket_to("text"), headers), "a page's");
  headers["Origin"] = NativeHost::kExtension;
  expect_refused(exchange(host_, "OPTIONS", "/", headers), "the extension's");
}

TEST_F(LoopbackTest, AWebSocketIsRefused) {
  for (Headers headers : {good_headers(host_), with("Origin", "https://attacker.test")}) {
    headers["Connection"] = "Upgrade";
    headers["Upgrade"] = "websocket";
    headers["Sec-WebSocket-Version"] = "13";
    headers["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ==";
    expect_refused(exchange(host_, "GET", "/", headers), "WebSocket");
  }
}

TEST_F(LoopbackTest, WhatIsNoHttpGetsNothingOutOfIt) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string("\r\n\r\n\r\n"),
        std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        "GET /" + std::string(2U << 20U, 'a') + " HTTP/1.1\r\n\r\n"}) {
    HttpConnection connection(host_.port());
    connection.send(bytes);
    if (connection.answers_within(std::chrono::milliseconds(200))) {
      const HttpReply reply = connection.receive();
      EXPECT_TRUE(reply.status == 0 || reply.status >= 400) << reply.head;
      EXPECT_EQ(reply.head.find("ccess-"), std::string::npos) << reply.head;
    }
  }
  EXPECT_EQ(post(host_, ticket_to("text")).body, "text");
}

// Reading --------------------------------------------------------------------------------------------

TEST_F(LoopbackTest, AReadTicketIsSpentByItsUse) {
  const std::string ticket = ticket_to("text");
  EXPECT_EQ(post(host_, ticket).body, "text");
  expect_refused(post(host_, ticket), "the second time");
}

TEST_F(LoopbackTest, AReadIsNotKeptByAnyCache) {
  const HttpReply reply = post(host_, ticket_to("text"));
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(reply.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(reply.head.find("ccess-"), std::string::npos) << reply.head;
}

TEST_F(LoopbackTest, ARangeGetsItsBytes) {
  const std::string text = bytes_without_pattern(1000);
  const std::string handle = store_text(host_, kA, text);
  struct Case {
    const char* range;
    std::size_t first;
    std::size_t last;
  };
  for (const auto& [range, first, last] : std::vector<Case>{{"bytes=0-0", 0, 0},
                                                            {"bytes=10-19", 10, 19},
                                                            {"bytes=0-999", 0, 999},
                                                            {"bytes=990-", 990, 999},
                                                            {"bytes=999-", 999, 999},
                                                            {"bytes=990-5000", 990, 999},
                                                            {"bytes=-5", 995, 999},
                                                            {"bytes=-1000", 0, 999},
                                                            {"bytes=-5000", 0, 999},
                                                            {"bytes=0-18446744073709551615", 0, 999}}) {
    const HttpReply reply = post(host_, read_ticket(host_, handle), range);
    EXPECT_EQ(reply.status, 206) << range;
    EXPECT_TRUE(reply.body == text.substr(first, last - first + 1)) << range;
    EXPECT_EQ(reply.header("Content-Range"), "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/1000")
        << range;
  }
}

TEST_F(LoopbackTest, WhatIsNotOneSatisfiableRangeGetsTheWholeFile) {
  const std::string handle = store_text(host_, kA, "0123456789");
  for (const char* range :
       {"bytes=10-", "bytes=10-12", "bytes=5-2", "bytes=0-1,4-5", "bytes=", "bytes=-", "bytes=-0", "bytes=--5",
        "bytes=a-b", "bytes= 0-1", "items=0-1", "0-1", "bytes=0-1x", "bytes=18446744073709551616-"}) {
    const HttpReply reply = post(host_, read_ticket(host_, handle), range);
    EXPECT_EQ(reply.status, 200) << range;
    EXPECT_EQ(reply.body, "0123456789") << range;
    EXPECT_EQ(reply.header("Content-Range"), "") << range;
  }
}

TEST_F(LoopbackTest, AnEmptyFileHasNoRanges) {
  const std::string handle = create(host_, kA, hash_of(""));
  ASSERT_EQ(refusal(close_write(host_, open_write(host_, handle).session)), "");
  for (const char* range : {"bytes=0-", "bytes=-1", "bytes=0-0"}) {
    const HttpReply reply = post(host_, read_ticket(host_, handle), range);
    EXPECT_EQ(reply.status, 200) << range;
    EXPECT_EQ(reply.body, "") << range;
  }
}

TEST_F(LoopbackTest, AReaderThatHasBegunReadsToTheEndThoughTheEntryIsRemoved) {
  const std::string text = bytes_without_pattern(std::size_t{16} << 20U);
  const std::string ticket = ticket_to(text);
  HttpConnection connection(host_.port());
  connection.send(head("POST", "/read/" + ticket, good_headers(host_)));
  ASSERT_TRUE(connection.answers_within(kPatience));
  ASSERT_TRUE(store().remove(hash_of(text)).value());
  EXPECT_TRUE(connection.receive().body == text);
}

// Writing --------------------------------------------------------------------------------------------

TEST_F(LoopbackTest, AChunkedBodyIsWrittenLikeAnyOther) {
  const std::string text = bytes_without_pattern(300'000);
  const OpenedWrite write = begin(text);
  HttpConnection connection(host_.port());
  Headers headers = good_headers(host_);
  headers["Transfer-Encoding"] = "chunked";
  connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers));
  std::size_t step = 1;
  for (std::size_t at = 0; at < text.size(); step = step * 3 + 1) {
    const std::string chunk = text.substr(at, step);
    at += chunk.size();
    char length[32];
    std::snprintf(length, sizeof length, "%zx\r\n", chunk.size());
    connection.send(length + chunk + "\r\n");
  }
  connection.send("0\r\n\r\n");
  EXPECT_EQ(connection.receive().status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(LoopbackTest, ABodyThatComesByteByByteIsWrittenLikeAnyOther) {
  const OpenedWrite write = begin("slowly");
  HttpConnection connection(host_.port());
  Headers headers = good_headers(host_);
  headers["Content-Length"] = "6";
  for (const char byte : head("PUT", "/write/" + write.ticket + "?position=0", headers) + "slowly") {
    connection.send({&byte, 1});
  }
  EXPECT_EQ(connection.receive().status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(LoopbackTest, OneConnectionCarriesManyRequests) {
  const OpenedWrite write = begin("first second");
  HttpConnection connection(host_.port());
  Headers headers = good_headers(host_);
  headers["Content-Length"] = "6";
  connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "first ");
  EXPECT_EQ(connection.receive().status, 204);
  connection.send(head("PUT", "/write/" + write.ticket + "?position=6", headers) + "second");
  EXPECT_EQ(connection.receive().status, 204);
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(LoopbackTest, BytesAreWrittenWhereTheyAreSaidToBelongAndGapsAreZeros) {
  const std::string text = std::string("abc") + std::string(5, '\0') + "xyz";
  const OpenedWrite write = begin(text);
  EXPECT_EQ(put(host_, write.ticket, "xyz", "?position=8").status, 204);
  EXPECT_EQ(put(host_, write.ticket, "ab?", "").status, 204) << "no position is the beginning";
  EXPECT_EQ(put(host_, write.ticket, "c", "?position=2").status, 204);
  EXPECT_EQ(put(host_, write.ticket, "", "?position=500").status, 204) << "no bytes, no gap";
  EXPECT_EQ(close_write(host_, write.session).at("size"), text.size());
}

TEST_F(LoopbackTest, APositionThatIsNoNumberIsATypeErrorAndWritesNothing) {
  const OpenedWrite write = begin("text");
  EXPECT_EQ(put(host_, write.ticket, "text").status, 204);
  for (const char* position : {"abc", "-1", "1x", "", "1.5", "18446744073709551616", "+1"}) {
    const HttpReply reply = put(host_, write.ticket, "????", std::string("?position=") + position);
    EXPECT_EQ(reply.status, 400) << position;
    ASSERT_TRUE(json::accept(reply.body)) << reply.body;
    EXPECT_EQ(json::parse(reply.body).at("name"), "TypeError") << position;
  }
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(LoopbackTest, APositionBeyondEverythingIsOverQuota) {
  const OpenedWrite write = begin("text");
  EXPECT_EQ(put(host_, write.ticket, "text").status, 204);
  for (const char* position : {"18446744073709551615", "9223372036854775807", "9223372036854775808"}) {
    EXPECT_EQ(put(host_, write.ticket, "????", std::string("?position=") + position).status, 507) << position;
  }
  EXPECT_EQ(refusal(close_write(host_, write.session)), "");
}

TEST_F(LoopbackTest, AWriteOverTheLimitIsToldSoAndStoresNothing) {
  ASSERT_TRUE(store().set_setting("write.limit", "1MiB"));
  const std::string text = bytes_without_pattern(std::size_t{2} << 20U);
  const std::string handle = create(host_, kA, hash_of(text));
  const json opened = host_.ask({{"cmd", "write.open"}, {"handle", handle}});
  EXPECT_EQ(opened.at("limit"), 1U << 20U);
  const HttpReply reply = put(host_, opened.at("ticket"), text);
  EXPECT_EQ(reply.status, 507);
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(reply.body).at("name"), "QuotaExceededError");
  EXPECT_NE(json::parse(reply.body).at("message"), "");
  EXPECT_NE(refusal(close_write(host_, opened.at("session"))), "");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(LoopbackTest, AFileOfExactlyTheLimitIsStored) {
  ASSERT_TRUE(store().set_setting("write.limit", "1MiB"));
  const std::string text = bytes_without_pattern(std::size_t{1} << 20U);
  store_text(host_, kA, text);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(LoopbackTest, AWriteThatIsCutOffStoresNothing) {
  for (const bool with_reset : {false, true}) {
    const OpenedWrite write = begin("text");
    HttpConnection connection(host_.port());
    Headers headers = good_headers(host_);
    headers["Content-Length"] = "4";
    connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "te");
    with_reset ? connection.close_with_reset() : connection.close();
    const std::string error = refusal(close_write(host_, write.session));
    EXPECT_TRUE(error == "DataError" || error == "UnknownError") << error;
  }
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

std::size_t open_files(pid_t pid) {
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

// What did not arrive may have been anything: that what is there has the right hash is no reason to take it.
TEST_F(LoopbackTest, AWriteOfWhichAPartWasCutOffIsNotStoredThoughItsBytesAreRight) {
  const OpenedWrite write = begin("text");
  HttpConnection connection(host_.port());
  Headers headers = good_headers(host_);
  headers["Content-Length"] = "4";
  connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "text");
  ASSERT_EQ(connection.receive().status, 204);
  const std::size_t open = open_files(host_.pid());
  connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "te");
  connection.close();
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  while (open_files(host_.pid()) >= open && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_LT(open_files(host_.pid()), open) << "it has noticed";
  EXPECT_EQ(refusal(close_write(host_, write.session)), "UnknownError");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(LoopbackTest, AWriteWhoseSessionEndsInTheMiddleIsToldSo) {
  const OpenedWrite write = begin("text");
  HttpConnection connection(host_.port());
  Headers headers = good_headers(host_);
  headers["Content-Length"] = "4";
  connection.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "te");
  EXPECT_EQ(refusal(host_.ask({{"cmd", "write.abort"}, {"session", write.session}})), "");
  connection.send("xt");
  const HttpReply reply = connection.receive();
  // 403 when the abort came before the server had looked at the request.
  EXPECT_TRUE(reply.status == 400 || reply.status == 403) << reply.status;
  EXPECT_EQ(entries(), 0U);
}

TEST_F(LoopbackTest, ManyWritesAndReadsRunAtOnce) {
  constexpr int kWriters = 6;
  std::vector<std::string> texts;
  std::vector<OpenedWrite> writes;
  std::vector<std::string> handles;
  for (int i = 0; i < kWriters; ++i) {
    texts.push_back(std::to_string(i) + bytes_without_pattern(std::size_t{3} << 20U));
    handles.push_back(create(host_, kA, hash_of(texts.back())));
    writes.push_back(open_write(host_, handles.back()));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      const auto index = static_cast<std::size_t>(i);
      EXPECT_EQ(put(host_, writes[index].ticket, texts[index]).status, 204);
    });
  }
  std::for_each(threads.begin(), threads.end(), [](std::thread& thread) { thread.join(); });
  std::vector<std::int64_t> ids;
  for (const OpenedWrite& write : writes) {
    ids.push_back(host_.send({{"cmd", "write.close"}, {"session", write.session}}));
  }
  for (const std::int64_t id : ids) {
    EXPECT_EQ(refusal(host_.reply_to(id)), "");
  }
  for (int i = 0; i < kWriters; ++i) {
    const auto index = static_cast<std::size_t>(i);
    EXPECT_TRUE(post(host_, read_ticket(host_, handles[index])).body == texts[index]);
  }
}

// Bounds ---------------------------------------------------------------------------------------------

std::uint64_t peak_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::stoull(line.substr(6));
    }
  }
  return 0;
}

TEST_F(LoopbackTest, AStreamOf64MiBInAndOutTakesTheHostLessThan32MiBOfMemory) {
  if (is_sanitized()) {
    GTEST_SKIP() << "a sanitizer's shadow memory and quarantine alone take more than that";
  }
  const std::string text = bytes_without_pattern(std::size_t{64} << 20U);
  const std::string handle = store_text(host_, kA, text);
  EXPECT_TRUE(post(host_, read_ticket(host_, handle)).body == text);
  EXPECT_GT(peak_kib(host_.pid()), 0U);
  EXPECT_LT(peak_kib(host_.pid()), 32U * 1024U);
}

// Bytes that the disk changed -------------------------------------------------------------------------

TEST_F(LoopbackTest, AReadOfARottenPartGetsNoByteAndOneOfAnotherPartGetsIts) {
  const std::string text = bytes_without_pattern(3U << 20U);
  store_text(host_, kA, text);
  ASSERT_TRUE(flip_bit(StorePaths(home_.store()).blob(hash_of(text)), (2U << 20U) + 9));
  NativeHost fresh(home_.environment());
  ASSERT_EQ(refusal(fresh.hello()), "");
  const auto ticket = [&] {
    return read_ticket(fresh, find(fresh, kA, hash_of(text)).at("handle").get<std::string>());
  };
  const HttpReply part = post(fresh, ticket(), "bytes=1048570-1048580");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, text.substr(1048570, 11));
  const HttpReply rotten = post(fresh, ticket());
  EXPECT_EQ(rotten.status, 404);
  EXPECT_EQ(rotten.body, "");
}

}  // namespace
}  // namespace libcos
