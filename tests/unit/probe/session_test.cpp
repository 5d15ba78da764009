// The client against a host of its own kind, in process, both generations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_host.hpp"

namespace pf::probe {
namespace {

using namespace std::chrono_literals;
namespace wire = native::wire;
namespace media = native::media;
namespace flag = native::media::flag;
using wire::CloseCode;

constexpr auto kPatience = 15s;

std::vector<std::string> rules_of(const Statistics& s) {
  std::vector<std::string> rules;
  for (const auto& v : s.violations.list()) rules.push_back(v.rule);
  return rules;
}

class SessionTest : public testing::TestWithParam<const char*> {
 protected:
  bool second() const { return std::string(GetParam()) == "pkf2"; }
  SessionOptions options(const FakeHost& host) const {
    SessionOptions o;
    o.host = host.address();
    o.alpns = {GetParam()};
    o.identity = test_client_identity();
    o.expected_host = host.fingerprint();
    o.hello.codecs = wire::codec_bit::kH264;
    o.budget = kPatience;
    o.patience = kPatience;
    return o;
  }
  std::unique_ptr<ClientSession> start(SessionOptions o) {
    auto session = ClientSession::start(std::move(o));
    EXPECT_TRUE(session) << session.error().message();
    return std::move(*session);
  }
};
INSTANTIATE_TEST_SUITE_P(Alpn, SessionTest, testing::Values("pkf1", "pkf2"),
                         [](const auto& p) { return std::string(p.param); });

TEST_P(SessionTest, FramesSoundClockAndAnOrderlyEnd) {
  FakeHost host({});
  auto o = options(host);
  o.alpns = {"pkf2", "pkf1"};
  if (!second()) o.alpns = {"pkf1"};
  const auto session = start(std::move(o));
  ASSERT_TRUE(session->wait_for(Phase::Streaming, kPatience));
  ASSERT_TRUE(session->wait_for_frames(10, kPatience));
  ASSERT_TRUE(session->wait_until(
      [](const auto& view) { return view.statistics.audio.packets == 4; }, kPatience));
  session->close();
  const auto ending = session->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_code, kExitOk);
  EXPECT_EQ(ending->token, "quit");
  const auto s = session->statistics();
  EXPECT_EQ(s.alpn, GetParam());
  EXPECT_EQ(s.host_fingerprint, host.fingerprint());
  EXPECT_EQ(s.video.frames, 10u);
  EXPECT_EQ(s.video.key_frames, 1u);
  EXPECT_EQ(s.video.lost, 0u);
  EXPECT_EQ(s.video.bytes, 10u * 5000);
  EXPECT_TRUE(s.clock_offset_ns);
  EXPECT_LT(std::abs(*s.clock_offset_ns), 1'000'000'000);
  EXPECT_THAT(rules_of(s), testing::IsEmpty());
  EXPECT_TRUE(host.wait([](const auto& heard) { return !heard.closes.empty(); }));
  EXPECT_EQ(host.heard().closes.back(), 0x51u);
  EXPECT_EQ(host.heard().all<wire::ClockProbe>().size(), 8u);
}

TEST_P(SessionTest, AnotherHostIsRefused) {
  FakeHost host({});
  auto o = options(host);
  o.expected_host = std::string(64, '0');
  const auto ending = start(std::move(o))->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->token, "host-changed");
  EXPECT_EQ(ending->exit_code, kExitDenied);
  EXPECT_TRUE(host.heard().messages.empty());
}

TEST_P(SessionTest, RefusalsHaveTheirWord) {
  for (const auto& [code, token, exit_code] :
       {std::tuple{CloseCode::Denied, "denied", kExitDenied},
        std::tuple{CloseCode::IdentityRequired, "identity-required", kExitDenied},
        std::tuple{CloseCode::Busy, "busy", kExitFailed},
        std::tuple{CloseCode::SetupFailed, "setup-failed", kExitFailed}}) {
    FakeHost host({.refusal = code});
    const auto ending = start(options(host))->wait_closed(kPatience);
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->token, token);
    EXPECT_EQ(ending->exit_code, exit_code);
    EXPECT_TRUE(ending->by_host);
    EXPECT_EQ(ending->reason, "as planned");
  }
}

TEST_P(SessionTest, AnAnswerThatClientsRefuseEndsIt) {
  FakeHost host({.adjust = [](wire::ServerHello& h) { h.shard_payload = 500; }});
  const auto session = start(options(host));
  const auto ending = session->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_code, kExitCheckFailed);
  EXPECT_THAT(rules_of(session->statistics()), testing::Contains("hello"));
}

TEST_P(SessionTest, AHostWithoutAnswerIsTold) {
  FakeHost host({.answer_hello = false});
  auto o = options(host);
  o.budget = 300ms;
  const auto ending = start(std::move(o))->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->token, "timeout");
  EXPECT_EQ(ending->exit_code, kExitNotReachable);
}

TEST_P(SessionTest, LostShardsAreRepairedAndReported) {
  // One data packet of every frame; a fifth is parity, at least two per block.
  FakeHost host({.frames = 20, .fec_percent = 20, .lose = [](std::uint32_t, std::size_t packet) {
                   return packet == 1;
                 }});
  const auto session = start(options(host));
  ASSERT_TRUE(session->wait_for_frames(20, kPatience));
  const auto is_report = [](const FakeHost::Heard& heard) {
    for (const auto& m : heard.all<wire::LossReport>())
      if (m.ppm > 0) return true;
    for (const auto& d : heard.datagrams) {
      const auto plane = wire::open_datagram(wire::Generation::V2, d);
      if (!plane || plane->tag != wire::Tag::Feedback) continue;
      const auto f = wire::decode_feedback(*plane);
      if (f && f->window && f->window->loss_ppm > 0) return true;
    }
    return false;
  };
  EXPECT_TRUE(host.wait(is_report));
  const auto s = session->statistics();
  EXPECT_EQ(s.video.repaired, 20u);
  EXPECT_EQ(s.video.lost, 0u);
}

TEST_P(SessionTest, ALostFrameIsAskedForAndHeals) {
  for (const auto style : {FeedbackStyle::Control, FeedbackStyle::Datagram}) {
    FakeHost host({.frames = 6, .fec_percent = 0, .lose = [](std::uint32_t frame, std::size_t) {
                     return frame == 2;
                   }});
    auto o = options(host);
    o.feedback = style;
    const auto session = start(std::move(o));
    // Two before the hole, then the anchor.
    ASSERT_TRUE(session->wait_for_frames(3, kPatience));
    EXPECT_TRUE(host.answered_recovery());
    const auto s = session->statistics();
    EXPECT_EQ(s.video.lost, 1u);
    EXPECT_EQ(s.video.held, 3u);
    EXPECT_EQ(s.video.anchors, 1u);
    EXPECT_EQ(s.range_asks, 1u);
    EXPECT_EQ(s.video.recovery_ms.count(), 1u);
    const bool messages = style == FeedbackStyle::Control || !second();
    EXPECT_EQ(host.heard().all<wire::RfiRequest>().size(), messages ? 1u : 0u);
  }
}

TEST_P(SessionTest, ForcedLossDropsEverythingAndAsks) {
  FakeHost host({});
  auto o = options(host);
  o.loss.percent = 100;
  const auto session = start(std::move(o));
  ASSERT_TRUE(session->wait_until(
      [](const auto& view) { return view.statistics.keyframe_asks > 0; }, kPatience));
  EXPECT_EQ(session->statistics().video.frames, 0u);
  session->set_loss(0);
  host.send_frames(1, flag::kPicture | flag::kKey);
  EXPECT_TRUE(session->wait_for_frames(1, kPatience));
}

TEST_P(SessionTest, MessagesAndInputReachTheHost) {
  FakeHost host({});
  const auto session = start(options(host));
  ASSERT_TRUE(session->wait_for(Phase::Streaming, kPatience));
  session->act(KeyAction{'A', true});
  session->act(MoveAction{1, 2});
  session->send(wire::Reconfigure{{640, 480, 30}});
  session->send(wire::SetBitrate{7'000});
  session->send(wire::ProbeRequest{1'000, 50, 0, 0, 0});
  ASSERT_TRUE(session->wait_message<wire::Reconfigured>(kPatience));
  const auto rate = session->wait_message<wire::BitrateChanged>(kPatience);
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->kbps, 7'000u);
  ASSERT_TRUE(session->wait_message<wire::ProbeResult>(kPatience));
  EXPECT_TRUE(host.wait([](const auto& heard) {
    return heard.template all<wire::InputEdge>().size() == 1 && !heard.datagrams.empty();
  }));
  ASSERT_TRUE(session->wait_until(
      [](const auto& view) { return !view.statistics.speed_tests.empty(); }, kPatience));
  const auto s = session->statistics();
  EXPECT_TRUE(s.modes.at(0).accepted);
  EXPECT_THAT(rules_of(s), testing::IsEmpty());
}

TEST_P(SessionTest, AScriptRunsAndEnds) {
  FakeHost host({});
  auto o = options(host);
  o.script = *parse_script("0 mark begin\n10 key a\n20 bitrate 900\n60 stop drop");
  const auto session = start(std::move(o));
  const auto ending = session->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->token, "normal");
  EXPECT_EQ(session->statistics().notes.at(0).text, "begin");
  EXPECT_TRUE(host.wait([](const auto& heard) { return !heard.closes.empty(); }));
  EXPECT_EQ(host.heard().closes.back(), 0u);
  EXPECT_EQ(host.heard().template all<wire::InputEdge>().size(), 2u);
}

TEST_P(SessionTest, TheMicrophoneSendsTenMillisecondsAtATime) {
  FakeHost host({});
  auto o = options(host);
  o.microphone = make_tone(440);
  const auto session = start(std::move(o));
  const auto packets = [&](const FakeHost::Heard& heard) {
    std::vector<wire::AudioFrame> found;
    for (const auto& d : heard.datagrams) {
      const auto plane =
          wire::open_datagram(second() ? wire::Generation::V2 : wire::Generation::V1, d);
      if (plane && plane->tag == wire::Tag::Microphone)
        found.push_back(*wire::decode_audio(*plane));
    }
    return found;
  };
  ASSERT_TRUE(host.wait([&](const auto& heard) { return packets(heard).size() >= 5; }));
  const auto heard = host.heard();
  const auto sent = packets(heard);
  EXPECT_EQ(sent[0].seq, 0u);
  EXPECT_EQ(sent[4].seq, 4u);
  EXPECT_GT(sent[4].payload.size(), 2u);
}

TEST_P(SessionTest, BrokenRulesAreCounted) {
  FakeHost host({.frame_info = [](media::FrameInfo& info) { info.flags &= ~flag::kKey; }});
  const auto session = start(options(host));
  ASSERT_TRUE(session->wait_for(Phase::Streaming, kPatience));
  ASSERT_TRUE(session->wait_until(
      [](const auto& view) { return view.statistics.video.frames >= 10; }, kPatience));
  host.say(wire::SetBitrate{1});       // only clients say so
  host.say(wire::ClockEcho{1, 2, 3});  // of nothing
  host.send_datagram(second() ? Bytes{0x01, 0xC9, 0} : Bytes{0xC9, 0});
  const auto broken = [](const std::string& rule) {
    return [rule](const SessionBoard::View& view) {
      for (const auto& v : view.statistics.violations.list())
        if (v.rule == rule) return true;
      return false;
    };
  };
  EXPECT_TRUE(session->wait_until(broken("media.first"), kPatience));
  EXPECT_TRUE(session->wait_until(broken("media.picture"), kPatience));
  EXPECT_TRUE(session->wait_until(broken("control.direction"), kPatience));
  EXPECT_TRUE(session->wait_until(broken("clock.echo"), kPatience));
  EXPECT_TRUE(session->wait_until(broken("sound.packet"), kPatience));
}

TEST_P(SessionTest, AHostThatGoesAwaySaysWhy) {
  FakeHost host({});
  const auto session = start(options(host));
  ASSERT_TRUE(session->wait_for(Phase::Streaming, kPatience));
  host.close(CloseCode::AccessExpired, "revoked\x01");
  const auto ending = session->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->token, "access-expired");
  EXPECT_EQ(ending->exit_code, kExitDenied);
  EXPECT_EQ(ending->reason, "revoked?");
}

TEST(SessionGenerations, APendingKnockThatIsGranted) {
  FakeHost host({.pendings = 3});
  SessionOptions o;
  o.host = host.address();
  o.identity = test_client_identity();
  o.hello.access_only = true;
  auto session = ClientSession::start(std::move(o));
  ASSERT_TRUE(session);
  const auto ending = (*session)->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->token, "granted");
  EXPECT_EQ(ending->exit_code, kExitOk);
  EXPECT_EQ((*session)->statistics().pendings, 3u);
  EXPECT_TRUE(host.wait([](const auto& heard) { return !heard.closes.empty(); }));
  EXPECT_EQ(host.heard().closes.back(), 0x51u);
  EXPECT_TRUE(host.heard().all<wire::ClientHello>().at(0).access_only);
  EXPECT_TRUE(host.heard().all<wire::Ready>().empty());
}

TEST(SessionGenerations, NoCommonGeneration) {
  FakeHost host({.alpns = {"pkf1"}});
  SessionOptions o;
  o.host = host.address();
  o.alpns = {"pkf2"};
  o.identity = test_client_identity();
  auto session = ClientSession::start(std::move(o));
  ASSERT_TRUE(session);
  const auto ending = (*session)->wait_closed(kPatience);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->token, "wire-version");
}

TEST(SessionGenerations, AnUnansweredClockIsNoticedAndSurvived) {
  FakeHost host({.answer_clock = false});
  SessionOptions o;
  o.host = host.address();
  o.identity = test_client_identity();
  o.hello.codecs = wire::codec_bit::kH264;
  auto session = ClientSession::start(std::move(o));
  ASSERT_TRUE(session);
  ASSERT_TRUE((*session)->wait_for(Phase::Streaming, kPatience));
  EXPECT_THAT(rules_of((*session)->statistics()), testing::Contains("clock.echo"));
}

class PairTest : public testing::TestWithParam<const char*> {
 protected:
  DialOptions options(const FakeHost& host) {
    DialOptions o;
    o.host = host.address();
    o.alpns = {GetParam()};
    o.identity = test_client_identity();
    return o;
  }
};
INSTANTIATE_TEST_SUITE_P(Alpn, PairTest, testing::Values("pkf1", "pkf2"),
                         [](const auto& p) { return std::string(p.param); });

TEST_P(PairTest, TheRightPin) {
  FakeHost host({});
  const auto outcome = pair(options(host), "0042", "TV");
  EXPECT_EQ(outcome.ending.exit_code, kExitOk) << outcome.ending.sentence;
  EXPECT_EQ(outcome.host, host.fingerprint());
  EXPECT_EQ(outcome.alpn, GetParam());
  EXPECT_EQ(host.heard().all<wire::PairRequest>().at(0).name, "TV");
  EXPECT_TRUE(host.wait([](const auto& heard) { return !heard.closes.empty(); }));
  EXPECT_EQ(host.heard().closes.back(), 0u);
}

TEST_P(PairTest, AWrongPinSendsNoProof) {
  FakeHost host({});
  const auto outcome = pair(options(host), "0043", "TV");
  EXPECT_EQ(outcome.ending.token, "wrong-pin");
  EXPECT_EQ(outcome.ending.exit_code, kExitDenied);
  EXPECT_TRUE(host.wait([](const auto& heard) { return !heard.closes.empty(); }));
  EXPECT_EQ(host.heard().closes.back(), 1u);
  EXPECT_TRUE(host.heard().all<wire::PairProof>().empty());
}

TEST_P(PairTest, AHostThatDoesNotStoreIt) {
  FakeHost host({.pair_ok = false});
  EXPECT_EQ(pair(options(host), "0042", "TV").ending.token, "pairing-failed");
}

TEST_P(PairTest, LookingOpensNoStream) {
  FakeHost host({});
  const auto outcome = look(options(host));
  EXPECT_TRUE(outcome.connected);
  EXPECT_EQ(outcome.ending.exit_code, kExitOk);
  EXPECT_EQ(outcome.host, host.fingerprint());
  EXPECT_GT(outcome.handshake.count(), 0);
  EXPECT_TRUE(host.heard().messages.empty());
}

}  // namespace
}  // namespace pf::probe
