// Thousands of native frames, both generations and ciphers, from the packetiser over bad links to
// the receiver: what can be repaired comes out, bit for bit; what cannot does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/thread.hpp"
#include "native/media/loss_window.hpp"
#include "native/media/packet_v1.hpp"
#include "native/media/packet_v2.hpp"
#include "native/media/receiver.hpp"
#include "native/media/video_packets.hpp"
#include "sim/link.hpp"

namespace pf::sim {
namespace {

using namespace native::media;

struct Path {
  const char* name;
  LinkOptions options;
};

// 2 % in bursts: a loss begins with 0.5 % and lasts four packets.
const Path kPaths[] = {
    {"clean", {}},
    {"random_5_percent", {.loss = 0.05}},
    {"bursts_2_percent", {.loss = 0.005, .burst = 0.75}},
    {"reordered", {.late = 0.2, .late_ns = 30'000'000}},
    {"duplicated", {.duplicate = 0.1, .late = 0.05, .late_ns = 1'000'000}},
    {"everything",
     {.loss = 0.02, .burst = 0.3, .duplicate = 0.02, .late = 0.05, .late_ns = 20'000'000}},
};

struct Wire {
  const char* name;
  Generation generation;
  Suite suite;
  FecScheme scheme;
  std::size_t payload, data_per_block;
  unsigned share;
  std::size_t arena_bytes;
  std::size_t largest;  // unit, in shards
  int frames;
};

constexpr auto kAes = Suite::Aes128Gcm;
constexpr auto kChaCha = Suite::ChaCha20Poly1305;
const Wire kWires[] = {
    {"v1_aes", Generation::V1, kAes, FecScheme::Gf16, 64, 100, 20, 1 << 20, 320, 700},
    {"v1_chacha", Generation::V1, kChaCha, FecScheme::Gf16, 64, 100, 20, 1 << 20, 320, 300},
    {"v2_aes", Generation::V2, kAes, FecScheme::Gf16, 64, 100, 20, 1 << 20, 320, 700},
    {"v2_chacha", Generation::V2, kChaCha, FecScheme::Gf16, 64, 100, 20, 1 << 20, 320, 300},
    {"v1_gf8", Generation::V1, kAes, FecScheme::Gf8, 66, 128, 50, 1 << 20, 320, 300},
    {"v2_gf8", Generation::V2, kAes, FecScheme::Gf8, 66, 128, 50, 1 << 20, 320, 300},
    {"v2_in_parts", Generation::V2, kAes, FecScheme::Gf16, 66, 16, 40, 0, 200, 300},
    {"v1_in_parts", Generation::V1, kAes, FecScheme::Gf16, 66, 16, 40, 0, 200, 300},
    {"v2_no_parity", Generation::V2, kAes, FecScheme::Gf16, 64, 100, 0, 1 << 20, 50, 300},
    {"v2_full_size", Generation::V2, kAes, FecScheme::Gf16, 1'408, 4'096, 10, 8 << 20, 500, 60},
    {"v1_full_size", Generation::V1, kAes, FecScheme::Gf16, 1'388, 4'096, 10, 8 << 20, 500, 60},
};

Keys keys(const Wire& wire) {
  Bytes secret(32);
  std::iota(secret.begin(), secret.end(), std::uint8_t{1});
  return wire.generation == Generation::V2
             ? *Keys::v2(wire.suite, secret)
             : *Keys::v1(wire.suite, ByteSpan(secret).first(key_bytes(wire.suite)), {9, 8, 7, 6});
}

class NativeMedia : public testing::TestWithParam<std::tuple<Wire, Path>> {
 protected:
  NativeMedia() {
    limits_.min_shard_payload = 2;
    limits_.max_data_per_block = wire_.data_per_block;
    limits_.scheme = wire_.scheme;
    limits_.max_frame_bytes = wire_.largest * wire_.payload;
    VideoPackets::Config config;
    config.shard_payload = wire_.payload;
    config.max_data_per_block = wire_.data_per_block;
    config.scheme = wire_.scheme;
    config.fec_percentage = wire_.share;
    config.max_frame_bytes = limits_.max_frame_bytes;
    config.arena_bytes = wire_.arena_bytes;
    config.first_frame = 0xFFFF'FFF0;
    // The frame index wraps, and the key changes, on the way.
    packets_.emplace(*VideoPackets::create(config, *PacketSealer::create(keys_),
                                           std::make_shared<PacketNumbers>((1U << 23) - 5'000)));
    receiver_.emplace(*Receiver::create({.keys = keys_, .limits = limits_}));
    look_.emplace(*PacketOpener::create(keys_));
  }

  Bytes unit(int n) {
    const std::size_t largest = limits_.max_frame_bytes;
    std::size_t size = 1 + random_() % largest;
    if (n % 3 == 1) size = wire_.payload * (1 + random_() % 5) - random_() % 2;
    if (n % 3 == 2) size = 1 + random_() % (largest / 8);
    if (n % 50 == 0) size = largest;
    Bytes bytes(size);
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random_());
    return bytes;
  }

  // The block that a datagram belongs to, and that block's K.
  std::pair<unsigned, std::size_t> block_of(ByteSpan datagram) {
    Bytes copy(datagram.begin(), datagram.end());
    OpenedPacket packet;
    EXPECT_EQ(look_->open(copy, packet), OpenStatus::Opened);
    HeaderV1 v1;
    HeaderV2 v2;
    Shard shard;
    const auto check = wire_.generation == Generation::V1
                           ? check_v1(packet.plain, limits_, v1, shard)
                           : check_v2(packet.plain, packet.stream, limits_, v2, shard);
    EXPECT_EQ(check, PacketCheck::Good) << name(check);
    return {shard.block, shard.data};
  }

  // Sends one unit; whether every block kept as many shards as it needs.
  bool send(const Bytes& bytes, int n, std::int64_t now, Link& link) {
    VideoPackets::Status status;
    {
      const NoAllocScope no_alloc;
      const auto us = static_cast<std::uint64_t>(now / 1'000);
      status = packets_->begin(
          bytes, {.time = {us * 1'000, static_cast<std::uint32_t>(us)}, .flags = n == 0 ? 5U : 1U});
    }
    EXPECT_EQ(status, VideoPackets::Status::Ready);
    std::map<unsigned, std::pair<std::size_t, std::size_t>> blocks;  // needed, kept
    std::size_t all = 0;
    for (;;) {
      net::PacketRun run;
      {
        const NoAllocScope no_alloc;
        run = packets_->next_run();
      }
      if (run.count == 0) break;
      for (std::size_t i = 0; i < run.count; ++i, ++all) {
        const ByteSpan datagram(run.base + i * run.stride, run.packet_bytes);
        const auto [block, data] = block_of(datagram);
        auto& [needed, kept] = blocks[block];
        needed = data;
        if (link.send(now + static_cast<std::int64_t>(all) * 1'000, datagram)) ++kept;
      }
    }
    EXPECT_EQ(all, packets_->frame_packets());
    const bool whole = std::all_of(blocks.begin(), blocks.end(),
                                   [](const auto& b) { return b.second.second >= b.second.first; });
    if (!whole) ++lost_;
    return whole;
  }

  Wire wire_ = std::get<0>(GetParam());
  Keys keys_ = keys(wire_);
  PacketLimits limits_;
  std::mt19937_64 random_{42};
  std::optional<VideoPackets> packets_;
  std::optional<Receiver> receiver_;
  std::optional<PacketOpener> look_;
  std::uint64_t lost_ = 0;
};
INSTANTIATE_TEST_SUITE_P(All, NativeMedia,
                         testing::Combine(testing::ValuesIn(kWires), testing::ValuesIn(kPaths)),
                         [](const auto& param) {
                           return std::string(std::get<0>(param.param).name) + "_" +
                                  std::get<1>(param.param).name;
                         });

TEST_P(NativeMedia, WhatCanBeRepairedComesOutBitForBit) {
  auto options = std::get<1>(GetParam()).options;
  options.seed = 20'261'122;
  Link link(options);
  constexpr std::int64_t kFrameNs = 16'666'667;
  std::vector<Bytes> units;
  std::vector<bool> possible, arrived;
  std::uint64_t repaired = 0;
  const auto take = [&](std::int64_t until) {
    link.receive(until, [&](ByteSpan datagram) {
      Bytes copy(datagram.begin(), datagram.end());
      const auto frame = receiver_->feed(copy);
      if (!frame) return;
      const std::uint32_t n = frame->index - 0xFFFF'FFF0;
      ASSERT_LT(n, units.size());
      EXPECT_EQ(frame->bytes, units[n]) << "frame " << n;
      EXPECT_EQ(frame->pts_ns, static_cast<std::uint64_t>(n * kFrameNs / 1'000 * 1'000));
      EXPECT_EQ(frame->flags, n == 0 ? 5U : 1U);
      EXPECT_FALSE(arrived[n]);
      arrived[n] = true;
      repaired += frame->repaired;
    });
  };
  for (int n = 0; n < wire_.frames; ++n) {
    units.push_back(unit(n));
    arrived.push_back(false);
    possible.push_back(send(units.back(), n, n * kFrameNs, link));
    take((n + 1) * kFrameNs);
  }
  take(std::int64_t{1} << 60);

  EXPECT_EQ(arrived, possible);
  const auto& video = receiver_->video().stats();
  const auto& all = receiver_->stats();
  EXPECT_EQ(all.forged, 0U);
  EXPECT_EQ(all.malformed, 0U);
  EXPECT_EQ(all.rejected[0] + all.replayed, all.datagrams);
  EXPECT_EQ(video.inconsistent, 0U);
  EXPECT_EQ(video.mixed, 0U);
  EXPECT_EQ(video.bad_frames, 0U);
  EXPECT_EQ(video.duplicates, 0U);  // copies have the same number: replays
  EXPECT_GE(video.repaired, repaired);
  EXPECT_EQ(video.frames,
            static_cast<std::uint64_t>(std::count(possible.begin(), possible.end(), true)));
  EXPECT_LE(video.frames_lost, lost_);
  if (options.duplicate == 0) {
    EXPECT_EQ(all.replayed, 0U);
  }
  if (options.loss == 0 && options.late == 0) {
    EXPECT_EQ(video.repaired, 0U);
    EXPECT_EQ(video.early_losses, 0U);
    EXPECT_EQ(video.frames, units.size());
    EXPECT_EQ(loss_ppm(video, true), 0U);
  }
  if (options.loss != 0 && wire_.share != 0) {
    EXPECT_GT(video.repaired, 0U);
    EXPECT_GT(loss_ppm(video, false), 0U);
  }
}

}  // namespace
}  // namespace pf::sim
