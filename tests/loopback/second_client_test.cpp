// A device wants what another one has: separate, join, steal, refuse, over both protocols.
#include <sys/stat.h>

#include <fstream>

#include "loopback/native_fixture.hpp"

namespace pf::test {
namespace {

using apps::SecondClient;
using gs::StreamState;
using native::wire::CloseCode;
namespace p = gs::input_packet;

// An application that writes a line when it starts and then stays.
class StartDiary {
 public:
  StartDiary() {
    // A host started by root runs applications as somebody else.
    EXPECT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
    std::ofstream(file()).flush();
    EXPECT_EQ(::chmod(file().c_str(), 0666), 0);
  }
  std::vector<std::string> command() const {
    return {"/bin/sh", "-c",
            "echo \"$PUNKTFUNK_MODE $PUNKTFUNK_CLIENT_NAME\" >> " + file() + "; exec sleep 600"};
  }
  std::vector<std::string> lines() const {
    std::ifstream in(file());
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }

 private:
  std::string file() const { return folder_.path() + "/starts"; }
  const TempFolder folder_;
};

class SecondClientLoopback : public NativeHostTest {
 protected:
  static SteadyTime deadline() { return steady_now() + gs::kPatience; }
  static GsLaunch launch_of(std::uint32_t app) {
    GsLaunch launch;
    launch.app_id = app;
    return launch;
  }
  static std::string running(GsClient& client) {
    const auto info = client.serverinfo();
    return info ? info->value("currentgame") : info.error().message();
  }
  static bool closed(GsClient& client) {
    return client.stream().wait_for([](const StreamState& s) { return s.control_closed; });
  }
  // More pictures and sound come from here on.
  static bool goes_on(GsClient& client) {
    const auto now = client.stream().state();
    return client.stream().wait_for([&](const StreamState& s) {
      return s.shown_frames >= now.shown_frames + 10 && s.audio_packets >= now.audio_packets + 10;
    });
  }
  std::optional<session::SessionInfo> session_of(GsClient& client) {
    for (const auto& info : host.sessions())
      if (info.fingerprint == client.identity().fingerprint()) return info;
    return std::nullopt;
  }
  std::uint32_t app(SecondClient policy) {
    return host.add_app(std::string("Game ") + apps::name(policy), diary.command(), policy);
  }
  probe::SessionOptions wanting(std::size_t n, std::uint32_t app) {
    auto o = paired_options(n);
    o.hello.launch = "app:" + std::to_string(app);
    return o;
  }
  StartDiary diary;
};

TEST_F(SecondClientLoopback, SeparateGivesEachAnApplicationOfItsOwn) {
  const auto id = app(SecondClient::Separate);
  const auto one = paired_client(0), two = paired_client(1);
  stream(*one, {}, launch_of(id));
  stream(*two, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one) && wait_for_media(*two));
  EXPECT_TRUE(host.eventually([&] { return diary.lines().size() == 2; }));
  EXPECT_FALSE(session_of(*two)->joined);
  EXPECT_TRUE(two->cancel()->ok());
  EXPECT_TRUE(goes_on(*one));
  expect_clean(*one);
  expect_clean(*two);
}

TEST_F(SecondClientLoopback, JoinShowsTheSamePictureAndOnlyTheOwnerEndsIt) {
  const auto id = app(SecondClient::Join);
  const auto one = paired_client(0);
  const auto two = paired_client(1, {trust::grant::kLaunch, {}});
  stream(*one, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one));
  const auto first = wait_for_input(0, deadline());
  EXPECT_EQ(running(*two), "0") << "what another device has is not this one's to resume";

  GsStreamOptions small;
  small.width = 800;
  small.height = 600;
  small.encrypt_video = small.encrypt_audio = true;
  stream(*two, small, launch_of(id));
  ASSERT_TRUE(wait_for_media(*two));
  EXPECT_EQ(two->stream().state().recent.front().type, 2);
  EXPECT_EQ(session_of(*two)->joined, session_of(*one)->id);
  EXPECT_EQ(running(*two), std::to_string(id));
  EXPECT_EQ(running(*one), std::to_string(id));
  EXPECT_EQ(diary.lines().size(), 1U) << "it runs once";

  // Each with its own rights.
  const auto second = wait_for_input(1, deadline());
  ASSERT_TRUE(first && second);
  two->stream().send_input(p::move(1, 0));
  one->stream().send_input(p::move(0, 1));
  ASSERT_TRUE(first->events.wait_for_count(1, deadline()));
  EXPECT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    return std::any_of(all.begin(), all.end(), [](const session::SessionInfo& info) {
      return info.joined && info.input_refused == 1;
    });
  }));
  EXPECT_TRUE(second->events.snapshot().empty());

  // A guest that quits leaves; the owner quits for everybody.
  EXPECT_TRUE(two->cancel()->ok());
  EXPECT_TRUE(closed(*two));
  EXPECT_EQ(running(*two), "0");
  EXPECT_TRUE(goes_on(*one));
  stream(*two, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*two));
  EXPECT_TRUE(one->cancel()->ok());
  EXPECT_TRUE(closed(*two));
  EXPECT_EQ(two->stream().state().termination, gs::kEndedNormally);
  EXPECT_TRUE(host.wait_for_sessions(0));
  EXPECT_EQ(diary.lines().size(), 1U);
  expect_clean(*one);
  expect_clean(*two);
}

TEST_F(SecondClientLoopback, JoinedStreamsOutliveTheOwnersRevocation) {
  const auto id = app(SecondClient::Join);
  const auto one = paired_client(0), two = paired_client(1);
  stream(*one, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one));
  const auto three = dial(wanting(2, id));
  ASSERT_TRUE(wait_for_native_media(*three));
  stream(*two, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*two));
  host.revoke(one->identity());
  ASSERT_TRUE(closed(*one));
  EXPECT_TRUE(goes_on(*two));
  EXPECT_TRUE(wait_for_native_media(*three, three->statistics().video.clean + 10));
  // The next in line owns it now.
  three->close();
  EXPECT_TRUE(host.wait_for_sessions(0));
  EXPECT_TRUE(closed(*two));
  EXPECT_EQ(diary.lines().size(), 1U);
  expect_no_violations(*three);
}

TEST_F(SecondClientLoopback, StealKeepsTheApplicationForTheNewcomer) {
  const auto id = app(SecondClient::Steal);
  const auto one = paired_client(0), two = paired_client(1);
  stream(*one, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one));
  stream(*two, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*two));
  ASSERT_TRUE(closed(*one));
  EXPECT_EQ(one->stream().state().termination, gs::kEndedNormally);
  EXPECT_TRUE(host.wait_for_sessions(1));
  EXPECT_EQ(running(*one), "0");
  EXPECT_EQ(running(*two), std::to_string(id));
  EXPECT_EQ(diary.lines().size(), 1U) << "the application goes on";
  // Its former owner has nothing to end any more, and may take it back.
  EXPECT_TRUE(one->cancel()->ok());
  EXPECT_TRUE(goes_on(*two));
  const auto resumed = one->resume();
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->status_code, 503U);
  stream(*one, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one));
  EXPECT_TRUE(closed(*two));
  EXPECT_EQ(diary.lines().size(), 1U);
  expect_clean(*one);
  expect_clean(*two);
}

TEST_F(SecondClientLoopback, StealTakesWhatWasLeftBehind) {
  const auto id = app(SecondClient::Steal);
  const auto one = paired_client(0), two = paired_client(1);
  stream(*one, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one));
  one->leave();
  ASSERT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    return all.size() == 1 && all.front().state == session::State::Detached;
  }));
  const auto native = dial(wanting(2, id));
  ASSERT_TRUE(wait_for_native_media(*native));
  EXPECT_TRUE(host.wait_for_sessions(1));
  EXPECT_EQ(running(*one), "0");
  EXPECT_EQ(native->wait_message<native::wire::LaunchOutcome>(kNativePatience)->kind,
            native::wire::LaunchKind::Adopted);
  EXPECT_EQ(diary.lines().size(), 1U);
  // From native to Moonlight, with the typed close.
  stream(*two, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*two));
  const auto ending = native->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, static_cast<std::uint64_t>(CloseCode::Busy));
  EXPECT_NE(ending->reason.find("Another device"), std::string::npos) << ending->reason;
  EXPECT_EQ(diary.lines().size(), 1U);
  expect_clean(*two);
}

TEST_F(SecondClientLoopback, RefuseNamesWhoHasIt) {
  const auto id = app(SecondClient::Refuse);
  const auto one = paired_client(0), two = paired_client(1);
  stream(*one, {}, launch_of(id));
  ASSERT_TRUE(wait_for_media(*one));
  const auto refused = two->launch(launch_of(id));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status_code, 503U);
  EXPECT_NE(refused->status_message.find("device 0"), std::string::npos) << refused->status_message;
  EXPECT_EQ(refused->value("gamesession"), "0");
  const auto native = dial(wanting(2, id));
  const auto ending = native->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, static_cast<std::uint64_t>(CloseCode::Busy));
  EXPECT_NE(ending->reason.find("device 0"), std::string::npos) << ending->reason;
  // Anything else is free.
  stream(*two);
  EXPECT_TRUE(wait_for_media(*two));
  EXPECT_TRUE(goes_on(*one));
  // It is kept for its device while that may come back, and then free.
  one->leave();
  EXPECT_TRUE(two->cancel()->ok());
  EXPECT_EQ(two->launch(launch_of(id))->status_code, 503U);
  EXPECT_TRUE(one->cancel()->ok());
  stream(*two, {}, launch_of(id));
  EXPECT_TRUE(wait_for_media(*two));
  expect_clean(*one);
  expect_clean(*two);
}

TEST_F(SecondClientLoopback, LaunchWhileLaunching) {
  for (const auto policy : {SecondClient::Separate, SecondClient::Join, SecondClient::Steal}) {
    SCOPED_TRACE(apps::name(policy));
    const auto id = app(policy);
    const auto one = paired_client(0), two = paired_client(1);
    // The first has its answer and is not there yet; then it asks once more.
    ASSERT_TRUE(one->launch(launch_of(id))->ok());
    ASSERT_TRUE(two->launch(launch_of(id))->ok());
    if (policy == SecondClient::Steal) {
      EXPECT_TRUE(host.wait_for_sessions(1));
      EXPECT_FALSE(one->start()) << "its place is taken";
    } else {
      ASSERT_TRUE(one->launch(launch_of(id))->ok()) << "its own earlier launch is no obstacle";
      const auto started = one->start();
      ASSERT_TRUE(started) << started.error().message();
      EXPECT_TRUE(wait_for_media(*one));
    }
    const auto started = two->start();
    ASSERT_TRUE(started) << started.error().message();
    EXPECT_TRUE(wait_for_media(*two));
    expect_clean(*two);
    EXPECT_TRUE(one->cancel()->ok());
    EXPECT_TRUE(two->cancel()->ok());
    ASSERT_TRUE(host.wait_for_sessions(0));
  }
}

// The host's setting is about whoever streams anything.
TEST(SecondClientOfTheHost, StealEndsTheOtherStreamAndKeepsItsApplication) {
  TestHost::Options options;
  options.second_client = SecondClient::Steal;
  TestHost host(options);
  GsClient one(host.v4(), client_identity(0)), two(host.v4(), client_identity(1));
  StartDiary diary;
  GsLaunch game;
  game.app_id = host.add_app("Game", diary.command());
  for (auto* client : {&one, &two}) {
    host.admit(client->identity(), client == &one ? "one" : "two");
    client->pin_host(host.certificate_der());
  }
  ASSERT_TRUE(one.launch(game)->ok());
  ASSERT_TRUE(one.start());
  ASSERT_TRUE(wait_for_media(one));
  ASSERT_TRUE(two.launch()->ok());  // the Desktop
  ASSERT_TRUE(two.start());
  ASSERT_TRUE(wait_for_media(two));
  ASSERT_TRUE(one.stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_EQ(one.serverinfo()->value("currentgame"), std::to_string(game.app_id));
  ASSERT_TRUE(two.cancel()->ok());
  ASSERT_TRUE(one.resume()->ok());
  ASSERT_TRUE(one.start());
  EXPECT_TRUE(wait_for_media(one));
  EXPECT_EQ(diary.lines().size(), 1U);
}

}  // namespace
}  // namespace pf::test
