// What a host says unasked while a native client streams, and the codes that a Welcome may choose.
#include "loopback/native_fixture.hpp"

namespace pf::test {
namespace {

namespace wire = native::wire;

class NativeNotice : public NativeHostTest, public testing::WithParamInterface<const char*> {
 protected:
  probe::SessionOptions paired_options(std::size_t n = 0) {
    auto o = NativeHostTest::paired_options(n);
    o.alpns = {GetParam()};
    return o;
  }
  static SteadyTime deadline() { return steady_now() + kNativePatience; }
};
INSTANTIATE_TEST_SUITE_P(Alpn, NativeNotice, testing::Values("pkf1", "pkf2"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(NativeNotice, PadsThatGamesCanSeeAreNamed) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  const auto input = wait_for_input(0, deadline());
  ASSERT_TRUE(input);
  ASSERT_TRUE(input->send_feedback(input::PadPresence{3, false}));
  ASSERT_TRUE(input->send_feedback(input::PadPresence{1, true}));
  ASSERT_TRUE(input->send_feedback(input::PadPresence{1, true}));
  ASSERT_TRUE(input->send_feedback(input::PadPresence{15, true}));
  ASSERT_TRUE(input->send_feedback(input::PadPresence{1, false}));
  // None at first, which is worth saying; the repeat is not.
  const auto fourth = session->wait_message<wire::PadSlots>(kNativePatience, 4);
  ASSERT_TRUE(fourth);
  EXPECT_EQ(fourth->bitmap, 0x8000);
  expect_no_violations(*session);
}

TEST_P(NativeNotice, MutingIsSaidAndSoIsItsEnd) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session));
  const auto id = host.sessions().front().id;
  const auto mute = [&](bool muted) {
    host.on_control([&] { EXPECT_TRUE(host.manager().set_muted(id, muted)); });
  };
  mute(true);
  mute(true);
  ASSERT_TRUE(session->wait_message<wire::AudioState>(kNativePatience));
  EXPECT_TRUE(session->wait_message<wire::AudioState>(kNativePatience)->muted);
  mute(false);
  const auto second = session->wait_message<wire::AudioState>(kNativePatience, 2);
  ASSERT_TRUE(second) << "a repeat is not said again";
  EXPECT_FALSE(second->muted);
}

TEST_P(NativeNotice, AKeyTravelsOnTheControlStream) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  EXPECT_NE(session->statistics().hello->host_caps2 & wire::host_cap2::kInputEdges, 0);
  const auto input = wait_for_input(0, deadline());
  ASSERT_TRUE(input);
  for (int i = 0; i < 200; ++i) session->act(probe::KeyAction{0x41, i % 2 == 0});
  ASSERT_TRUE(input->events.wait_for_count(200, deadline())) << "not one may be lost";
  const auto keys = events_of<input::Key>(*input);
  ASSERT_EQ(keys.size(), 200U);
  for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(keys[i].down, i % 2 == 0);
}

TEST_P(NativeNotice, ParityOverTheSmallFieldRepairsAsWell) {
  TestHost::Options small_field;
  small_field.gf8 = true;
  TestHost other(small_field);
  other.admit_native(fingerprint_of(0), "device");
  auto o = options();
  o.alpns = {GetParam()};
  o.host = other.native_v4();
  o.hello.mode = {1920, 1080, 60};
  o.hello.bitrate_kbps = 60'000;
  o.loss.percent = 3;
  o.loss.seed = 7;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session, 200, 100));
  const auto s = session->statistics();
  EXPECT_EQ(s.hello->fec_scheme, wire::FecScheme::Gf8);
  EXPECT_EQ(s.hello->max_data_per_block, 134);
  EXPECT_GT(s.video.repaired, 0U);
  EXPECT_LT(s.video.lost, s.video.frames / 10);
  expect_no_violations(*session);
}

// A dial that measures the way: no session, and in nobody's way.
TEST_P(NativeNotice, WhoOnlyMeasuresTheWayStartsNothing) {
  const auto streaming = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*streaming));
  auto o = paired_options(1);
  o.hello.details.probe_only = true;
  o.hello.bitrate_kbps = 0;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(session->wait_for(probe::Phase::Streaming, kNativePatience));
  ASSERT_TRUE(host.wait_for_sessions(1)) << "the other one's";
  session->send(wire::ProbeRequest{20'000, 300, 0, 0, 0});
  const auto result = session->wait_message<wire::ProbeResult>(kNativePatience);
  ASSERT_TRUE(result);
  EXPECT_GT(result->access_units, 30U);
  EXPECT_GT(result->wire_packets, 100U);
  EXPECT_EQ(session->statistics().video.frames, 0U);
  EXPECT_EQ(session->statistics().audio.packets, 0U);
  session->send(wire::ProbeRequest{20'000, 300, 0, 0, 0});
  const auto second = session->wait_message<wire::ProbeResult>(kNativePatience, 2);
  ASSERT_TRUE(second) << "answered in any case";
  EXPECT_EQ(second->wire_packets, 0U) << "one in ten seconds";
  const auto shown = streaming->statistics().video.clean;
  EXPECT_TRUE(wait_for_native_media(*streaming, shown + 20, 60));
  expect_no_violations(*streaming);
}

TEST_P(NativeNotice, RevokedWhileItMeasures) {
  auto o = paired_options();
  o.hello.details.probe_only = true;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(session->wait_for(probe::Phase::Streaming, kNativePatience));
  session->send(wire::ProbeRequest{20'000, 5'000, 0, 0, 0});
  ASSERT_TRUE(session->wait_until(
      [](const auto& view) { return view.statistics.packets.probe_packets > 10; },
      kNativePatience));
  host.revoke(fingerprint_of(0));
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, static_cast<std::uint64_t>(wire::CloseCode::AccessExpired));
}

// Whoever is revoked, the other's stream goes on: here it is the Moonlight device.
TEST_P(NativeNotice, BesideAMoonlightClientThatIsRevoked) {
  const auto moonlight = paired_client(0);
  stream(*moonlight);
  ASSERT_TRUE(wait_for_media(*moonlight));
  const auto native = dial(paired_options(1));
  ASSERT_TRUE(wait_for_native_media(*native));
  EXPECT_EQ(host.sessions().size(), 2U);
  const auto lost = native->statistics().video.lost;
  host.revoke(moonlight->identity());
  ASSERT_TRUE(host.wait_for_sessions(1));
  const auto shown = native->statistics().video.clean;
  EXPECT_TRUE(wait_for_native_media(*native, shown + 60, 100)) << "the other stream goes on";
  EXPECT_EQ(native->statistics().video.lost, lost);
  EXPECT_FALSE(host.device_of(moonlight->identity()));
  EXPECT_TRUE(host.device_of(fingerprint_of(1)));
  expect_no_violations(*native);
}

}  // namespace
}  // namespace pf::test
