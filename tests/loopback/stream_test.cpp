// Streams from launch to goodbye: plain, encrypted, old clients, loss, IPv6, coming back, quitting.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

using gs::StreamState;

class StreamLoopback : public HostTest {
 protected:
  void expect_running_app(const GsClient& client, bool running) {
    const auto info = client.serverinfo();
    ASSERT_TRUE(info) << info.error().message();
    EXPECT_EQ(info->value("currentgame") != "0", running);
    EXPECT_EQ(info->value("state").ends_with("_SERVER_BUSY"), running);
  }
  void play_and_leave(const GsStreamOptions& options, const GsLaunch& launch = {}) {
    const auto client = paired_client();
    stream(*client, options, launch);
    if (HasFatalFailure()) return;
    ASSERT_TRUE(wait_for_media(*client));
    const auto state = client->stream().state();
    EXPECT_EQ(state.lost_frames, 0U);
    EXPECT_EQ(state.audio_lost, 0U);
    EXPECT_GT(state.audio_peak, 0.1F) << "the tone is missing";
    EXPECT_EQ(state.recent.front().type, 2) << "the first frame is an IDR";
    EXPECT_EQ(state.recent.front().index, 1U);
    expect_true_pictures(state);
    expect_clean(*client);
    client->leave();
  }
};

TEST_F(StreamLoopback, Plain) {
  GsStreamOptions options;
  GsLaunch launch;
  launch.corever = false;
  play_and_leave(options, launch);
}

TEST_F(StreamLoopback, FullyEncrypted) {
  const auto client = paired_client();
  GsStreamOptions options;
  options.encrypt_video = options.encrypt_audio = true;
  stream(*client, options);
  EXPECT_TRUE(client->rtsp_encrypted());
  ASSERT_TRUE(wait_for_media(*client));
  expect_true_pictures(client->stream().state());
  expect_clean(*client);
  client->leave();
}

TEST_F(StreamLoopback, ClientsFromBefore2024) {
  GsStreamOptions options;
  options.encrypt_control_v2 = false;
  options.legacy_ping = true;
  GsLaunch launch;
  launch.corever = false;
  play_and_leave(options, launch);
}

// gamestream.md 5.5: plaintext control, sealed input, frames of one FEC block, two PLAYs.
TEST_F(StreamLoopback, ClientsFromBeforeApril2021) {
  const auto client = paired_client();
  GsStreamOptions options;
  options.legacy_control = true;
  GsLaunch launch;
  launch.corever = false;
  stream(*client, options, launch);
  ASSERT_TRUE(wait_for_media(*client));
  const auto input = wait_for_input(0, steady_now() + gs::kPatience);
  ASSERT_TRUE(input);
  // Long packets move the IV, short ones do not.
  client->stream().send_input(gs::input_packet::move(5, -3));
  client->stream().send_input(gs::input_packet::key(0x41, true));
  client->stream().send_input(gs::input_packet::pad(0, 1, {}));
  client->stream().send_input(gs::input_packet::move(7, 1));
  ASSERT_TRUE(input->events.wait_for(
      [](const auto& entries) {
        return std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
          const auto* motion = std::get_if<input::PointerMotion>(&entry.event);
          return motion != nullptr && motion->dx == 7;
        });
      },
      steady_now() + gs::kPatience));
  // These clients can ask for a picture only by naming 32 lost frames.
  const auto before = client->stream().state().idr_frames;
  client->stream().request_idr();
  EXPECT_TRUE(
      client->stream().wait_for([&](const StreamState& s) { return s.idr_frames > before; }));
  EXPECT_TRUE(input->send_feedback(input::Rumble{0, 0x8000, 0x4000}));
  EXPECT_TRUE(client->stream().wait_for([](const StreamState& s) {
    return std::any_of(s.messages.begin(), s.messages.end(), [](const auto& m) {
      return m.type == gs::control_type::kRumble && m.payload.size() == 10;
    });
  }));
  expect_true_pictures(client->stream().state());
  expect_clean(*client);
  EXPECT_TRUE(client->cancel()->ok());
  EXPECT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_EQ(client->stream().state().termination, 0x0100U);
}

TEST_F(StreamLoopback, OldClientsAreRefusedWhereEncryptionIsRequired) {
  gamestream::StreamPolicy policy;
  policy.encryption_lan = gamestream::policy_of(gamestream::Encryption::Required);
  host.set_policy(policy);
  const auto client = paired_client();
  GsStreamOptions options;
  options.legacy_control = true;
  GsLaunch launch;
  launch.corever = false;
  const auto launched = client->launch(launch);
  ASSERT_TRUE(launched && launched->ok());
  const auto refused = client->start(options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("403"), std::string::npos) << refused.error().message();
  // A client that can is served.
  const auto able = paired_client(1);
  stream(*able);
  ASSERT_TRUE(wait_for_media(*able));
  expect_clean(*able);
}

TEST_F(StreamLoopback, AudioOfTenMilliseconds) {
  GsStreamOptions options;
  options.audio_ms = 10;
  options.encrypt_audio = true;
  play_and_leave(options);
}

TEST_F(StreamLoopback, SmallPacketsHighRate) {
  GsStreamOptions options;
  options.packet_size = 1024;
  options.fps = 120;
  options.bitrate_kbps = 8'000;
  GsLaunch launch;
  launch.mode = "1280x720x120";
  play_and_leave(options, launch);
}

// Frames of several FEC blocks.
TEST_F(StreamLoopback, BigFrames) {
  GsStreamOptions options;
  options.packet_size = 1024;
  options.fps = 10;
  options.bitrate_kbps = 60'000;
  options.encrypt_video = true;
  GsLaunch launch;
  launch.mode = "1280x720x10";
  const auto client = paired_client();
  stream(*client, options, launch);
  ASSERT_TRUE(wait_for_media(*client, 5));
  const auto state = client->stream().state();
  EXPECT_GT(state.recent.back().bitstream.size(), 2U * 212 * 1008);
  expect_true_pictures(state);
  expect_clean(*client);
}

TEST_F(StreamLoopback, OverIpv6) {
  auto client = GsClient(host.v6(), client_identity(0));
  host.admit(client.identity(), "six");
  client.pin_host(host.certificate_der());
  EXPECT_EQ(client.serverinfo()->value("LocalIP"), "127.0.0.1");
  GsStreamOptions options;
  options.encrypt_video = options.encrypt_audio = true;
  stream(client, options);
  ASSERT_TRUE(wait_for_media(client));
  expect_true_pictures(client.stream().state());
  expect_clean(client);
  client.stream().send_input(gs::input_packet::move(1, 2));
  const auto input = wait_for_input(0, steady_now() + gs::kPatience);
  ASSERT_TRUE(input);
  EXPECT_TRUE(input->events.wait_for_count(1, steady_now() + gs::kPatience));
  client.leave();
}

TEST_F(StreamLoopback, FivePercentLossStaysWholeOrHeals) {
  const auto client = paired_client();
  GsStreamOptions options;
  options.video_loss = options.audio_loss = 0.05;
  options.seed = 77;
  options.encrypt_audio = true;
  options.bitrate_kbps = 6'000;
  stream(*client, options);
  ASSERT_TRUE(wait_for_media(*client, 200, 600));
  auto state = client->stream().state();
  EXPECT_GT(state.video_dropped, 20U);
  EXPECT_GT(state.video_recovered, 0U) << "parity repaired nothing";
  EXPECT_GT(state.audio_recovered, 0U) << "parity repaired nothing";
  // 4+2 at 5 %: a packet stays lost about once in a thousand.
  EXPECT_LT(state.audio_lost, state.audio_packets / 50);
  expect_true_pictures(state);
  expect_clean(*client);
  client->leave();
}

// gamestream.md 7.8: the client names what it lost, and the next frame refers to nothing of it.
TEST_F(StreamLoopback, ANamedLossIsAnsweredWithoutAnIdr) {
  const auto client = paired_client();
  stream(*client, {});
  ASSERT_TRUE(wait_for_media(*client, 10));
  const auto repaired = [](const StreamState& s) {
    return std::count_if(s.recent.begin(), s.recent.end(),
                         [](const auto& frame) { return frame.type == 5; });
  };
  const auto before = client->stream().state();
  const auto lost = before.recent.back().index;
  Bytes range;
  ByteWriter(range).le(std::uint64_t{lost}).le(std::uint64_t{lost}).le(std::uint64_t{0});
  client->stream().send_control(0x0301, range, 1);
  EXPECT_TRUE(client->stream().wait_for([&](const StreamState& s) { return repaired(s) == 1; }));
  // Named again, it is healed already.
  client->stream().send_control(0x0301, range, 1);
  const auto frames = client->stream().state().frames;
  EXPECT_TRUE(
      client->stream().wait_for([&](const StreamState& s) { return s.frames >= frames + 10; }));
  const auto state = client->stream().state();
  EXPECT_EQ(repaired(state), 1);
  EXPECT_EQ(state.idr_frames, before.idr_frames);
  expect_clean(*client);
  client->leave();
}

TEST_F(StreamLoopback, HeavyLossHealsByIdr) {
  const auto client = paired_client();
  GsStreamOptions options;
  options.video_loss = 0.35;  // far beyond the parity
  options.seed = 5;
  options.bitrate_kbps = 10'000;
  stream(*client, options);
  ASSERT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.idr_requests >= 2; }));
  client->stream().set_loss(0, 0);
  const auto before = client->stream().state();
  EXPECT_TRUE(client->stream().wait_for([&](const StreamState& s) {
    return !s.waiting_for_idr && s.shown_frames >= before.shown_frames + 30;
  }));
  EXPECT_GE(client->stream().state().idr_frames, 1U);
  expect_true_pictures(client->stream().state());
  expect_clean(*client);
}

TEST_F(StreamLoopback, IdrOnRequest) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client));
  const auto before = client->stream().state().idr_frames;
  client->stream().request_idr();
  EXPECT_TRUE(
      client->stream().wait_for([&](const StreamState& s) { return s.idr_frames > before; }));
  // A lost reference is a reason as well (0x0301).
  const auto next = client->stream().state().idr_frames;
  client->stream().send_control(gs::control_type::kInvalidate, Bytes(24), 1);
  EXPECT_TRUE(client->stream().wait_for([&](const StreamState& s) { return s.idr_frames > next; }));
}

TEST_F(StreamLoopback, ResumesAfterLeaving) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client));
  client->leave();
  ASSERT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    return all.size() == 1 && all.front().state == session::State::Detached;
  }));
  expect_running_app(*client, true);
  const auto old_key = client->rikey();

  const auto resumed = client->resume();
  ASSERT_TRUE(resumed) << resumed.error().message();
  ASSERT_TRUE(resumed->ok()) << resumed->status_message;
  EXPECT_NE(client->rikey(), old_key);
  GsStreamOptions options;
  options.encrypt_video = true;
  const auto started = client->start(options);
  ASSERT_TRUE(started) << started.error().message();
  ASSERT_TRUE(wait_for_media(*client));
  EXPECT_EQ(client->stream().state().recent.front().index, 1U) << "frames count from 1 again";
  expect_clean(*client);
  EXPECT_EQ(host.sessions().size(), 1U);
}

TEST_F(StreamLoopback, ResumesAfterSuddenDeath) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client));
  client->die();
  // At once: the host does not know yet that nobody is there any more.
  const auto resumed = client->resume();
  ASSERT_TRUE(resumed) << resumed.error().message();
  ASSERT_TRUE(resumed->ok()) << resumed->status_message;
  const auto started = client->start();
  ASSERT_TRUE(started) << started.error().message();
  ASSERT_TRUE(wait_for_media(*client));
  expect_clean(*client);
  EXPECT_EQ(host.sessions().size(), 1U);
}

TEST_F(StreamLoopback, CancelEndsItAtOnce) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client));
  expect_running_app(*client, true);
  const auto cancelled = client->cancel();
  ASSERT_TRUE(cancelled) << cancelled.error().message();
  EXPECT_TRUE(cancelled->ok());
  EXPECT_EQ(cancelled->value("cancel"), "1");
  expect_running_app(*client, false);
  EXPECT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_EQ(client->stream().state().termination, gs::kEndedNormally);
  EXPECT_TRUE(host.wait_for_sessions(0));
  // And it may be launched again.
  stream(*client);
  EXPECT_TRUE(wait_for_media(*client));
}

TEST_F(StreamLoopback, TheApplicationEnds) {
  const TempFolder folder;
  const auto pipe = folder.path() + "/life";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  // A host started by root runs applications as somebody else.
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(pipe.c_str(), 0666), 0);
  const auto client = paired_client();
  GsLaunch launch;
  launch.app_id = host.add_app("lives as long as its pipe", {"/bin/cat", pipe});
  stream(*client, {}, launch);
  ASSERT_TRUE(wait_for_media(*client));
  EXPECT_EQ(client->serverinfo()->value("currentgame"), std::to_string(launch.app_id));
  { const UniqueFd end_of_file(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC)); }
  ASSERT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_EQ(client->stream().state().termination, gs::kEndedNormally);
  EXPECT_TRUE(host.wait_for_sessions(0));
  expect_running_app(*client, false);
  expect_clean(*client);
}

TEST_F(StreamLoopback, LaunchWhileRunningIsRefused) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client, 5, 5));
  auto same = GsClient(host.v4(), client_identity(0));
  same.pin_host(host.certificate_der());
  const auto again = same.launch();
  ASSERT_TRUE(again) << again.error().message();
  // Either it takes the place of the running one, or it is refused; never two.
  EXPECT_TRUE(host.wait_for_sessions(1));
}

TEST_F(StreamLoopback, TheHostStopsWhileStreaming) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client));
  host.stop();
  EXPECT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_TRUE(client->stream().state().termination.has_value()) << "no word of farewell";
  host.start();
}

}  // namespace
}  // namespace pf::test
