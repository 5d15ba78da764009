// Holes that parity cannot repair, in virtual time: the host's desk and packets, a path with a
// round trip, the client's receiver and its asks. The picture is whole again one round trip and one
// frame after the client noticed (punktfunk1.md 6.9).
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "native/media/receiver.hpp"
#include "native/media/resend_budget.hpp"
#include "native/media/video_link.hpp"
#include "native/media/video_packets.hpp"
#include "native/media/video_sink.hpp"
#include "probe/frame_order.hpp"
#include "probe/recovery.hpp"
#include "session/recovery_desk.hpp"
#include "sim/link.hpp"

namespace pf::sim {
namespace {

using namespace native::media;
using pf::media::FrameType;

constexpr std::int64_t kFrameNs = 16'666'667;
constexpr std::size_t kPayload = 1'408;
constexpr int kFrames = 3'000;

struct Case {
  const char* name;
  Generation generation;
  std::int64_t rtt_ns;
  bool invalidates;  // the encoder goes back to older pictures, else it makes IDRs
};
constexpr std::int64_t kMs = 1'000'000;
const Case kCases[] = {
    {"v2_lan_anchor", Generation::V2, 1 * kMs, true},
    {"v2_lan_idr", Generation::V2, 1 * kMs, false},
    {"v2_20ms_anchor", Generation::V2, 20 * kMs, true},
    {"v1_20ms_idr", Generation::V1, 20 * kMs, false},
    {"v1_60ms_anchor", Generation::V1, 60 * kMs, true},
    {"v2_90ms_idr", Generation::V2, 90 * kMs, false},
};

Keys keys(Generation generation) {
  Bytes secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{7});
  return generation == Generation::V2
             ? *Keys::v2(Suite::Aes128Gcm, secret)
             : *Keys::v1(Suite::Aes128Gcm, ByteSpan(secret).first(16), {1, 2, 3, 4});
}

struct Hole {
  int frames_held = 0;       // shown late or not at all, the lost ones apart
  std::int64_t seen_ns = 0;  // by the client
  std::int64_t healed_ns = 0;
};

class NativeRecovery : public testing::TestWithParam<Case> {
 protected:
  NativeRecovery() {
    VideoPackets::Config config;
    config.shard_payload = kPayload;
    config.fec_percentage = 20;
    config.max_frame_bytes = 1 << 20;
    packets_.emplace(*VideoPackets::create(config, *PacketSealer::create(keys_),
                                           std::make_shared<PacketNumbers>()));
    PacketLimits limits;
    limits.max_data_per_block = config.max_data_per_block;
    limits.max_frame_bytes = config.max_frame_bytes;
    receiver_.emplace(*Receiver::create({.keys = keys_, .limits = limits}));
  }

  // Codes, packs and sends what the desk orders. `hole`: the path swallows most of it.
  void make_frame(std::int64_t now, bool hole) {
    const auto time = from_ns(now);
    const auto orders = desk_.take(time, case_.invalidates);
    pf::media::AccessUnit unit;
    unit.type = orders.force_idr           ? FrameType::Idr
                : orders.invalid_from != 0 ? FrameType::AfterInvalidation
                                           : FrameType::Predicted;
    unit.index = ++index_;
    unit.recovery_anchor = orders.repair && unit.type != FrameType::Predicted;
    desk_.coded(time, unit.index, unit.type, orders);
    idrs_ += unit.type == FrameType::Idr ? 1 : 0;
    const Bytes bytes((unit.type == FrameType::Idr ? 90 : 25) * kPayload, std::uint8_t{42});
    const auto us = static_cast<std::uint64_t>(now / 1'000);
    ASSERT_EQ(packets_->begin(bytes, {.time = {us * 1'000, static_cast<std::uint32_t>(us)},
                                      .flags = user_flags(unit, true)}),
              VideoPackets::Status::Ready);
    link_.set_unit_offset(unit.index - packets_->frame_index());
    std::size_t n = 0;
    const auto all = packets_->frame_packets();
    for (auto run = packets_->next_run(); run.count != 0; run = packets_->next_run())
      for (std::size_t i = 0; i < run.count; ++i, ++n)
        if (!hole || n < all / 3) path_.send(now, {run.base + i * run.stride, run.packet_bytes});
  }

  void client_takes(std::int64_t now) {
    path_.receive(now, [&](ByteSpan datagram) {
      Bytes copy(datagram.begin(), datagram.end());
      const auto frame = receiver_->feed(copy);
      if (!frame) return;
      const bool waited = client_.waiting();
      const auto verdict = client_.on_frame(frame->index, frame->flags, from_ns(now));
      if (!waited && client_.waiting() && client_.lost() != 0) holes_.push_back({0, now, 0});
      if (holes_.empty() || holes_.back().healed_ns != 0) return;
      if (verdict == probe::Recovery::Verdict::Held) ++holes_.back().frames_held;
      if (verdict == probe::Recovery::Verdict::Healed) holes_.back().healed_ns = now;
    });
    if (const auto ask = client_.due(from_ns(now))) asks_.push_back({now + case_.rtt_ns / 2, *ask});
  }

  void host_hears(std::int64_t now) {
    for (; !asks_.empty() && asks_.front().at <= now; asks_.pop_front()) {
      const auto& ask = asks_.front().ask;
      if (ask.keyframe)
        desk_.request_idr();
      else
        desk_.invalidate(link_.unit_of(ask.first), link_.unit_of(ask.last));
    }
  }

  struct Ask {
    std::int64_t at;
    probe::RecoveryAsk ask;
  };
  Case case_ = GetParam();
  Keys keys_ = keys(case_.generation);
  Link path_{{.delay_ns = case_.rtt_ns - case_.rtt_ns / 2}};
  VideoLink link_;
  session::RecoveryDesk desk_;
  std::optional<VideoPackets> packets_;
  std::optional<Receiver> receiver_;
  probe::Recovery client_{from_ns(1)};
  std::deque<Ask> asks_;
  std::vector<Hole> holes_;
  std::uint32_t index_ = 0;
  int idrs_ = 0;
};
INSTANTIATE_TEST_SUITE_P(All, NativeRecovery, testing::ValuesIn(kCases),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_P(NativeRecovery, AHoleIsHealedOneRoundTripAndOneFrameAfterItWasSeen) {
  constexpr std::int64_t kStep = 250'000;
  std::mt19937 random(3);
  int next_hole = 60, frame = 0, made = 0;
  for (std::int64_t now = kMs; frame < kFrames; now += kStep) {
    host_hears(now);
    if (now >= frame * kFrameNs) {
      // One frame, or two in a row, none of them near the answer to the hole before.
      const bool hole = frame == next_hole || (frame == next_hole + 1 && next_hole % 3 == 0);
      if (hole) ++made;
      if (frame == next_hole + 1) next_hole += 30 + static_cast<int>(random() % 20);
      ASSERT_NO_FATAL_FAILURE(make_frame(now, hole));
      ++frame;
    }
    client_takes(now);
  }
  ASSERT_GE(holes_.size(), 50U);
  EXPECT_EQ(client_.lost(), static_cast<std::uint64_t>(made));
  std::vector<double> times_ms;
  int most_held = 0;
  for (const auto& hole : holes_) {
    if (hole.healed_ns == 0) {
      EXPECT_EQ(&hole, &holes_.back()) << "the stream ended first";
      continue;
    }
    const auto took = hole.healed_ns - hole.seen_ns;
    EXPECT_LE(took, case_.rtt_ns + kFrameNs + 4 * kStep);
    times_ms.push_back(static_cast<double>(took) / 1e6);
    most_held = std::max(most_held, hole.frames_held);
  }
  std::sort(times_ms.begin(), times_ms.end());
  EXPECT_LE(most_held, case_.rtt_ns / kFrameNs + 2) << "the frame that showed the hole is one";
  if (case_.invalidates) {
    EXPECT_EQ(idrs_, 1) << "only the first picture";
  }
  RecordProperty("holes", static_cast<int>(holes_.size()));
  RecordProperty("p50_ms", std::to_string(times_ms[times_ms.size() / 2]));
  RecordProperty("max_ms", std::to_string(times_ms.back()));
  RecordProperty("most_frames_held", most_held);
}

// A stream over a path that loses 5 % of the packets in bursts, for a quarter of a minute, with
// less parity than is usual there, so that holes remain: what is seen depends on what the client
// asks for.
constexpr int kBurstFrames = 900;
struct Seen {
  int clean = 0, lost = 0, idrs = 0, resent = 0, packets = 0;
  std::uint64_t filled = 0;
};

Seen bursts(bool shards, bool anchors, std::int64_t rtt_ns) {
  const auto key = keys(Generation::V2);
  VideoPackets::Config config;
  config.shard_payload = kPayload;
  config.fec_percentage = 10;
  config.max_frame_bytes = 1 << 20;
  config.resend_bytes = 1 << 20;
  auto packets =
      *VideoPackets::create(config, *PacketSealer::create(key), std::make_shared<PacketNumbers>());
  PacketLimits limits;
  limits.max_data_per_block = config.max_data_per_block;
  limits.max_frame_bytes = config.max_frame_bytes;
  auto receiver = *Receiver::create({.keys = key, .limits = limits});
  // Four packets a burst on average.
  Link path{{.seed = 17, .loss = 0.0125 / 0.95, .burst = 0.75, .delay_ns = rtt_ns - rtt_ns / 2}};
  VideoLink link;
  session::RecoveryDesk desk;
  ResendBudget budget;
  probe::Recovery client(from_ns(1));
  probe::FrameOrder order;
  order.set_round_trip(Nanoseconds(rtt_ns));
  struct Ask {
    std::int64_t at;
    std::optional<probe::RecoveryAsk> recover;
    native::wire::Feedback::Nack nack;
  };
  std::deque<Ask> asks;
  Seen seen;
  std::uint32_t index = 0;
  const auto send = [&](std::int64_t now, const net::PacketRun& run) {
    seen.packets += static_cast<int>(run.count);
    for (std::size_t i = 0; i < run.count; ++i)
      path.send(now, {run.base + i * run.stride, run.packet_bytes});
  };
  const auto show = [&](const ReceivedFrame& frame, std::int64_t now) {
    const auto verdict = client.on_frame(frame.index, frame.flags, from_ns(now));
    if (verdict == probe::Recovery::Verdict::Clean || verdict == probe::Recovery::Verdict::Healed)
      ++seen.clean;
  };
  constexpr std::int64_t kStep = 500'000;
  int frame = 0;
  for (std::int64_t now = kMs; frame < kBurstFrames; now += kStep) {
    for (; !asks.empty() && asks.front().at <= now; asks.pop_front()) {
      const auto& ask = asks.front();
      if (!ask.recover) {
        const auto wanted = ask.nack.wanted();
        const auto run =
            packets.resend(ask.nack.frame, wanted.first(std::min(wanted.size(), budget.room())));
        budget.spent(run.count);
        seen.resent += static_cast<int>(run.count);
        send(now, run);
      } else if (ask.recover->keyframe) {
        desk.request_idr();
      } else {
        desk.invalidate(link.unit_of(ask.recover->first), link.unit_of(ask.recover->last));
      }
    }
    if (now >= frame * kFrameNs) {
      ++frame;
      const auto orders = desk.take(from_ns(now), anchors);
      pf::media::AccessUnit unit;
      unit.type = orders.force_idr           ? FrameType::Idr
                  : orders.invalid_from != 0 ? FrameType::AfterInvalidation
                                             : FrameType::Predicted;
      unit.index = ++index;
      unit.recovery_anchor = orders.repair && unit.type != FrameType::Predicted;
      desk.coded(from_ns(now), unit.index, unit.type, orders);
      seen.idrs += unit.type == FrameType::Idr ? 1 : 0;
      const Bytes bytes((unit.type == FrameType::Idr ? 120 : 30) * kPayload, std::uint8_t{42});
      const auto us = static_cast<std::uint64_t>(now / 1'000);
      const FrameInfo info{.time = {us * 1'000, static_cast<std::uint32_t>(us)},
                           .flags = user_flags(unit, true)};
      if (packets.begin(bytes, info) != VideoPackets::Status::Ready) return {};
      link.set_unit_offset(unit.index - packets.frame_index());
      for (auto run = packets.next_run(); run.count != 0; run = packets.next_run()) send(now, run);
      budget.sent(packets.frame_packets());
    }
    path.receive(now, [&](ByteSpan datagram) {
      Bytes copy(datagram.begin(), datagram.end());
      auto whole = receiver.feed(copy);
      if (!shards) {
        if (whole) show(*whole, now);
        return;
      }
      if (whole)
        for (const auto& one : order.push(std::move(*whole), from_ns(now))) show(one, now);
    });
    if (shards) {
      for (const auto& one : order.tick(receiver.video(), from_ns(now))) show(one, now);
      if (const auto nack = order.due(receiver.video(), from_ns(now)))
        asks.push_back({now + rtt_ns / 2, std::nullopt, *nack});
    }
    if (const auto ask = client.due(from_ns(now))) asks.push_back({now + rtt_ns / 2, ask, {}});
  }
  seen.lost = static_cast<int>(client.lost());
  seen.filled = order.filled();
  return seen;
}

TEST(NativeResending, BeatsRecoveryByKeyframesAndByAnchorsOnALan) {
  constexpr std::int64_t kRtt = 5 * kMs;
  const auto keyframes = bursts(false, false, kRtt);
  const auto anchors = bursts(false, true, kRtt);
  const auto shards = bursts(true, true, kRtt);
  EXPECT_GT(shards.filled, 60U);
  EXPECT_GT(shards.clean * 10, kBurstFrames * 9) << "nearly every frame";
  for (const auto& other : {keyframes, anchors}) {
    EXPECT_GT(shards.clean, other.clean + 250);
    EXPECT_LT(shards.lost * 4, other.lost);
  }
  EXPECT_LT(shards.idrs, keyframes.idrs);
  EXPECT_LE(shards.resent, shards.packets / 8);
  const auto record = [](const char* how, const Seen& s) {
    const auto put = [&](const char* what, int value) {
      testing::Test::RecordProperty(std::string(how) + "_" + what, value);
    };
    put("clean", s.clean);
    put("lost", s.lost);
    put("idrs", s.idrs);
    put("packets", s.packets);
    put("resent", s.resent);
  };
  record("keyframes", keyframes);
  record("anchors", anchors);
  record("shards", shards);
}

}  // namespace
}  // namespace pf::sim
