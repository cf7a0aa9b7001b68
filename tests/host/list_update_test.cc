// Fetching the list over https, and updates in the background of a host.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "host/phl_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

// Serves the files of a directory to whoever trusts its certificate.
class TlsServer {
 public:
  explicit TlsServer(const fs::path& directory) : certificate_(directory / "certificate.pem") {
    const fs::path key = directory / "key.pem";
    const char* path = std::getenv("PATH");
    const std::vector<std::string> environment{std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin")};
    Process made({"/usr/bin/env", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                  "-out", certificate_},
                 environment, {});
    EXPECT_EQ(made.wait(), 0);
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd from(ends[0]);
    const UniqueFd to(ends[1]);
    server_.emplace(std::vector<std::string>{"/usr/bin/env", "node", TLS_SERVER, directory, certificate_, key},
                    environment, Streams{-1, to.get(), -1});
    for (char digit = 0; ::read(from.get(), &digit, 1) == 1 && digit != '\n';) {
      port_ += digit;
    }
  }

  [[nodiscard]] std::string url(const std::string& path) const { return "https://127.0.0.1:" + port_ + "/" + path; }
  // Of a machine that trusts the server.
  [[nodiscard]] std::vector<std::string> trust() const { return {"SSL_CERT_FILE=" + certificate_.string()}; }

 private:
  fs::path certificate_;
  std::optional<Process> server_;
  std::string port_;
};

class HttpsTest : public PhlTest {
 protected:
  [[nodiscard]] Finished fetch(const std::string& path) const { return update(server_.url(path), server_.trust()); }

  const TlsServer server_{home_.path()};
};

TEST_F(HttpsTest, AListIsFetchedFromAServerThatIsTrusted) {
  publish("list", "one", {"a"});
  const Finished updated = fetch("list");
  EXPECT_EQ(updated.code, 0) << updated.err;
  EXPECT_EQ(version(), "one");
  EXPECT_TRUE(is_listed("a"));
  EXPECT_TRUE(mentions(fetch("list").out, "current already"));
}

TEST_F(HttpsTest, AServerThatIsNotTrustedIsNotBelieved) {
  publish("list", "one", {"a"});
  const Finished refused = update(server_.url("list"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "certificate")) << refused.err;
  EXPECT_FALSE(is_listed("a"));
  std::string other_name = server_.url("list");
  other_name.replace(other_name.find("127.0.0.1"), 9, "localhost");
  EXPECT_EQ(update(other_name, server_.trust()).code, 1) << "its certificate is for another name";
}

TEST_F(HttpsTest, RedirectsAreFollowedToHttpsOnly) {
  publish("list", "one", {"a"});
  EXPECT_EQ(fetch("to/https/list").code, 0);
  EXPECT_EQ(version(), "one");
  for (const std::string& place : {std::string("to/http/list"), "to/file" + path("list").string()}) {
    publish("list", "two", {"b"});
    const Finished refused = fetch(place);
    EXPECT_EQ(refused.code, 1) << place;
    EXPECT_EQ(version(), "one");
  }
}

TEST_F(HttpsTest, WhatIsMissingCutOffEndlessOrAnotherFileIsNotInstalled) {
  publish("list", "one", {"a"});
  EXPECT_EQ(fetch("nowhere").code, 3);
  const Finished endless = fetch("endless-checksum");
  EXPECT_EQ(endless.code, 1);
  EXPECT_TRUE(mentions(endless.err, "larger than")) << endless.err;
  EXPECT_EQ(fetch("cut/list").code, 1);
  file("list", text_of("two", {"b"}));
  EXPECT_EQ(fetch("list").code, 1) << "the checksum is still the old one's";
  EXPECT_FALSE(status().at("installed").get<bool>());
}

TEST_F(HttpsTest, TheQueryOfAnAddressStaysAtItsEnd) {
  publish("list", "one", {"a"});
  EXPECT_EQ(fetch("list?token=1").code, 0);
  EXPECT_EQ(version(), "one");
}

TEST_F(HttpsTest, AServerThatIsAwayIsAnErrorWithAMend) {
  const Finished refused = update("https://127.0.0.1:9/list", server_.trust());
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "Try again")) << refused.err;
}

// In the background ----------------------------------------------------------------------------------

class BackgroundTest : public PhlTest {
 protected:
  BackgroundTest() { configure(); }

  void configure() const { EXPECT_EQ(code_of({"config", "set", "phl.url", "file://" + path("list").string()}), 0); }
  // A browser that starts and ends; what its host began is done then.
  void visit(bool in_private = false) const {
    NativeHost host(home_.environment());
    EXPECT_TRUE((in_private ? host.hello_in_private() : host.hello()).at("ok").get<bool>());
    host.hang_up();
    EXPECT_EQ(host.wait(), 0);
  }
  void date_last_check(int days_ago) const {
    json record = json::parse(content(check_file()));
    record["checkedAt"] = record.at("checkedAt").get<std::int64_t>() - std::int64_t{days_ago} * 86'400'000;
    std::ofstream(check_file()) << record;
  }
  [[nodiscard]] fs::path check_file() const { return StorePaths(home_.store()).hash_list().last_check(); }
};

TEST_F(BackgroundTest, AHostInstallsTheConfiguredListWhenItStarts) {
  publish("list", "one", {"a"});
  visit();
  EXPECT_EQ(version(), "one");
  EXPECT_TRUE(is_listed("a"));
  EXPECT_EQ(status().at("lastCheck").at("failure"), "");
}

TEST_F(BackgroundTest, ItChecksAgainOnlyAfterSoManyDays) {
  publish("list", "one", {"a"});
  visit();
  publish("list", "two", {"b"});
  visit();
  EXPECT_EQ(version(), "one");
  date_last_check(6);
  visit();
  EXPECT_EQ(version(), "one");
  date_last_check(2);
  visit();
  EXPECT_EQ(version(), "two");
}

TEST_F(BackgroundTest, NoAddressOrNoDaysMeansNoUpdate) {
  publish("list", "one", {"a"});
  ASSERT_EQ(code_of({"config", "set", "phl.update-days", "0"}), 0);
  visit();
  ASSERT_EQ(code_of({"config", "set", "phl.update-days", "7"}), 0);
  ASSERT_EQ(code_of({"config", "set", "phl.url", ""}), 0);
  visit();
  EXPECT_FALSE(fs::exists(check_file()));
  EXPECT_FALSE(status().at("installed").get<bool>());
  configure();
  visit();
  EXPECT_EQ(version(), "one");
}

TEST_F(BackgroundTest, APrivateWindowUpdatesNothing) {
  publish("list", "one", {"a"});
  visit(true);
  EXPECT_FALSE(fs::exists(check_file()));
  EXPECT_FALSE(status().at("installed").get<bool>());
}

TEST_F(BackgroundTest, AFailureIsRememberedAndTriedAgainTheNextDay) {
  visit();
  EXPECT_TRUE(mentions(status().at("lastCheck").at("failure"), "list.sha256"));
  EXPECT_TRUE(mentions(cos({"phl", "status"}).out, "The last check failed"));
  publish("list", "one", {"a"});
  visit();
  EXPECT_FALSE(status().at("installed").get<bool>()) << "not at every start";
  date_last_check(1);
  visit();
  EXPECT_EQ(version(), "one");
  EXPECT_EQ(status().at("lastCheck").at("failure"), "");
}

TEST_F(BackgroundTest, AnAddressWhosePathCannotBeFollowedIsAFailureAndNotTheEndOfTheHost) {
  fs::create_symlink("loop", path("loop"));
  for (const std::string& name : {std::string("loop/list"), std::string(300, 'x')}) {
    ASSERT_EQ(code_of({"config", "set", "phl.url", "file://" + path(name).string()}), 0);
    visit();
    EXPECT_TRUE(mentions(status().at("lastCheck").at("failure"), name)) << name;
    fs::remove(check_file());
  }
}

TEST_F(BackgroundTest, AListThatTheUserWentBackFromDoesNotComeAgain) {
  publish("list", "one", {"a"});
  visit();
  publish("list", "two", {"b"});
  date_last_check(8);
  visit();
  ASSERT_EQ(version(), "two");
  ASSERT_EQ(code_of({"phl", "update", "--rollback"}), 0);
  for (int round = 0; round < 2; ++round) {
    date_last_check(8);
    visit();
    EXPECT_EQ(version(), "one");
  }
  publish("list", "three", {"c"});
  date_last_check(8);
  visit();
  EXPECT_EQ(version(), "three") << "but its successor does";
}

TEST_F(BackgroundTest, OneProcessAtATime) {
  publish("list", "one", {"a"});
  visit();
  publish("list", "two", {"b"});
  date_last_check(8);
  {
    const auto lock = open_file(StorePaths(home_.store()).hash_list().check_lock(), O_RDWR);
    ASSERT_TRUE(lock);
    ASSERT_EQ(::flock(lock->get(), LOCK_EX | LOCK_NB), 0);
    visit();
    EXPECT_EQ(version(), "one");
  }
  visit();
  EXPECT_EQ(version(), "two");
}

TEST_F(BackgroundTest, ADownloadDoesNotKeepAHostFromEnding) {
  const TlsServer server(home_.path());
  // Endless, and its companion is not: the checksum of anything.
  file("endless.sha256", kUnknown + "\n");
  ASSERT_EQ(code_of({"config", "set", "phl.url", server.url("endless")}), 0);
  NativeHost host(home_.environment(server.trust()));
  ASSERT_TRUE(host.hello().at("ok").get<bool>());
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_FALSE(status().at("installed").get<bool>());
}

// For the settings page ------------------------------------------------------------------------------

class UserUpdateTest : public PhlTest {
 protected:
  // Nothing but what the page asks for.
  UserUpdateTest() { EXPECT_EQ(code_of({"config", "set", "phl.update-days", "0"}), 0); }

  void configure(const std::string& path) const {
    EXPECT_EQ(code_of({"config", "set", "phl.url", server_.url(path)}), 0);
  }
  static json ask(NativeHost& host, const std::string& command) { return host.ask({{"cmd", "ui." + command}}); }

  const TlsServer server_{home_.path()};
};

TEST_F(UserUpdateTest, InstallsWhatIsPublishedAndSaysWhenThatIsInForceAlready) {
  publish("list", "one", {"a", "b"});
  configure("list");
  NativeHost host(home_.environment(server_.trust()));
  ASSERT_TRUE(host.hello().at("ok").get<bool>());
  const json before = ask(host, "list");
  EXPECT_EQ(before.at("address"), server_.url("list"));
  EXPECT_FALSE(before.contains("check"));
  const json first = ask(host, "list.update");
  ASSERT_TRUE(first.at("ok").get<bool>()) << first;
  EXPECT_TRUE(first.at("updated").get<bool>());
  EXPECT_EQ(first.at("version"), "one");
  EXPECT_EQ(first.at("digests"), before.at("digests").get<int>() + 2);
  EXPECT_EQ(first.at("check").at("failure"), "");
  EXPECT_TRUE(is_listed("a"));
  const json second = ask(host, "list.update");
  EXPECT_FALSE(second.at("updated").get<bool>());
  EXPECT_EQ(second.at("version"), "one");
}

TEST_F(UserUpdateTest, AFailureHasAReasonAndAMendAndIsRemembered) {
  publish("list", "one", {"a"});
  configure("list");
  NativeHost host(home_.environment(server_.trust()));
  ASSERT_TRUE(host.hello().at("ok").get<bool>());
  ASSERT_TRUE(ask(host, "list.update").at("ok").get<bool>());
  file("list.sha256", kUnknown + "\n");
  const json refused = ask(host, "list.update");
  ASSERT_FALSE(refused.at("ok").get<bool>());
  EXPECT_EQ(refused.at("error").at("name"), "DataError");
  EXPECT_TRUE(mentions(refused.at("error").at("message"), "checksum")) << refused;
  EXPECT_NE(refused.at("error").at("mend"), "");
  const json list = ask(host, "list");
  EXPECT_EQ(list.at("version"), "one") << "the list stays as it was";
  EXPECT_EQ(list.at("check").at("failure"), refused.at("error").at("message"));
  EXPECT_EQ(list.at("check").at("code"), "data");
}

TEST_F(UserUpdateTest, WithoutAnAddressThereIsNothingToUpdateFrom) {
  NativeHost host(home_.environment());
  ASSERT_TRUE(host.hello().at("ok").get<bool>());
  EXPECT_EQ(ask(host, "list").at("address"), "");
  const json refused = ask(host, "list.update");
  ASSERT_FALSE(refused.at("ok").get<bool>());
  EXPECT_TRUE(mentions(refused.at("error").at("message"), "no address")) << refused;
  EXPECT_TRUE(mentions(refused.at("error").at("mend"), "phl.url")) << refused;
}

TEST_F(UserUpdateTest, APrivateWindowNeitherUpdatesNorSaysFromWhere) {
  publish("list", "one", {"a"});
  configure("list");
  NativeHost host(home_.environment(server_.trust()));
  ASSERT_TRUE(host.hello_in_private().at("ok").get<bool>());
  EXPECT_FALSE(ask(host, "list").contains("address"));
  EXPECT_EQ(ask(host, "list.update").at("error").at("name"), "NotAllowedError");
  EXPECT_FALSE(status().at("installed").get<bool>());
}

TEST_F(UserUpdateTest, OthersAreAnsweredWhileAListIsFetchedAndTheEndOfTheHostEndsThat) {
  file("endless.sha256", kUnknown + "\n");
  configure("endless");
  NativeHost host(home_.environment(server_.trust()));
  ASSERT_TRUE(host.hello().at("ok").get<bool>());
  for (int tab = 0; tab < 2; ++tab) {
    host.send({{"cmd", "ui.list.update"}});
  }
  const std::int64_t asked = host.send({{"cmd", "ui.list"}});
  EXPECT_EQ(host.receive().at("id"), asked);
  host.hang_up();
  EXPECT_EQ(host.wait(), 0);
  EXPECT_FALSE(status().at("installed").get<bool>());
}

}  // namespace
}  // namespace libcos
