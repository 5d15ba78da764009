// Ends that the client did not choose, and how little they touch anybody else.
#include "loopback/host_fixture.hpp"

namespace pf::test {
namespace {

using gs::StreamState;
namespace p = gs::input_packet;

constexpr std::int64_t kPromiseNs = 100'000'000;  // last datagram and input after a revocation

class EndLoopback : public HostTest {
 protected:
  static SteadyTime deadline() { return steady_now() + gs::kPatience; }
};

TEST_F(EndLoopback, RevokedWhileLive) {
  const auto client = paired_client();
  GsStreamOptions options;
  options.encrypt_video = options.encrypt_audio = true;
  stream(*client, options);
  ASSERT_TRUE(wait_for_media(*client));
  const auto input = wait_for_input(0, deadline());
  ASSERT_TRUE(input);
  client->stream().send_input(p::key(0x41, true));
  ASSERT_TRUE(input->events.wait_for_count(1, deadline()));

  // Input keeps coming while the right to give it ends.
  for (int i = 0; i < 50; ++i) client->stream().send_input(p::move(1, 1));
  const auto stamps = host.revoke(client->identity());
  for (int i = 0; i < 50; ++i) client->stream().send_input(p::move(1, 1));
  ASSERT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  ASSERT_TRUE(host.wait_for_sessions(0));
  client->stream().drain();

  const auto state = client->stream().state();
  EXPECT_TRUE(state.termination.has_value());
  EXPECT_LE(state.last_media_ns() - stamps.called_ns, kPromiseNs);
  RecordProperty("last_media_us",
                 std::to_string((state.last_media_ns() - stamps.called_ns) / 1000));
  for (const auto& entry : input->events.snapshot()) {
    const bool release = std::holds_alternative<input::Key>(entry.event);
    if (!release) {
      EXPECT_LE(entry.time_ns - stamps.called_ns, kPromiseNs);
    }
  }
  const auto keys = events_of<input::Key>(*input);
  ASSERT_EQ(keys.size(), 2U) << "the held key is let go of";
  EXPECT_FALSE(keys.back().down);
  const auto refused = client->serverinfo();
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(refused->status_code, 401U);
  expect_clean(*client);
}

TEST_F(EndLoopback, RevokedBetweenLaunchAndStream) {
  const auto client = paired_client();
  ASSERT_TRUE(client->launch()->ok());
  host.revoke(client->identity());
  EXPECT_TRUE(host.wait_for_sessions(0));
  EXPECT_FALSE(client->start()) << "the key of the launch still opens the door";
}

TEST_F(EndLoopback, RevokedWhileDetached) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client, 5, 5));
  client->leave();
  host.revoke(client->identity());
  EXPECT_TRUE(host.wait_for_sessions(0));
  const auto refused = client->resume();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status_code, 401U);
}

TEST_F(EndLoopback, DisabledWhileLive) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client, 5, 5));
  const auto id = *host.device_of(client->identity());
  host.on_control([&] { EXPECT_TRUE(host.allow_list().set_disabled(id, true)); });
  EXPECT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_TRUE(host.wait_for_sessions(0));
  EXPECT_EQ(client->serverinfo()->status_code, 401U);
}

TEST_F(EndLoopback, AccessExpiresWhileLive) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client, 5, 5));
  const auto id = *host.device_of(client->identity());
  host.on_control([&] {
    EXPECT_TRUE(host.allow_list().set_access(id, {trust::grant::kAll, unix_now() + 1}));
  });
  EXPECT_TRUE(client->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  EXPECT_TRUE(host.wait_for_sessions(0));
  EXPECT_EQ(client->serverinfo()->status_code, 401U);
}

TEST_F(EndLoopback, TwoDevicesAtOnce) {
  const auto one = paired_client(0), two = paired_client(1);
  GsStreamOptions small, large;
  small.bitrate_kbps = 2'000;
  large.bitrate_kbps = 6'000;
  large.encrypt_video = large.encrypt_audio = true;
  stream(*one, small);
  const auto first = wait_for_input(0, deadline());
  stream(*two, large);
  const auto second = wait_for_input(1, deadline());
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(wait_for_media(*one, 40, 80));
  ASSERT_TRUE(wait_for_media(*two, 40, 80));
  EXPECT_EQ(host.sessions().size(), 2U);

  // Each its own picture …
  const auto a = one->stream().state(), b = two->stream().state();
  expect_true_pictures(a);
  expect_true_pictures(b);
  EXPECT_LT(2 * a.recent.back().bitstream.size(), b.recent.back().bitstream.size());
  // … and its own devices.
  one->stream().send_input(p::move(1, 0));
  two->stream().send_input(p::move(0, 1));
  ASSERT_TRUE(first->events.wait_for_count(1, deadline()));
  ASSERT_TRUE(second->events.wait_for_count(1, deadline()));
  EXPECT_EQ(events_of<input::PointerMotion>(*first).front().dx, 1.0F);
  EXPECT_EQ(events_of<input::PointerMotion>(*second).front().dy, 1.0F);

  // The end of one is nothing to the other.
  host.revoke(one->identity());
  ASSERT_TRUE(one->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  const auto frames = two->stream().state().frames;
  EXPECT_TRUE(two->stream().wait_for(
      [&](const StreamState& s) { return s.frames >= frames + 30 && !s.control_closed; }));
  expect_clean(*one);
  expect_clean(*two);
}

TEST_F(EndLoopback, AForgedControlMessageEndsOnlyItsStream) {
  const auto one = paired_client(0), two = paired_client(1);
  stream(*one);
  stream(*two);
  ASSERT_TRUE(wait_for_media(*one, 5, 5));
  ASSERT_TRUE(wait_for_media(*two, 5, 5));
  gs::Block wrong = one->rikey();
  wrong[0] ^= 1;
  one->stream().send_raw_control(gs::seal_control(wrong, gs::IvScheme::A, false, 1'000'000,
                                                  gs::control_type::kPing, Bytes(8)));
  EXPECT_TRUE(one->stream().wait_for([](const StreamState& s) { return s.control_closed; }));
  const auto frames = two->stream().state().frames;
  EXPECT_TRUE(two->stream().wait_for(
      [&](const StreamState& s) { return s.frames >= frames + 20 && !s.control_closed; }));
  expect_clean(*two);
}

TEST_F(EndLoopback, NoiseOnTheControlPortHurtsNobody) {
  const auto client = paired_client();
  stream(*client);
  ASSERT_TRUE(wait_for_media(*client, 5, 5));
  // Not an envelope at all: dropped (gamestream.md 5.2).
  client->stream().send_raw_control({});
  client->stream().send_raw_control({1});
  client->stream().send_raw_control({5, 3, 0, 0});
  client->stream().send_raw_control(Bytes(900, 0xff));
  // Well sealed, but of a strange kind or length.
  client->stream().send_control(0x7777, Bytes(300));
  client->stream().send_control(gs::control_type::kInput, {});
  client->stream().send_control(gs::control_type::kInvalidate, Bytes(3));
  client->stream().send_control(gs::control_type::kFecStatus, Bytes(2));
  // Strange pings and datagrams.
  for (const std::size_t size : {0U, 1U, 4U, 19U, 20U, 21U, 1400U}) {
    client->stream().send_raw_media(Bytes(size, 0x50), true);
    client->stream().send_raw_media(Bytes(size, 0x50), false);
  }
  const auto frames = client->stream().state().frames;
  EXPECT_TRUE(
      client->stream().wait_for([&](const StreamState& s) { return s.frames >= frames + 30; }));
  EXPECT_FALSE(client->stream().state().control_closed);
  expect_clean(*client);
}

TEST_F(EndLoopback, MalformedRtspEndsNobodyElse) {
  const auto playing = paired_client(0), client = paired_client(1);
  stream(*playing);
  ASSERT_TRUE(wait_for_media(*playing, 5, 5));
  for (const bool encrypted : {false, true}) {
    SCOPED_TRACE(encrypted);
    GsLaunch launch;
    launch.corever = encrypted;
    ASSERT_TRUE(client->launch(launch)->ok());
    const auto dialogue = client->rtsp();
    for (const std::string& text :
         {std::string("\r\n\r\n"), std::string("GARBAGE\r\n\r\n"),
          std::string("OPTIONS * RTSP/2.0\r\n\r\n"),
          std::string("ANNOUNCE x RTSP/1.0\r\nContent-length: 99999999999\r\n\r\n"),
          std::string("ANNOUNCE x RTSP/1.0\r\nCSeq: 1\r\nContent-length: -1\r\n\r\n"),
          std::string(40'000, 'A'), std::string(64, '\0')}) {
      // Whatever the host answers, it closes.
      const auto answer = dialogue.raw_exchange(
          encrypted ? gs::seal_rtsp(client->rikey(), 1, text) : Bytes(text.begin(), text.end()),
          true);
      if (!answer) {
        EXPECT_FALSE(answer.error().is(gs::Errc::Deadline)) << text.substr(0, 40);
      }
    }
    const auto cancelled = client->cancel();
    ASSERT_TRUE(cancelled);
    EXPECT_TRUE(host.wait_for_sessions(1));
  }
  const auto frames = playing->stream().state().frames;
  EXPECT_TRUE(playing->stream().wait_for(
      [&](const StreamState& s) { return s.frames >= frames + 20 && !s.control_closed; }));
  expect_clean(*playing);
}

TEST_F(EndLoopback, RtspWithoutALaunchIsNotServed) {
  const auto client = paired_client();
  GsLaunch launch;
  launch.corever = false;
  ASSERT_TRUE(client->launch(launch)->ok());
  auto dialogue = client->rtsp();
  ASSERT_TRUE(client->cancel()->ok());
  EXPECT_FALSE(dialogue.options());
}

}  // namespace
}  // namespace pf::test
