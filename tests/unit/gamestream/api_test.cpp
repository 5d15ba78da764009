#include "gamestream/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "store/database.hpp"
#include "support/client_certificate.hpp"
#include "support/fakes.hpp"
#include "support/temp_folder.hpp"

namespace pf::gamestream {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using ExchangePtr = std::shared_ptr<test::FakeExchange>;

constexpr const char* kKey = "000102030405060708090a0b0c0d0e0f";

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    database_ = std::move(*store::Database::open(folder_.path() + "/db"));
    list_ = std::move(*trust::AllowList::open(*database_, executor_));
    catalogue_ = std::make_unique<apps::Catalogue>(*apps::Catalogue::open(*database_));
    apps::App game;
    game.title = "Game";
    game.command = {"/bin/true"};
    game_ = catalogue_->add(game)->id;
    for (const auto& app : catalogue_->apps())
      if (app.title == apps::kDesktopTitle) desktop_ = app.id;
    api_ = std::make_unique<Api>(
        ApiConfig{"test host", "uuid", 47989, 47984, 48010, ""},
        ApiDeps{executor_, *list_, desk_, manager_, *catalogue_, host(), [] { return 0x301U; },
                [this](const TicketPtr& ticket) {
                  answered_before_launch_ = last_ && last_->answered();
                  tickets_.push_back(ticket);
                },
                [this](session::SessionId id) { withdrawn_.push_back(id); },
                [](const net::Endpoint&) { return std::string("02:00:00:00:00:01"); }});
  }
  static const crypto::Identity& host() {
    static const auto identity = *crypto::Identity::generate("host");
    return identity;
  }
  static const crypto::Certificate& mine() {
    static const auto identity = test::make_client_identity();
    return identity.certificate();
  }
  static const crypto::Certificate& theirs() {
    static const auto identity = test::make_client_identity({.serial = 5});
    return identity.certificate();
  }
  trust::DeviceId approve(const crypto::Certificate& certificate,
                          trust::Plane plane = trust::Plane::GameStream) {
    return (*list_->approve({certificate.fingerprint(), plane, "tv", "192.168.1.5"}))->id;
  }

  ExchangePtr request(std::string path, http::Fields query, const crypto::Certificate* who,
                      bool tls, const std::string& local = "192.168.1.10") {
    http::Request made;
    made.method = "GET";
    made.path = std::move(path);
    made.query = std::move(query);
    made.remote = *net::Endpoint::parse("192.168.1.5", 50'000);
    made.local = *net::Endpoint::parse(local, tls ? 47984 : 47989);
    made.tls = tls;
    if (who != nullptr) made.peer_certificate = std::make_shared<const crypto::Certificate>(*who);
    last_ = std::make_shared<test::FakeExchange>(std::move(made));
    if (tls)
      api_->handle_tls(last_);
    else
      api_->handle_plain(last_);
    return last_;
  }
  std::string plain(const std::string& path, http::Fields query = {}) {
    return request(path, std::move(query), nullptr, false)->body();
  }
  std::string tls(const std::string& path, http::Fields query = {},
                  const crypto::Certificate* who = &mine()) {
    const auto exchange = request(path, std::move(query), who, true);
    if (exchange->answered()) {
      EXPECT_EQ(exchange->response().status, 200U);
    }
    return exchange->body();
  }
  static http::Fields launch_query(std::uint32_t app, const char* corever = "1") {
    return {{"appid", std::to_string(app)},
            {"mode", "1920x1080x60"},
            {"rikey", kKey},
            {"rikeyid", "-1"},
            {"corever", corever},
            {"localAudioPlayMode", "1"}};
  }

  test::TempFolder folder_;
  test::FakeExecutor executor_;
  test::FakeManager manager_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<trust::AllowList> list_;
  std::unique_ptr<apps::Catalogue> catalogue_;
  trust::PairingDesk desk_{executor_};
  std::unique_ptr<Api> api_;
  std::vector<TicketPtr> tickets_;
  std::vector<session::SessionId> withdrawn_;
  ExchangePtr last_;
  bool answered_before_launch_ = false;
  std::uint32_t game_ = 0;
  std::uint32_t desktop_ = 0;
};

TEST_F(ApiTest, StrangersGet401OnEveryPathOverTls) {
  approve(theirs(),
          trust::Plane::Native);  // a certificate of the other protocol is a stranger here
  for (const auto* path : {"/serverinfo", "/applist", "/appasset", "/launch", "/resume", "/cancel",
                           "/pair", "/unpair", "/nothing", "/"})
    for (const auto* who : {static_cast<const crypto::Certificate*>(nullptr), &mine(), &theirs()})
      EXPECT_EQ(tls(path, launch_query(desktop_), who),
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root status_code=\"401\" query=\"" +
                    std::string(path) +
                    "\" status_message=\"The client is not authorized. Certificate verification "
                    "failed.\"/>");
  EXPECT_TRUE(manager_.sessions.empty());
  EXPECT_EQ(manager_.expected, 0U);
}

TEST_F(ApiTest, DisabledAndExpiredDevicesAreStrangers) {
  const auto id = approve(mine());
  EXPECT_THAT(tls("/serverinfo"), HasSubstr("<PairStatus>1</PairStatus>"));
  ASSERT_TRUE(list_->set_disabled(id, true));
  EXPECT_THAT(tls("/serverinfo"), HasSubstr("status_code=\"401\""));
  ASSERT_TRUE(list_->set_disabled(id, false));
  ASSERT_TRUE(list_->set_access(id, {trust::grant::kAll, unix_now() - 1}));
  EXPECT_THAT(tls("/applist"), HasSubstr("status_code=\"401\""));
  ASSERT_TRUE(list_->set_access(id, {}));
  EXPECT_THAT(tls("/applist"), HasSubstr("status_code=\"200\""));
  ASSERT_TRUE(list_->revoke(id));
  EXPECT_THAT(tls("/applist"), HasSubstr("status_code=\"401\""));
}

TEST_F(ApiTest, PlainListenerTellsNobodyAnything) {
  approve(mine());
  tls("/launch", launch_query(game_));
  const auto info = plain("/serverinfo");
  EXPECT_THAT(info, HasSubstr("<PairStatus>0</PairStatus><currentgame>0</currentgame>"
                              "<state>SUNSHINE_SERVER_FREE</state>"));
  EXPECT_THAT(info, HasSubstr("<mac>00:00:00:00:00:00</mac>"));
  EXPECT_THAT(info, HasSubstr("<uniqueid>uuid</uniqueid>"));
  for (const auto* path : {"/applist", "/appasset", "/launch", "/resume", "/cancel"})
    EXPECT_THAT(plain(path, launch_query(desktop_)), HasSubstr("status_code=\"401\""));
  EXPECT_EQ(plain("/favicon.ico"),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root status_code=\"404\"/>");
  EXPECT_EQ(manager_.ended.size(), 0U);
}

TEST_F(ApiTest, PairChallengeNeedsAListedCertificateOverTls) {
  const http::Fields challenge{{"phrase", "pairchallenge"}, {"uniqueid", "0123456789ABCDEF"}};
  EXPECT_THAT(plain("/pair", challenge), HasSubstr("<paired>0</paired>"));
  EXPECT_THAT(tls("/pair", challenge), HasSubstr("status_code=\"401\""));
  approve(mine());
  EXPECT_THAT(tls("/pair", challenge), HasSubstr("status_code=\"200\"><paired>1</paired>"));
}

TEST_F(ApiTest, UnpairEndsAWaitingPairingAndNothingElse) {
  approve(mine());
  const auto identity = test::make_client_identity();
  const auto waiting = request("/pair",
                               {{"phrase", "getservercert"},
                                {"salt", std::string(32, '0')},
                                {"clientcert", to_hex(as_bytes(identity.certificate_pem()))},
                                {"uniqueid", "0123456789ABCDEF"}},
                               nullptr, false);
  EXPECT_FALSE(waiting->answered());
  EXPECT_EQ(desk_.pending().size(), 1U);
  EXPECT_THAT(plain("/unpair"), HasSubstr("status_code=\"200\""));
  EXPECT_TRUE(waiting->answered());
  EXPECT_TRUE(desk_.pending().empty());
  EXPECT_TRUE(list_->find(mine().fingerprint()));
}

TEST_F(ApiTest, ListsApplicationsAndTheirPictures) {
  approve(mine());
  const auto xml = tls("/applist");
  EXPECT_THAT(xml, HasSubstr("<AppTitle>Desktop</AppTitle><ID>" + std::to_string(desktop_)));
  EXPECT_THAT(xml, HasSubstr("<AppTitle>Game</AppTitle>"));
  EXPECT_EQ(manager_.expected, 1U);
  const auto art =
      request("/appasset", {{"appid", std::to_string(game_)}, {"AssetType", "2"}}, &mine(), true);
  EXPECT_EQ(art->response().content_type, "image/png");
  EXPECT_THAT(art->response().body, StartsWith("\x89PNG"));
  for (const auto* id : {"1", "x", ""})
    EXPECT_EQ(request("/appasset", {{"appid", id}}, &mine(), true)->response().status, 404U);
}

TEST_F(ApiTest, AHiddenApplicationIsInTheListOnlyOfWhoRunsIt) {
  approve(mine());
  auto game = *catalogue_->find(game_);
  game.hidden = true;
  ASSERT_TRUE(catalogue_->change(game));
  EXPECT_THAT(tls("/applist"), testing::Not(HasSubstr("Game")));
  // A shortcut that the client kept still works, and the client finds its way back.
  EXPECT_THAT(tls("/launch", launch_query(game_)), HasSubstr("status_code=\"200\""));
  EXPECT_THAT(tls("/applist"), HasSubstr("<AppTitle>Game</AppTitle>"));
}

TEST_F(ApiTest, LaunchesAndRegistersTheTicketBeforeTheAnswer) {
  const auto device = approve(mine());
  const auto xml = tls("/launch", launch_query(game_));
  EXPECT_THAT(xml, HasSubstr("status_code=\"200\"><sessionUrl0>rtspenc://192.168.1.10:48010"
                             "</sessionUrl0><gamesession>1</gamesession></root>"));
  ASSERT_EQ(tickets_.size(), 1U);
  EXPECT_FALSE(answered_before_launch_);
  const auto& ticket = *tickets_.front();
  EXPECT_EQ(to_hex(ticket.rikey), kKey);
  EXPECT_EQ(ticket.rikeyid, 0xFFFFFFFFU);
  EXPECT_EQ(ticket.ping_payload.size(), 16U);
  EXPECT_TRUE(ticket.encrypted_rtsp);
  EXPECT_TRUE(ticket.host_audio);
  EXPECT_EQ(ticket.lease->device(), device);
  EXPECT_EQ(ticket.client.address(), "192.168.1.5");
  ASSERT_EQ(manager_.launches.size(), 1U);
  EXPECT_EQ(manager_.launches.front().app.title, "Game");
  EXPECT_EQ(manager_.launches.front().mode, (media::Mode{1920, 1080, {60, 1}}));
  const auto info = tls("/serverinfo");
  EXPECT_THAT(info, HasSubstr("<currentgame>" + std::to_string(game_) +
                              "</currentgame>"
                              "<state>SUNSHINE_SERVER_BUSY</state>"));
  EXPECT_THAT(info, HasSubstr("<mac>02:00:00:00:00:01</mac>"));
}

TEST_F(ApiTest, SessionUrlFollowsSchemeAndFamily) {
  approve(mine());
  const auto url = [&](const char* corever, const std::string& local) {
    manager_.sessions.clear();
    return request("/launch", launch_query(game_, corever), &mine(), true, local)->body();
  };
  EXPECT_THAT(url("0", "192.168.1.10"), HasSubstr(">rtsp://192.168.1.10:48010<"));
  EXPECT_THAT(url("1", "2001:db8::7"), HasSubstr(">rtspenc://[2001:db8::7]:48010<"));
  EXPECT_THAT(url("1", "fe80::1%1"), HasSubstr(">rtspenc://[fe80::1]:48010<"));
}

TEST_F(ApiTest, EachLaunchHasItsOwnRandomValues) {
  approve(mine());
  tls("/launch", launch_query(game_));
  manager_.sessions.begin()->second.state = session::State::Live;
  tls("/resume", launch_query(game_));
  ASSERT_EQ(tickets_.size(), 2U);
  EXPECT_NE(tickets_[0]->ping_payload, tickets_[1]->ping_payload);
  EXPECT_NE(tickets_[0]->connect_data, tickets_[1]->connect_data);
}

TEST_F(ApiTest, RefusesMalformedLaunches) {
  approve(mine());
  for (const auto* missing : {"appid", "mode", "rikey", "rikeyid"}) {
    auto query = launch_query(game_);
    std::erase_if(query, [&](const auto& field) { return field.first == missing; });
    EXPECT_THAT(tls("/launch", query), HasSubstr("status_code=\"400\"")) << missing;
    EXPECT_THAT(last_->body(), HasSubstr("<gamesession>0</gamesession>"));
  }
  EXPECT_THAT(tls("/launch", launch_query(12345)), HasSubstr("status_code=\"404\""));
  EXPECT_TRUE(tickets_.empty());
  EXPECT_TRUE(manager_.sessions.empty());
}

TEST_F(ApiTest, NeedsTheLaunchGrant) {
  const auto id = approve(mine());
  ASSERT_TRUE(list_->set_access(id, {trust::grant::kPresetController, {}}));
  EXPECT_THAT(tls("/launch", launch_query(game_)),
              AllOf(HasSubstr("status_code=\"403\""), HasSubstr("<gamesession>0</gamesession>")));
  EXPECT_THAT(tls("/resume", launch_query(game_)), HasSubstr("<resume>0</resume>"));
  EXPECT_THAT(tls("/applist"), HasSubstr("status_code=\"200\""));
}

// What runs already is neither taken up again nor ended by a device that may not start it.
TEST_F(ApiTest, AGameIsNoLongerItsClientsOnceLaunchIsTakenAway) {
  const auto id = approve(mine());
  tls("/launch", launch_query(game_));
  manager_.detach(1);
  ASSERT_TRUE(list_->set_access(id, {trust::grant::kPresetController, {}}));
  EXPECT_THAT(tls("/resume", launch_query(game_)),
              AllOf(HasSubstr("status_code=\"403\""), HasSubstr("<resume>0</resume>")));
  EXPECT_THAT(tls("/cancel"), HasSubstr("<cancel>0</cancel>"));
  EXPECT_EQ(manager_.sessions.size(), 1U);
}

// A connect that names no game needs no grant, and Moonlight has to name one: the Desktop.
TEST_F(ApiTest, TheDesktopNeedsNoLaunchGrant) {
  const auto id = approve(mine());
  ASSERT_TRUE(list_->set_access(id, {trust::grant::kPresetView, {}}));
  EXPECT_THAT(tls("/launch", launch_query(desktop_)), HasSubstr("<gamesession>1</gamesession>"));
  manager_.detach(1);
  EXPECT_THAT(tls("/resume", launch_query(desktop_)), HasSubstr("<resume>1</resume>"));
  EXPECT_THAT(tls("/cancel"), HasSubstr("<cancel>1</cancel>"));
  ASSERT_TRUE(list_->set_access(id, {trust::grant::kPresetView, unix_now() - 1}));
  EXPECT_THAT(tls("/launch", launch_query(desktop_)), HasSubstr("status_code=\"401\""));
}

TEST_F(ApiTest, AMergedDeviceStillFindsItsOwnSession) {
  const auto id = approve(mine());
  ASSERT_TRUE(list_->merge(id, approve(theirs(), trust::Plane::Native)));
  session::SessionInfo native;
  native.id = 1;
  native.plane = trust::Plane::Native;
  native.device = id;
  native.fingerprint = theirs().fingerprint();
  native.state = session::State::Detached;
  manager_.sessions[1] = native;
  EXPECT_THAT(tls("/serverinfo"), HasSubstr("<currentgame>0<"));
  EXPECT_THAT(tls("/resume", launch_query(game_)), HasSubstr("No running app to resume"));
}

TEST_F(ApiTest, RemembersWhatTheClientIs) {
  const auto id = approve(mine());
  tls("/serverinfo");
  EXPECT_EQ(list_->snapshot()->devices.at(id)->client.kind, "Moonlight");
}

TEST_F(ApiTest, LaunchWhileRunningIsRefused) {
  approve(mine());
  tls("/launch", launch_query(game_));
  for (const auto state : {session::State::Live, session::State::Detached}) {
    manager_.sessions.begin()->second.state = state;
    for (const auto app : {game_, desktop_}) {
      const auto xml = tls("/launch", launch_query(app));
      EXPECT_THAT(xml, HasSubstr("status_code=\"400\""));
      EXPECT_THAT(xml, HasSubstr("An app is already running on this host"));
    }
  }
  EXPECT_EQ(tickets_.size(), 1U);
}

TEST_F(ApiTest, AReservationThatNobodyUsedIsReplaced) {
  approve(mine());
  tls("/launch", launch_query(game_));
  manager_.slow_end = true;
  tls("/launch", launch_query(desktop_));
  EXPECT_FALSE(last_->answered());
  EXPECT_EQ(withdrawn_, std::vector<session::SessionId>{1});
  manager_.finish_endings();
  EXPECT_THAT(last_->body(), HasSubstr("<gamesession>1</gamesession>"));
  ASSERT_EQ(manager_.ended.size(), 1U);
  EXPECT_EQ(manager_.ended.front().second, session::EndReason::Replaced);
  EXPECT_EQ(manager_.sessions.begin()->second.app_title, "Desktop");
}

TEST_F(ApiTest, OtherDevicesSeeAFreeHost) {
  approve(mine());
  approve(theirs());
  tls("/launch", launch_query(game_));
  EXPECT_THAT(tls("/serverinfo", {}, &theirs()),
              HasSubstr("<currentgame>0</currentgame><state>SUNSHINE_SERVER_FREE</state>"));
  EXPECT_THAT(tls("/resume", launch_query(game_), &theirs()),
              HasSubstr("No running app to resume"));
  EXPECT_THAT(tls("/cancel", {}, &theirs()), HasSubstr("<cancel>1</cancel>"));
  EXPECT_EQ(manager_.sessions.size(), 1U);
  EXPECT_THAT(tls("/launch", launch_query(game_), &theirs()), HasSubstr("<gamesession>1<"));
  EXPECT_EQ(manager_.sessions.size(), 2U);
}

TEST_F(ApiTest, ResumesWithNewKeysAndRemembersHostAudio) {
  approve(mine());
  tls("/launch", launch_query(game_));
  manager_.detach(1);
  auto query = launch_query(game_);
  query[1].second = "1280x720x30";
  query[2].second = std::string(32, 'a');
  query.pop_back();  // localAudioPlayMode
  EXPECT_THAT(tls("/resume", query),
              HasSubstr("<sessionUrl0>rtspenc://192.168.1.10:48010</sessionUrl0>"
                        "<resume>1</resume>"));
  ASSERT_EQ(tickets_.size(), 2U);
  EXPECT_EQ(to_hex(tickets_[1]->rikey), std::string(32, 'a'));
  EXPECT_TRUE(tickets_[1]->host_audio);
  EXPECT_FALSE(tickets_[1]->hdr);
  EXPECT_EQ(tickets_[1]->session, 1U);
  EXPECT_EQ(manager_.sessions.at(1).mode, (media::Mode{1280, 720, {30, 1}}));
  EXPECT_EQ(manager_.resumes, 1U);
}

TEST_F(ApiTest, AResumeThatDoesNotNameHdrGetsWhatTheLaunchGot) {
  approve(mine());
  auto query = launch_query(game_);
  query.emplace_back("hdrMode", "1");
  tls("/launch", query);
  manager_.detach(1);
  query.pop_back();
  tls("/resume", query);
  ASSERT_EQ(tickets_.size(), 2U);
  EXPECT_TRUE(tickets_[0]->hdr);
  EXPECT_TRUE(tickets_[1]->hdr);
}

TEST_F(ApiTest, ResumeWithoutASessionFails) {
  approve(mine());
  const auto xml = tls("/resume", launch_query(game_));
  EXPECT_THAT(xml, HasSubstr("status_code=\"503\""));
  EXPECT_THAT(xml, HasSubstr("<resume>0</resume>"));
}

TEST_F(ApiTest, CancelAnswersWhenEverythingIsGone) {
  approve(mine());
  tls("/launch", launch_query(game_));
  manager_.slow_end = true;
  tls("/cancel");
  const auto cancelled = last_;
  EXPECT_FALSE(cancelled->answered());
  EXPECT_EQ(manager_.ended.front().second, session::EndReason::ClientQuit);
  EXPECT_EQ(withdrawn_, std::vector<session::SessionId>{1});
  // Ending counts as free already; the answer waits all the same.
  EXPECT_THAT(tls("/serverinfo"), HasSubstr("SUNSHINE_SERVER_FREE"));
  manager_.finish_endings();
  EXPECT_THAT(cancelled->body(), HasSubstr("status_code=\"200\"><cancel>1</cancel>"));
  EXPECT_THAT(tls("/cancel"), HasSubstr("<cancel>1</cancel>"));  // nothing to do
}

TEST_F(ApiTest, TellsWhyTheHostRefuses) {
  approve(mine());
  for (const auto& [errc, status] :
       {std::pair{session::Errc::LimitReached, "503"}, std::pair{session::Errc::Unavailable, "503"},
        std::pair{session::Errc::LeaseEnded, "403"}}) {
    manager_.refuse = errc;
    const auto xml = tls("/launch", launch_query(game_));
    EXPECT_THAT(xml, HasSubstr("status_code=\"" + std::string(status) + "\""));
    EXPECT_THAT(xml, HasSubstr("status_message="));
    EXPECT_THAT(xml, HasSubstr("<gamesession>0</gamesession>"));
  }
}

TEST_F(ApiTest, ANativeSessionOfTheDeviceIsNotShownButBlocks) {
  approve(mine());
  tls("/launch", launch_query(game_));
  manager_.sessions.begin()->second.plane = trust::Plane::Native;
  manager_.sessions.begin()->second.state = session::State::Live;
  EXPECT_THAT(tls("/serverinfo"), HasSubstr("SUNSHINE_SERVER_FREE"));
  EXPECT_THAT(tls("/launch", launch_query(game_)), HasSubstr("status_code=\"400\""));
}

TEST_F(ApiTest, RemembersWhenADeviceWasSeen) {
  const auto id = approve(mine());
  tls("/serverinfo");
  EXPECT_TRUE(list_->snapshot()->devices.at(id)->last_seen_unix);
  EXPECT_EQ(list_->live_leases(id), 0U);  // a poll holds nothing
}

TEST_F(ApiTest, LeavesNoWhiteSpaceBetweenElements) {
  approve(mine());
  for (const auto* path : {"/serverinfo", "/applist", "/pair", "/cancel"}) {
    const auto xml = tls(path);
    const auto root = xml.substr(xml.find("<root"));
    EXPECT_THAT(root, Not(testing::ContainsRegex(">[ \n\t]+<")));
  }
}

}  // namespace
}  // namespace pf::gamestream
