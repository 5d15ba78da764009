// Who is served over HTTPS and what the API says (gamestream.md 2).
#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

class AccessLoopback : public HostTest {
 protected:
  // Every path of the HTTPS API answers XML 401 in an HTTP 200.
  void expect_refused_everywhere(const gs::ClientIdentity* identity) {
    const auto hosts = host.v4();
    for (const char* path :
         {"/serverinfo", "/applist", "/appasset", "/launch", "/resume", "/cancel", "/pair",
          "/unpair", "/", "/nonsense", "/launch?appid=1&mode=1x1x1&rikey=00&rikeyid=1",
          "/pair?phrase=pairchallenge&uniqueid=0123456789ABCDEF"}) {
      SCOPED_TRACE(path);
      gs::HttpOptions options;
      options.identity = identity;
      options.pinned = host.certificate_der();
      const auto reply = gs::https_get(hosts.https, path, options);
      ASSERT_TRUE(reply) << reply.error().message();
      EXPECT_EQ(reply->status, 200U);
      const auto xml = gs::parse_xml(*reply);
      ASSERT_TRUE(xml) << xml.error().message();
      EXPECT_EQ(xml->status_code, 401U);
      EXPECT_FALSE(xml->status_message.empty());
    }
    EXPECT_TRUE(host.sessions().empty());
  }
};

TEST_F(AccessLoopback, NoCertificate) {
  expect_refused_everywhere(nullptr);
}

TEST_F(AccessLoopback, StrangersOfEveryKind) {
  const auto& paired = client_identity(0);
  host.admit(paired, "paired");
  {
    SCOPED_TRACE("same subject and serial");
    expect_refused_everywhere(&client_identity(1));
  }
  {
    SCOPED_TRACE("the paired key in another certificate");
    const auto same_key = paired.reissue({.serial = 1});
    expect_refused_everywhere(&same_key);
  }
  {
    SCOPED_TRACE("signed by the paired certificate");
    const auto child = paired.issue_child({.serial = 2});
    expect_refused_everywhere(&child);
  }
}

TEST_F(AccessLoopback, DisabledAndEnabledAgain) {
  const auto client = paired_client();
  EXPECT_TRUE(client->applist()->ok());
  const auto id = *host.device_of(client->identity());
  host.on_control([&] { EXPECT_TRUE(host.allow_list().set_disabled(id, true)); });
  expect_refused_everywhere(&client->identity());
  host.on_control([&] { EXPECT_TRUE(host.allow_list().set_disabled(id, false)); });
  EXPECT_TRUE(client->applist()->ok());
}

TEST_F(AccessLoopback, Expired) {
  const auto client = paired_client(0, {trust::grant::kAll, unix_now() - 1});
  expect_refused_everywhere(&client->identity());
}

TEST_F(AccessLoopback, RevokedStaysOutAfterARestart) {
  const auto client = paired_client();
  EXPECT_TRUE(client->applist()->ok());
  host.revoke(client->identity());
  expect_refused_everywhere(&client->identity());
  host.stop();
  host.start();
  expect_refused_everywhere(&client->identity());
}

TEST_F(AccessLoopback, ServerInfoOverHttp) {
  const GsClient stranger(host.v4(), client_identity(1));
  const auto info = stranger.serverinfo(false);
  ASSERT_TRUE(info) << info.error().message();
  EXPECT_TRUE(info->ok());
  EXPECT_EQ(info->value("appversion"), "7.1.431.-1");
  EXPECT_EQ(info->value("PairStatus"), "0");
  EXPECT_EQ(info->value("currentgame"), "0");
  EXPECT_EQ(info->value("state"), "SUNSHINE_SERVER_FREE");
  EXPECT_EQ(info->value("mac"), "00:00:00:00:00:00");
  EXPECT_EQ(info->value("HttpsPort"), std::to_string(host.v4().https.port));
  EXPECT_EQ(info->value("LocalIP"), "127.0.0.1");
  EXPECT_EQ(info->value("hostname"), "loopback");
  EXPECT_FALSE(info->value("uniqueid").empty());
  EXPECT_FALSE(info->value("GfeVersion").starts_with("2."));
  EXPECT_NE(std::stoul(info->value("ServerCodecModeSupport")) & 1U, 0U);
}

TEST_F(AccessLoopback, HttpAloneStartsNothing) {
  const auto client = paired_client();
  for (const char* path : {"/applist", "/launch", "/resume", "/cancel", "/appasset"}) {
    SCOPED_TRACE(path);
    const auto answer = client->get(path, {{"appid", "1"}}, false);
    if (answer) {
      EXPECT_FALSE(answer->ok());
    }
  }
  EXPECT_TRUE(host.sessions().empty());
}

TEST_F(AccessLoopback, PairedClientSeesTheHost) {
  const auto client = paired_client();
  const auto info = client->serverinfo();
  ASSERT_TRUE(info) << info.error().message();
  EXPECT_EQ(info->value("PairStatus"), "1");
  const auto list = client->applist();
  ASSERT_TRUE(list) << list.error().message();
  ASSERT_FALSE(list->apps.empty());
  for (const auto& app : list->apps) {
    EXPECT_FALSE(app.title.empty());
    EXPECT_GE(app.id, 1U);
    EXPECT_LE(app.id, 2'147'483'647U);
  }
  const auto unknown = client->get("/nonsense");
  ASSERT_TRUE(unknown) << unknown.error().message();
  EXPECT_EQ(unknown->http_status, 200U);
  EXPECT_EQ(unknown->status_code, 404U);
}

TEST_F(AccessLoopback, Tls12) {
  const auto client = paired_client();
  gs::HttpOptions options;
  options.identity = &client->identity();
  options.pinned = host.certificate_der();
  options.tls12_only = true;
  const auto reply = gs::https_get(host.v4().https, "/serverinfo?uniqueid=1", options);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->tls_version, "TLSv1.2");
  EXPECT_EQ(gs::parse_xml(*reply)->value("PairStatus"), "1");
}

TEST_F(AccessLoopback, AnyOldCertificate) {
  const auto& key = client_identity(0);
  const auto old = key.reissue(
      {.serial = 0, .version1 = true, .valid_from_s = -200'000, .valid_for_s = 100'000});
  host.admit(old, "old");
  GsClient client(host.v4(), old);
  EXPECT_TRUE(client.applist()->ok());
}

TEST_F(AccessLoopback, LaunchesThatCannotBe) {
  const auto client = paired_client();
  const auto refused = [&](const std::string& path, const GsLaunch& launch) {
    const auto answer = path == "/launch" ? client->launch(launch) : client->resume(launch);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->http_status, 200U);
    EXPECT_NE(answer->status_code, 200U);
    EXPECT_FALSE(answer->status_message.empty());
  };
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"rikey", ""},
                                                        {"rikey", "00"},
                                                        {"rikey", std::string(32, 'g')},
                                                        {"rikeyid", ""},
                                                        {"rikeyid", "x"},
                                                        {"mode", ""},
                                                        {"mode", "1280x720"},
                                                        {"mode", "0x0x0"},
                                                        {"mode", "99999999999x1x60"},
                                                        {"appid", ""},
                                                        {"appid", "7"}}) {
    SCOPED_TRACE(name + "=" + value);
    GsLaunch launch;
    launch.overrides = {{name, value}};
    refused("/launch", launch);
  }
  {
    SCOPED_TRACE("nothing to resume");
    refused("/resume", {});
  }
  EXPECT_TRUE(host.sessions().empty());
}

}  // namespace
}  // namespace pf::test
