// What a user sees of the administrator's policy. The commands run within the test: no program that a user starts
// lets itself be told of another policy.
#include "cli/cli.h"
#include "host/cli_fixture.h"
#include "host/small_machine.h"

namespace libcos {
namespace {

class AdministratorCliTest : public CliTest {
 protected:
  AdministratorCliTest() {
    file("policy.json",
         R"({"settings": {"budget.percent": 10, "disk.reserve": "0"}, "sites": {"blocked": ["a.test"]}})");
  }
  struct Done {
    int code;
    std::string out;
    std::string err;
  };
  [[nodiscard]] Done under_policy(std::vector<const char*> arguments) const {
    arguments.insert(arguments.begin(), "cos");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code =
        cli::run_cli(static_cast<int>(arguments.size()), arguments.data(), {home_.store(), {}, path("policy.json")});
    std::string out = testing::internal::GetCapturedStdout();
    return {code, std::move(out), testing::internal::GetCapturedStderr()};
  }
};

TEST_F(AdministratorCliTest, ConfigSaysWhatIsSetByTheAdministrator) {
  const Done listed = under_policy({"config", "list"});
  EXPECT_EQ(listed.code, 0);
  EXPECT_TRUE(mentions(listed.out, "Set by your administrator. Share of the disk's capacity")) << listed.out;
  EXPECT_FALSE(mentions(listed.out, "Set by your administrator. Largest file"));
  const json all = json::parse(under_policy({"config", "list", "--json"}).out);
  for (const json& one : all) {
    const bool decided = one.at("key") == "budget.percent" || one.at("key") == "disk.reserve";
    EXPECT_EQ(one.at("administered"), decided) << one;
  }
  EXPECT_EQ(under_policy({"config", "get", "budget.percent"}).out, "10\n");
}

TEST_F(AdministratorCliTest, WhatIsSetCannotBeChanged) {
  const Done refused = under_policy({"config", "set", "budget.percent", "60"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "budget.percent is set by your administrator")) << refused.err;
  EXPECT_TRUE(mentions(refused.err, path("policy.json").string())) << refused.err;
  EXPECT_EQ(under_policy({"config", "get", "budget.percent"}).out, "10\n");
  EXPECT_EQ(under_policy({"config", "set", "write.limit", "1GiB"}).code, 0);
}

TEST_F(AdministratorCliTest, DoctorAndWhyTellOfIt) {
  EXPECT_TRUE(mentions(under_policy({"doctor"}).out, "2 settings are set by your administrator"));
  const std::string hash = add("text");
  const Done why = under_policy({"why", hash.c_str(), "--origin", "https://www.a.test"});
  EXPECT_TRUE(mentions(why.out, "administrator of this machine does not let this site")) << why.out;
}

TEST_F(AdministratorCliTest, APolicyThatIsNotUnderstoodIsWhatDoctorTells) {
  file("policy.json", "{");
  const Done told = under_policy({"doctor"});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(mentions(told.out, "The administrator's policy in")) << told.out;
  EXPECT_EQ(under_policy({"ls"}).code, 1);
}

TEST_F(AdministratorCliTest, TheMachinesPolicyBindsTheExecutableWhateverTheUserSays) {
  const SmallMachine machine(path("disk"), path("ready"), home_.environment());
  if (!machine.obstacle().empty()) {
    GTEST_SKIP() << machine.obstacle();
  }
  ASSERT_EQ(machine
                .shell("mount -t tmpfs none /etc && mkdir /etc/cos && cp '" + path("policy.json").string() +
                       "' /etc/cos/policy.json")
                .code,
            0);
  for (const char* said : {"", "export COS_HOME=/tmp/another-store-$$ HOME=/nowhere; ",
                           "export XDG_CONFIG_HOME=/nowhere XDG_CONFIG_DIRS=/nowhere COS_POLICY=/dev/null; "}) {
    const Finished refused = machine.shell(std::string(said) +
                                           "cos config set budget.percent 60; code=$?; "
                                           "case $COS_HOME in /tmp/another*) rm -rf \"$COS_HOME\";; esac; exit $code");
    EXPECT_EQ(refused.code, 1) << said;
    EXPECT_TRUE(mentions(refused.err, "set by your administrator")) << said << refused.err;
  }
  EXPECT_TRUE(mentions(machine.shell("cos config list").out, "Set by your administrator."));
}

TEST_F(AdministratorCliTest, DoctorTellsOfAPolicyThatCannotBeUsedBeforeThereIsAStore) {
  file("policy.json", R"({"settings": {"budget.percnt": 20}})");
  std::filesystem::remove_all(home_.store());
  const Done doctor = under_policy({"doctor"});
  EXPECT_EQ(doctor.code, 1);
  EXPECT_TRUE(mentions(doctor.out, "budget.percnt")) << doctor.out;
}

TEST_F(AdministratorCliTest, DoctorTellsThatSitesAreRestricted) {
  file("policy.json", R"({"sites": {"allowed": ["example.com"]}})");
  (void)add("text");
  EXPECT_TRUE(mentions(under_policy({"doctor"}).out, "dministrator"));
}

}  // namespace
}  // namespace libcos
