// Files that the user adds and saves in the extension's own pages (docs/protocol.md, "For the user").
#include <string>

#include "host/host_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";

class UserCommandsTransferTest : public HostTest {
 protected:
  UserCommandsTransferTest() : host_(home_.environment()) { EXPECT_EQ(refusal(host_.hello()), ""); }

  json ask(const std::string& command, json fields = json::object()) {
    fields["cmd"] = "ui." + command;
    return host_.ask(std::move(fields));
  }
  json close(const json& opened) { return ask("add.close", {{"session", opened.at("session")}}); }
  json add(std::string_view text, const json& fields = json::object()) {
    const json opened = ask("add", fields);
    EXPECT_EQ(refusal(opened), "");
    EXPECT_EQ(put(host_, opened.at("ticket"), text).status, 204);
    return close(opened);
  }
  json entry(std::string_view text) { return ask("entry", {{"hash", json_of(hash_of(text))}}).at("entry"); }

  NativeHost host_;
};

TEST_F(UserCommandsTransferTest, AFileIsAddedByHandUnderTheHashOfItsBytes) {
  const json added = add("mine");
  ASSERT_EQ(refusal(added), "");
  EXPECT_EQ(added.at("hash"), json_of(hash_of("mine")));
  EXPECT_EQ(added.at("size"), 4);
  EXPECT_EQ(added.at("alreadyStored"), false);
  EXPECT_EQ(added.at("onHashList"), false);
  const json about = entry("mine");
  EXPECT_EQ(about.at("manual"), true);
  EXPECT_TRUE(about.at("storing").empty());
}

TEST_F(UserCommandsTransferTest, AnEmptyFileIsAFile) {
  const json added = close(ask("add"));
  ASSERT_EQ(refusal(added), "");
  EXPECT_EQ(added.at("hash"), json_of(hash_of("")));
}

TEST_F(UserCommandsTransferTest, OnlyWhatIsForEveryoneAndListedIsFoundBySites) {
  put_on_public_hash_list(hash_of("known"));
  add("known");
  EXPECT_FALSE(is_found(host_, "https://b.test", hash_of("known"))) << "it was for the user alone";
  const json again = add("known", {{"origins", "*"}});
  EXPECT_EQ(again.at("alreadyStored"), true);
  EXPECT_EQ(again.at("onHashList"), true);
  EXPECT_TRUE(is_found(host_, kA, hash_of("known")));
  add("unknown", {{"origins", "*"}});
  EXPECT_FALSE(is_found(host_, kA, hash_of("unknown")));
}

TEST_F(UserCommandsTransferTest, NamedSitesFindWhatWasAddedForThem) {
  add("theirs", {{"origins", json::array({kA})}});
  EXPECT_TRUE(is_found(host_, kA, hash_of("theirs")));
  EXPECT_FALSE(is_found(host_, "https://b.test", hash_of("theirs")));
}

TEST_F(UserCommandsTransferTest, WhatIsCancelledLeavesNothing) {
  const json opened = ask("add");
  EXPECT_EQ(put(host_, opened.at("ticket"), "half of it").status, 204);
  EXPECT_EQ(refusal(ask("add.abort", {{"session", opened.at("session")}})), "");
  EXPECT_EQ(put(host_, opened.at("ticket"), "more").status, 403);
  EXPECT_EQ(refusal(close(opened)), "InvalidStateError");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(UserCommandsTransferTest, ASessionOfTheUsersIsNoneOfASites) {
  const json opened = ask("add");
  EXPECT_EQ(refusal(close_write(host_, opened.at("session"))), "InvalidStateError");
  const OpenedWrite write = open_write(host_, create(host_, kA, hash_of("a site's")));
  EXPECT_EQ(refusal(ask("add.close", {{"session", write.session}})), "InvalidStateError");
}

TEST_F(UserCommandsTransferTest, OnlySoManyAreAddedAtOnce) {
  json opened;
  int many = 0;
  for (; many < 100; ++many) {
    json next = ask("add");
    if (!next.at("ok").get<bool>()) {
      EXPECT_EQ(refusal(next), "QuotaExceededError");
      break;
    }
    opened = std::move(next);
  }
  EXPECT_EQ(many, 16);
  EXPECT_EQ(refusal(ask("add.abort", {{"session", opened.at("session")}})), "");
  EXPECT_EQ(refusal(ask("add")), "");
}

TEST_F(UserCommandsTransferTest, ThoseForWhomItIsAreCheckedLikeASites) {
  EXPECT_EQ(refusal(ask("add", {{"origins", 7}})), "TypeError");
  EXPECT_EQ(refusal(ask("add", {{"origins", json::array({"not an address"})}})), "TypeError");
  EXPECT_EQ(refusal(ask("add.close")), "InvalidStateError");
}

TEST_F(UserCommandsTransferTest, AnyEntryCanBeReadByItsUserAndThatIsNoReadOfASites) {
  store_text(host_, kA, "to be saved");
  const json before = entry("to be saved").at("history");
  const json opened = ask("read", {{"hash", json_of(hash_of("to be saved"))}});
  ASSERT_EQ(refusal(opened), "");
  EXPECT_EQ(opened.at("size"), 11);
  EXPECT_EQ(post(host_, opened.at("ticket")).body, "to be saved");
  EXPECT_EQ(entry("to be saved").at("history"), before);
  EXPECT_EQ(refusal(ask("read", {{"hash", json_of(hash_of("nothing"))}})), "NotFoundError");
  EXPECT_EQ(refusal(ask("read")), "TypeError");
}

TEST_F(UserCommandsTransferTest, InAPrivateWindowAFileIsAddedToItsOwnStoreAlone) {
  NativeHost hidden(home_.environment());
  ASSERT_EQ(refusal(hidden.hello_in_private()), "");
  const json opened = hidden.ask({{"cmd", "ui.add"}});
  EXPECT_EQ(put(hidden, opened.at("ticket"), "secret").status, 204);
  EXPECT_EQ(refusal(hidden.ask({{"cmd", "ui.add.close"}, {"session", opened.at("session")}})), "");
  EXPECT_EQ(hidden.ask({{"cmd", "ui.totals"}}).at("entries"), 1);
  EXPECT_EQ(entries(), 0U);
}

}  // namespace
}  // namespace libcos
