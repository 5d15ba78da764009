// Streams of the native front end: media, input, steering, losses, ends.
#include <condition_variable>
#include <mutex>

#include "loopback/native_fixture.hpp"

namespace pf::test {
namespace {

namespace wire = native::wire;
using probe::Phase;
using wire::CloseCode;

constexpr std::int64_t kPromiseNs = 100'000'000;  // last datagram and input after a revocation

class NativeStream : public NativeHostTest, public testing::WithParamInterface<const char*> {
 protected:
  probe::SessionOptions paired_options(std::size_t n = 0, trust::Access access = {}) {
    auto o = NativeHostTest::paired_options(n, access);
    o.alpns = {GetParam()};
    return o;
  }
  bool second_generation() const { return std::string_view(GetParam()) == "pkf2"; }
  static SteadyTime deadline() { return steady_now() + kNativePatience; }
  static std::uint64_t code(CloseCode c) { return static_cast<std::uint64_t>(c); }
};
INSTANTIATE_TEST_SUITE_P(Alpn, NativeStream, testing::Values("pkf1", "pkf2"),
                         [](const auto& param) { return std::string(param.param); });

// Remembers when media came, for what must have ended.
class LastMedia final : public probe::SessionObserver {
 public:
  void on_frame(const native::media::ReceivedFrame&, bool) override { last_ = steady_now_ns(); }
  void on_sound(const probe::SoundPacket&) override { last_ = steady_now_ns(); }
  std::int64_t ns() const { return last_; }

 private:
  std::atomic<std::int64_t> last_{0};
};

TEST_P(NativeStream, PicturesAndSoundAsAgreed) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 120, 300));
  const auto s = session->statistics();
  EXPECT_EQ(s.alpn, GetParam());
  EXPECT_EQ(s.video.lost, 0U);
  EXPECT_EQ(s.video.key_frames, 1U);
  EXPECT_EQ(s.audio.gaps, 0U);
  EXPECT_EQ(s.hello->mode.width, 640U);
  EXPECT_EQ(s.hello->codec, wire::codec_bit::kH264);
  expect_no_violations(*session);
  EXPECT_EQ(host.sessions().size(), 1U);
}

TEST_P(NativeStream, ChaChaForWhoPrefersIt) {
  auto o = paired_options();
  o.hello.video_caps |= wire::video_cap::kChaCha20;
  o.hello.suites = {1, 0};
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session));
  EXPECT_EQ(session->statistics().hello->suite, wire::Suite::ChaCha20Poly1305);
  expect_no_violations(*session);
}

TEST_P(NativeStream, OverIpv6) {
  auto o = paired_options();
  o.host = host.native_v6();
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session));
  EXPECT_EQ(session->statistics().hello->shard_payload, 1388);
}

TEST_P(NativeStream, UncompressedSound) {
  auto o = paired_options();
  o.hello.client_caps |= wire::client_cap::kAudioHires;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session, 20, 200));
  EXPECT_EQ(session->statistics().hello->audio_codec, wire::AudioCodec::Pcm);
  expect_no_violations(*session);
}

TEST_P(NativeStream, SurroundSound) {
  auto o = paired_options();
  o.hello.audio_channels = 6;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session, 20, 100));
  EXPECT_EQ(session->statistics().hello->audio_channels, 6);
  expect_no_violations(*session);
}

TEST_P(NativeStream, LossIsRepairedAndHolesAreHealed) {
  auto o = paired_options();
  o.loss.percent = 5;
  o.loss.seed = 11;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session, 400, 100));
  const auto s = session->statistics();
  EXPECT_GT(s.video.repaired, 0U);
  EXPECT_GT(s.forced_drops, 0U);
  // What could not be repaired was asked for anew, and came.
  EXPECT_LT(s.video.lost, s.video.frames / 10);
  expect_no_violations(*session);
}

TEST_P(NativeStream, PacketsShrinkUntilTheyFitThePath) {
  auto o = paired_options();
  o.loss.largest = 1300;
  const auto session = dial(std::move(o));
  const auto change = session->wait_message<wire::ShardPayloadChanged>(kNativePatience);
  ASSERT_TRUE(change);
  EXPECT_LE(change->shard_payload, 1300 - 46);
  ASSERT_TRUE(wait_for_native_media(*session, 60, 60));
  EXPECT_EQ(session->statistics().shards.inconsistent, 0U);
  expect_no_violations(*session);
}

TEST_P(NativeStream, InputArrivesInTheSession) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  const auto input = wait_for_input(0, deadline());
  ASSERT_TRUE(input);
  session->act(probe::KeyAction{0x41, true});
  ASSERT_TRUE(input->events.wait_for_count(1, deadline()));
  session->act(probe::KeyAction{0x41, false});
  ASSERT_TRUE(input->events.wait_for_count(2, deadline()));
  session->act(probe::PositionAction{0.25, 0.75});
  ASSERT_TRUE(input->events.wait_for_count(3, deadline()));
  const auto keys = events_of<input::Key>(*input);
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].code, 30);
  EXPECT_TRUE(keys[0].down);
  EXPECT_FALSE(keys[1].down);
  const auto positions = events_of<input::PointerPosition>(*input);
  ASSERT_EQ(positions.size(), 1U);
  EXPECT_NEAR(positions[0].x, 0.25, 0.01);
  EXPECT_NEAR(positions[0].y, 0.75, 0.01);
}

TEST_P(NativeStream, WhoMayOnlyWatchCannotType) {
  trust::Access view;
  view.grants = trust::grant::kPresetView;
  const auto session = dial(paired_options(0, view));
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  session->act(probe::KeyAction{0x41, true});
  session->act(probe::MoveAction{3, 3});
  ASSERT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    return all.size() == 1 && all[0].input_refused >= 2;
  }));
  const auto inputs = opened_inputs();
  for (const auto& one : inputs) EXPECT_TRUE(one->events.snapshot().empty());
}

TEST_P(NativeStream, RightsChangeWhileLiveAndTheClientHears) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  const auto id = *host.device_of(fingerprint_of(0));
  host.on_control([&] {
    EXPECT_TRUE(host.allow_list().set_access(id, {trust::grant::kPresetController, {}}));
  });
  const auto update = session->wait_message<wire::AccessUpdate>(kNativePatience);
  ASSERT_TRUE(update);
  EXPECT_EQ(update->grants, trust::grant::kPresetController);
}

TEST_P(NativeStream, RumbleComesBack) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  const auto input = wait_for_input(0, deadline());
  ASSERT_TRUE(input);
  session->act(probe::PadArriveAction{});
  ASSERT_TRUE(input->events.wait_for_count(1, deadline()));
  ASSERT_TRUE(input->send_feedback(input::Rumble{0, 1000, 2000}));
  EXPECT_TRUE(session->wait_until(
      [](const probe::SessionBoard::View& view) { return view.statistics.rumbles >= 2; },
      kNativePatience))
      << "it is renewed while it lasts";
}

TEST_P(NativeStream, TheBitrateFollowsTheClient) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  session->send(wire::SetBitrate{2'000});
  const auto changed = session->wait_message<wire::BitrateChanged>(kNativePatience);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->kbps, 2'000U);
}

TEST_P(NativeStream, TheModeChangesWithoutANewConnection) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 20, 5));
  session->send(wire::Reconfigure{{854, 480, 60}});
  const auto changed = session->wait_message<wire::Reconfigured>(kNativePatience);
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->accepted);
  EXPECT_EQ(changed->mode.width, 854U);
  const auto before = session->statistics();
  ASSERT_TRUE(wait_for_native_media(*session, before.video.clean + 30, before.audio.packets + 30));
  const auto after = session->statistics();
  EXPECT_GE(after.video.key_frames, 2U) << "the new size begins with a keyframe";
  EXPECT_EQ(after.video.lost, 0U);
  expect_no_violations(*session);
  // A second one too soon is refused, with the mode that is active.
  session->send(wire::Reconfigure{{640, 360, 60}});
  session->send(wire::Reconfigure{{1280, 720, 60}});
  EXPECT_TRUE(session->wait_message<wire::Reconfigured>(kNativePatience, 3));
}

// As clients do whose bitrate is automatic: a speed test, then what it carried, in one step.
TEST_P(NativeStream, AnAutomaticBitrateFollowsTheSpeedTest) {
  auto o = paired_options();
  o.hello.bitrate_kbps = 0;
  o.automatic_bitrate = true;
  const auto session = dial(std::move(o));
  const auto change = session->wait_message<wire::BitrateChanged>(kNativePatience);
  ASSERT_TRUE(change);
  const auto s = session->statistics();
  ASSERT_EQ(s.speed_tests.size(), 1U);
  EXPECT_GT(s.speed_tests.front().received_mbps, 0);
  EXPECT_GE(s.bitrate_asks, 1U);
  EXPECT_GT(change->kbps, 0U);
  expect_no_violations(*session);
}

TEST_P(NativeStream, ASpeedTestRunsBesideTheVideo) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session, 5, 5));
  session->send(wire::ProbeRequest{20'000, 300, 0, 0, 0});
  const auto result = session->wait_message<wire::ProbeResult>(kNativePatience);
  ASSERT_TRUE(result);
  EXPECT_GT(result->bytes, 400'000U);
  EXPECT_GE(result->duration_ms, 290U);
  session->send(wire::ProbeRequest{20'000, 300, 0, 0, 0});
  const auto second = session->wait_message<wire::ProbeResult>(kNativePatience, 2);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bytes, 0U) << "declined: too soon";
  EXPECT_EQ(session->statistics().video.lost, 0U);
  expect_no_violations(*session);
}

TEST_P(NativeStream, RevokedWhileLive) {
  LastMedia media;
  auto o = paired_options();
  o.observer = &media;
  const auto session = dial(std::move(o));
  ASSERT_TRUE(wait_for_native_media(*session));
  const auto input = wait_for_input(0, deadline());
  ASSERT_TRUE(input);
  session->act(probe::KeyAction{0x41, true});
  ASSERT_TRUE(input->events.wait_for_count(1, deadline()));
  for (int i = 0; i < 20; ++i) session->act(probe::MoveAction{1, 1});
  const auto stamps = host.revoke(fingerprint_of(0));
  for (int i = 0; i < 20; ++i) session->act(probe::MoveAction{1, 1});
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::AccessExpired));
  ASSERT_TRUE(host.wait_for_sessions(0));
  EXPECT_LE(media.ns() - stamps.called_ns, kPromiseNs);
  for (const auto& entry : input->events.snapshot())
    if (!std::holds_alternative<input::Key>(entry.event)) {
      EXPECT_LE(entry.time_ns - stamps.called_ns, kPromiseNs);
    }
  const auto keys = events_of<input::Key>(*input);
  ASSERT_EQ(keys.size(), 2U) << "the held key is let go of";
  EXPECT_FALSE(keys.back().down);
}

TEST_P(NativeStream, ADropMayComeBackAndAQuitDoesNot) {
  auto o = paired_options();
  auto session = dial(o);
  ASSERT_TRUE(wait_for_native_media(*session));
  const auto id = host.sessions().at(0).id;
  session->close(0);
  session.reset();
  ASSERT_TRUE(host.eventually([&] {
    const auto all = host.manager().list();
    return all.size() == 1 && all[0].state == session::State::Detached;
  }));
  auto again = dial(o);
  ASSERT_TRUE(wait_for_native_media(*again));
  EXPECT_EQ(host.sessions().at(0).id, id) << "the same session goes on";
  EXPECT_EQ(again->statistics().video.key_frames, 1U);
  again->close(0x51);
  EXPECT_TRUE(host.wait_for_sessions(0));
}

TEST_P(NativeStream, TheDevicesOwnOlderConnectionMakesRoom) {
  const auto o = paired_options();
  const auto first = dial(o);
  ASSERT_TRUE(wait_for_native_media(*first));
  const auto second = dial(o);
  ASSERT_TRUE(wait_for_native_media(*second));
  const auto ending = first->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_TRUE(ending->by_host);
  EXPECT_EQ(host.sessions().size(), 1U);
}

TEST_P(NativeStream, TheHostStopsWithItsReason) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session));
  host.stop();
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::HostPower));
}

TEST_P(NativeStream, AnOperatorsStopIsTheEndOfTheGame) {
  const auto session = dial(paired_options());
  ASSERT_TRUE(wait_for_native_media(*session));
  const auto id = host.sessions().at(0).id;
  host.on_control([&] { host.manager().end(id, session::EndReason::OperatorStop); });
  const auto ending = session->wait_closed(kNativePatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->code, code(CloseCode::GameEnded));
}

// What the client's user sees of the host's clipboard.
class Copied final : public probe::SessionObserver {
 public:
  void on_clipboard(const std::string& text) override {
    const std::scoped_lock lock(mutex_);
    texts_.push_back(text);
    changed_.notify_all();
  }
  bool wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kNativePatience,
                             [&] { return !texts_.empty() && texts_.back() == text; });
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return texts_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> texts_;
};

TEST_P(NativeStream, TheClipboardIsShared) {
  host.clipboard().copy("vor dem Spiel");
  Copied copied;
  auto o = paired_options();
  o.observer = &copied;
  o.clipboard = true;
  o.clipboard_text = "vom Sofa \xE2\x82\xAC";
  const auto session = dial(std::move(o));
  ASSERT_TRUE(session->wait_for(Phase::Streaming, kNativePatience));
  EXPECT_TRUE(copied.wait_for("vor dem Spiel"));
  EXPECT_TRUE(host.clipboard().wait_for("vom Sofa \xE2\x82\xAC", deadline()));
  const std::string large(600'000, 'x');
  host.clipboard().copy(large);
  EXPECT_TRUE(copied.wait_for(large));
  session->copy("danach");
  EXPECT_TRUE(host.clipboard().wait_for("danach", deadline()));
  expect_no_violations(*session);
}

TEST_P(NativeStream, TheClipboardNeedsItsRight) {
  trust::Access access;
  access.grants = trust::grant::kAll & ~trust::grant::kClipboard;
  Copied copied;
  auto o = paired_options(0, access);
  o.observer = &copied;
  o.clipboard = true;
  o.clipboard_text = "unerlaubt";
  const auto session = dial(std::move(o));
  auto state = session->wait_message<wire::ClipState>(kNativePatience);
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->enabled);
  EXPECT_EQ(state->reason, wire::ClipReason::NotPermitted);
  host.clipboard().copy("geheim");

  const auto id = *host.device_of(fingerprint_of(0));
  const auto allow = [&](std::uint32_t grants) {
    host.on_control([&] { EXPECT_TRUE(host.allow_list().set_access(id, {grants, {}})); });
  };
  allow(trust::grant::kAll);
  state = session->wait_message<wire::ClipState>(kNativePatience, 2);
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->enabled) << "given while it streams";
  EXPECT_TRUE(copied.wait_for("geheim"));
  EXPECT_TRUE(host.clipboard().wait_for("unerlaubt", deadline())) << "now it may";

  allow(trust::grant::kAll & ~trust::grant::kClipboard);
  state = session->wait_message<wire::ClipState>(kNativePatience, 3);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->reason, wire::ClipReason::NotPermitted) << "taken while it streams";
  const auto before = copied.count();
  host.clipboard().copy("danach");
  session->copy("auch danach");
  // Whatever the host had to say about it would have come before this answer.
  session->send(wire::SetBitrate{2'000});
  ASSERT_TRUE(session->wait_message<wire::BitrateChanged>(kNativePatience));
  EXPECT_EQ(copied.count(), before);
  EXPECT_EQ(host.clipboard().text(), "danach");
  expect_no_violations(*session);
}

// A native device and a Moonlight device at once, each with its own display and devices; the end of
// one is none of the other's business.
TEST_P(NativeStream, BesideAMoonlightClient) {
  const auto moonlight = paired_client(0);
  stream(*moonlight);
  ASSERT_TRUE(wait_for_media(*moonlight));
  const auto native = dial(paired_options(1));
  ASSERT_TRUE(wait_for_native_media(*native));
  EXPECT_EQ(host.sessions().size(), 2U);
  host.revoke(fingerprint_of(1));
  ASSERT_TRUE(native->wait_closed(kNativePatience));
  ASSERT_TRUE(host.wait_for_sessions(1));
  const auto shown = moonlight->stream().state().shown_frames;
  EXPECT_TRUE(wait_for_media(*moonlight, shown + 30, 40)) << "the other stream goes on";
  expect_clean(*moonlight);
  EXPECT_FALSE(host.device_of(fingerprint_of(1)));
  EXPECT_TRUE(host.device_of(moonlight->identity()));
}

}  // namespace
}  // namespace pf::test
