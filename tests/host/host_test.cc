// `cos host` as a browser's extension sees it: hosts that come and go, private windows (docs/protocol.md).
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "host/host_fixture.h"
#include "store/sqlite.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

// Hosts come and go ----------------------------------------------------------------------------------

TEST_F(HostTest, AHostThatIsKilledInTheMiddleOfAWriteLeavesNothingThatAnyoneCanObserve) {
  {
    NativeHost host(home_.environment());
    host.hello();
    const OpenedWrite write = open_write(host, create(host, kA, hash_of("text")));
    put(host, write.ticket, "text");
    host.kill();
  }
  EXPECT_EQ(incoming_files(), 1U) << "its file is still there, but no one looks at it";
  NativeHost next(home_.environment());
  next.hello();
  EXPECT_FALSE(is_found(next, kA, hash_of("text")));
  EXPECT_EQ(incoming_files(), 0U) << "and the next host has swept it";
  EXPECT_EQ(entries(), 0U);
}

TEST_F(HostTest, AHostLeavesAnotherHostsWritesAlone) {
  NativeHost first(home_.environment());
  first.hello('a');
  const std::string handle = create(first, kA, hash_of("text"));
  const OpenedWrite write = open_write(first, handle);
  put(first, write.ticket, "te");
  NativeHost second(home_.environment());
  second.hello('b');
  EXPECT_EQ(incoming_files(), 1U);
  EXPECT_EQ(put(first, write.ticket, "xt", "?position=2").status, 204);
  EXPECT_EQ(refusal(close_write(first, write.session)), "");
}

TEST_F(HostTest, WhatOneProfileStoredForItsSiteAnotherProfileCannotFind) {
  NativeHost one(home_.environment());
  one.hello('a');
  NativeHost other(home_.environment());
  other.hello('b');
  store_text(one, kA, "text");
  store_text(one, kA, "text for everyone, not listed", "*");
  store_text(one, kA, "text for b", kB);
  for (const char* text : {"text", "text for everyone, not listed", "text for b"}) {
    EXPECT_TRUE(is_found(one, kA, hash_of(text))) << text;
    EXPECT_FALSE(is_found(other, kA, hash_of(text))) << text;
    EXPECT_FALSE(is_found(other, kB, hash_of(text))) << text;
  }
  const std::string handle = store_text(other, kB, "text");
  EXPECT_EQ(post(other, read_ticket(other, handle)).body, "text") << "a stranger may store the same bytes";
  EXPECT_EQ(entries(), 3U) << "which are kept once";
  EXPECT_FALSE(is_found(one, kB, hash_of("text")));
}

TEST_F(HostTest, AHandleOrTicketOfOneHostIsNothingToAnother) {
  NativeHost one(home_.environment());
  one.hello('a');
  NativeHost other(home_.environment());
  other.hello('a');
  const std::string handle = store_text(one, kA, "text");
  EXPECT_EQ(refusal(other.ask({{"cmd", "open"}, {"handle", handle}, {"via", "loopback"}})), "NotAllowedError");
  EXPECT_EQ(post(other, read_ticket(one, handle)).status, 403);
}

TEST_F(HostTest, TheHostEndsWithTheBrowser) {
  NativeHost host(home_.environment());
  host.hello();
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(HostTest, AHostThatWasNeverSpokenToEndsWithTheBrowser) {
  NativeHost host(home_.environment());
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(HostTest, NeitherAnUnfinishedWriteNorASlowReaderKeepsTheHost) {
  NativeHost host(home_.environment());
  host.hello();
  const std::string large(std::size_t{32} << 20U, 'x');
  const std::string handle = store_text(host, kA, large);
  HttpConnection reader(host.port());
  reader.send(head("POST", "/read/" + read_ticket(host, handle), good_headers(host)));
  ASSERT_TRUE(reader.answers_within(kPatience));

  const OpenedWrite write = open_write(host, create(host, kA, hash_of("text")));
  HttpConnection writer(host.port());
  auto headers = good_headers(host);
  headers["Content-Length"] = "4";
  writer.send(head("PUT", "/write/" + write.ticket + "?position=0", headers) + "te");
  host.ask({{"cmd", "status"}});

  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_FALSE(store().stat(hash_of("text")).value());
}

TEST_F(HostTest, AWriteThatIsBeingClosedWhenTheBrowserEndsIsStoredInFullOrNotAtAll) {
  const std::string text(std::size_t{8} << 20U, 'x');
  {
    NativeHost host(home_.environment());
    host.hello();
    const OpenedWrite write = open_write(host, create(host, kA, hash_of(text)));
    put(host, write.ticket, text);
    host.send({{"cmd", "write.close"}, {"session", write.session}});
    host.hang_up();
    EXPECT_EQ(host.wait(), 0);
  }
  EXPECT_EQ(incoming_files(), 0U);
  if (store().stat(hash_of(text)).value()) {
    EXPECT_EQ(store().verify(hash_of(text), {}).value(), VerifyOutcome::kIntact);
  }
}

TEST_F(HostTest, TheCommandLinesHostSpeaksTheSameProtocol) {
  NativeHost host(home_.environment(),
                  {cos_executable(), "host", "--origin", std::string(NativeHost::kExtension) + "/"});
  host.hello();
  EXPECT_EQ(post(host, read_ticket(host, store_text(host, kA, "text"))).body, "text");
}

// Private windows ------------------------------------------------------------------------------------

TEST_F(HostTest, APrivateWindowLeavesTheStoresDirectoryAsItWas) {
  {
    NativeHost host(home_.environment());
    host.hello();
    store_text(host, kA, "text", "*");
    host.hang_up();
    ASSERT_EQ(host.wait(), 0);
  }
  put_on_public_hash_list(hash_of("text"));
  const auto before = listing(home_.path());
  NativeHost host(home_.environment());
  const json reply = host.hello_in_private();
  ASSERT_EQ(refusal(reply), "");
  EXPECT_EQ(reply.at("store").at("path"), "");
  EXPECT_FALSE(is_found(host, kA, hash_of("text"))) << "it sees nothing of the store";
  EXPECT_FALSE(is_found(host, kB, hash_of("text"))) << "not even what everyone may see";
  const std::string handle = store_text(host, kA, "secret");
  EXPECT_TRUE(is_found(host, kA, hash_of("secret")));
  EXPECT_EQ(post(host, read_ticket(host, handle)).body, "secret");
  EXPECT_EQ(refusal(host.ask({{"cmd", "open"}, {"handle", handle}, {"via", "handover"}})), "HandoverFailed");
  EXPECT_EQ(refusal(host.ask({{"cmd", "handover"}, {"handle", handle}, {"marker", std::string(64, 'a')}})),
            "HandoverFailed");
  const OpenedWrite begun = open_write(host, create(host, kA, hash_of("begun")));
  put(host, begun.ticket, "begun");
  EXPECT_EQ(listing(home_.path()), before) << "while it lives";
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(listing(home_.path()), before) << "and after";
}

TEST_F(HostTest, APrivateWindowBeginsWithTheUsersGatesWhateverBecameOfTheHostThatHasThem) {
  const auto asks_in_private = [&](const char* when) {
    const auto before = listing(home_.path());
    NativeHost hidden(home_.environment());
    const json reply = hidden.hello_in_private();
    EXPECT_EQ(refusal(reply), "") << when;
    EXPECT_EQ(listing(home_.path()), before) << when;
    return reply.value("ask", false);
  };
  EXPECT_FALSE(asks_in_private("before there is a store"));
  NativeHost host(home_.environment());
  host.hello();
  ASSERT_EQ(refusal(host.ask({{"cmd", "ui.set"}, {"key", "gates.ask"}, {"value", "on"}})), "");
  EXPECT_TRUE(asks_in_private("beside a host"));
  host.kill();
  (void)host.wait();
  EXPECT_TRUE(asks_in_private("after a host that was killed"));
  fs::remove(home_.store() / "store.db-shm");
  (void)asks_in_private("after a power cut: at least it starts");
  {
    NativeHost again(home_.environment());
    again.hello();
    again.hang_up();
    ASSERT_EQ(again.wait(), 0);
  }
  EXPECT_TRUE(asks_in_private("when nobody has the store open"));
}

TEST_F(HostTest, WhatAPrivateWindowStoredNoOneElseSees) {
  NativeHost private_host(home_.environment());
  private_host.hello_in_private();
  store_text(private_host, kA, "secret", "*");
  put_on_public_hash_list(hash_of("secret"));
  NativeHost other_private(home_.environment());
  other_private.hello_in_private();
  NativeHost normal(home_.environment());
  normal.hello();
  for (NativeHost* host : {&other_private, &normal}) {
    EXPECT_FALSE(is_found(*host, kA, hash_of("secret")));
    EXPECT_FALSE(is_found(*host, kB, hash_of("secret")));
  }
}

}  // namespace
}  // namespace libcos
