#include "native/media/video_packets.hpp"

#include <map>
#include <set>

#include "native/media/packet_v1.hpp"
#include "native/media/packet_v2.hpp"
#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

using namespace test;

VideoPackets::Config small() {
  VideoPackets::Config config;
  config.shard_payload = 64;
  config.max_data_per_block = 8;
  config.fec_percentage = 25;
  config.max_frame_bytes = 100'000;
  return config;
}

// A sent packet as its receiver sees it.
struct Seen {
  std::uint64_t number = 0;
  HeaderV1 v1;
  HeaderV2 v2;
  Shard shard;
  Bytes plain;
};

PacketLimits limits(const VideoPackets::Config& config) {
  PacketLimits made;
  made.min_shard_payload = 2;
  made.max_data_per_block = config.max_data_per_block;
  made.scheme = config.scheme;
  made.max_frame_bytes = config.max_frame_bytes;
  return made;
}

std::vector<Seen> look(const std::vector<Bytes>& sent, const Keys& with,
                       const VideoPackets::Config& config) {
  auto opener = *PacketOpener::create(with);
  std::vector<Seen> seen;
  for (auto datagram : sent) {
    OpenedPacket packet;
    EXPECT_EQ(opener.open(datagram, packet), OpenStatus::Opened);
    Seen one;
    one.number = packet.number;
    one.plain.assign(packet.plain.begin(), packet.plain.end());
    const auto check = with.generation() == Generation::V1
                           ? check_v1(one.plain, limits(config), one.v1, one.shard)
                           : check_v2(one.plain, packet.stream, limits(config), one.v2, one.shard);
    EXPECT_EQ(check, PacketCheck::Good) << name(check);
    seen.push_back(std::move(one));
  }
  return seen;
}

class BothGenerations : public testing::TestWithParam<Generation> {
 protected:
  Keys keys_ = keys(GetParam(), Suite::Aes128Gcm);
};
INSTANTIATE_TEST_SUITE_P(All, BothGenerations, testing::Values(Generation::V1, Generation::V2),
                         [](const auto& p) { return p.param == Generation::V1 ? "v1" : "v2"; });

// The example of punktfunk2.md 6.2, with the order of 6.5 rule 6.
TEST_P(BothGenerations, CutsAndOrders) {
  auto made = packets(small(), keys_);
  const auto sent = build(made, random_bytes(1'287), {.time = {1, 2}, .flags = 5});
  const auto seen = look(sent, keys_, small());
  ASSERT_EQ(seen.size(), 21U + 6U);
  EXPECT_EQ(made.frame_packets(), seen.size());
  EXPECT_EQ(made.datagram_bytes(), sent[0].size());
  std::map<unsigned, unsigned> last_shard;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto& s = seen[i].shard;
    EXPECT_EQ(seen[i].number, i);
    EXPECT_EQ(s.frame, 0U);
    EXPECT_EQ(s.index >= s.data, i >= 21) << "data of all blocks comes first";
    EXPECT_EQ(s.data, s.block == 2 ? 5 : 8);
    EXPECT_EQ(s.parity, 2);
    EXPECT_EQ(s.base, s.block * 8U);
    if (i > 0 && i != 21) {
      EXPECT_GE(s.block, seen[i - 1].shard.block);
      if (s.block == seen[i - 1].shard.block) {
        EXPECT_EQ(s.index, seen[i - 1].shard.index + 1);
      }
    }
    last_shard[s.block] = s.index;
    if (GetParam() == Generation::V1) {
      const auto& h = seen[i].v1;
      EXPECT_EQ(h.stream_seq, i);
      EXPECT_EQ(h.flags, 0x01 | (i == 0 ? 0x04 : 0) | (i + 1 == seen.size() ? 0x02 : 0));
      EXPECT_EQ(h.frame_bytes, 1'287U);
      EXPECT_EQ(h.block_count, 3U);
      EXPECT_EQ(h.scheme, FecScheme::Gf16);
    } else {
      EXPECT_EQ((seen[i].v2.flags & 0x8000) != 0, s.block == 2);
      EXPECT_EQ(seen[i].v2.pad, s.block == 2 ? 57 : 0);
    }
  }
  EXPECT_EQ(last_shard, (std::map<unsigned, unsigned>{{0, 9}, {1, 9}, {2, 6}}));
}

TEST_P(BothGenerations, PayloadIsTheUnitPaddedWithZeros) {
  auto config = small();
  config.fec_percentage = 0;
  auto made = packets(config, keys_);
  const Bytes unit = random_bytes(150);
  Bytes joined;
  // Dirty memory first: padding must not show it.
  build(made, Bytes(5'000, 0xEE), {});
  for (const auto& s : look(build(made, unit, {}), keys_, config))
    joined.insert(joined.end(), s.shard.bytes.begin(), s.shard.bytes.end());
  ASSERT_EQ(joined.size(), 192U);
  EXPECT_TRUE(std::equal(unit.begin(), unit.end(), joined.begin()));
  EXPECT_EQ(Bytes(joined.begin() + 150, joined.end()), Bytes(42));
}

TEST_P(BothGenerations, AnEmptyUnitIsOneShard) {
  auto made = packets(small(), keys_);
  const auto seen = look(build(made, {}, {}), keys_, small());
  ASSERT_EQ(seen.size(), 3U);  // and its two parity shards
  EXPECT_EQ(seen[0].shard.data, 1);
  EXPECT_EQ(seen[0].shard.frame_bytes, 0U);
  if (GetParam() == Generation::V2) {
    EXPECT_EQ(seen[0].v2.pad, 64);
  }
}

TEST_P(BothGenerations, FrameIndexCountsFramesThatLeft) {
  auto config = small();
  config.first_frame = 0xFFFF'FFFF;
  auto made = packets(config, keys_);
  EXPECT_EQ(made.frame_index(), 0xFFFF'FFFFU);
  const Bytes unit(10);
  const Bytes huge(100'001);
  EXPECT_EQ(made.begin(huge, {}), VideoPackets::Status::TooLarge);
  EXPECT_EQ(made.next_run().count, 0U);
  EXPECT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);  // nothing of it is fetched
  EXPECT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);
  EXPECT_EQ(made.frame_index(), 0xFFFF'FFFFU);
  EXPECT_GT(made.next_run().count, 0U);
  EXPECT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);
  EXPECT_EQ(made.frame_index(), 0U);
  EXPECT_EQ(made.begin(huge, {}), VideoPackets::Status::TooLarge);
  EXPECT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);
  EXPECT_EQ(made.frame_index(), 0U);
}

TEST_P(BothGenerations, ProbesAndVideoShareNumbersOnly) {
  auto numbers = std::make_shared<PacketNumbers>();
  auto video = packets(small(), keys_, numbers);
  auto config = small();
  config.stream = Stream::Probe;
  config.first_frame = 50;
  auto probe = packets(config, keys_, numbers);
  auto sent = build(video, Bytes(100), {});
  for (const auto& d : build(probe, Bytes(100), {})) sent.push_back(d);
  for (const auto& d : build(video, Bytes(100), {})) sent.push_back(d);
  const auto seen = look(sent, keys_, small());
  ASSERT_EQ(seen.size(), 12U);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const bool filler = i / 4 == 1;
    EXPECT_EQ(seen[i].number, i);
    EXPECT_EQ(seen[i].shard.stream, filler ? Stream::Probe : Stream::Video);
    EXPECT_EQ(seen[i].shard.frame, filler ? 50U : i / 8);
    EXPECT_EQ(seen[i].shard.flags, filler ? 9U : 1U);
    if (GetParam() == Generation::V1) {
      EXPECT_EQ(seen[i].v1.stream_seq, i);
      EXPECT_EQ((seen[i].v1.flags & HeaderV1::kProbe) != 0, filler);
    }
  }
}

TEST_P(BothGenerations, ShareChangesPerFrame) {
  auto config = small();
  config.max_data_per_block = 100;
  auto made = packets(config, keys_);
  const Bytes unit(64 * 100);
  for (const auto& [percentage, parity] : std::map<unsigned, std::size_t>{
           {0, 0}, {1, 2}, {2, 2}, {5, 5}, {33, 33}, {90, 90}, {91, 90}, {1'000, 90}}) {
    made.set_fec_percentage(percentage);
    EXPECT_EQ(build(made, unit, {}).size(), 100 + parity) << percentage;
  }
}

TEST_P(BothGenerations, TheFirstClientsLimitIsKept) {
  auto config = small();
  config.parity_limit_percentage = 0;
  auto made = packets(config, keys_);
  made.set_fec_percentage(50);
  // Full blocks get none, the last one of 5 gets its 3.
  const auto seen = look(build(made, Bytes(64 * 21), {}), keys_, config);
  EXPECT_EQ(seen.size(), 24U);
  EXPECT_EQ(seen[0].shard.parity, 0);
  EXPECT_EQ(seen[20].shard.parity, 3);
}

TEST_P(BothGenerations, ShardPayloadChangesAtTheNextUnit) {
  auto config = small();
  config.shard_payload = 1'408;
  config.max_shard_payload = 8'908;
  config.max_data_per_block = 50;
  config.max_frame_bytes = 300'000;
  auto made = packets(config, keys_);
  const Bytes unit = random_bytes(30'000);
  ASSERT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);
  EXPECT_TRUE(made.set_shard_payload(8'908));
  EXPECT_EQ(made.shard_payload(), 1'408U);
  EXPECT_EQ(made.next_run().packet_bytes, 1'408 + sizes(GetParam()).overhead());
  EXPECT_EQ(build(made, unit, {})[0].size(), 8'908 + sizes(GetParam()).overhead());
  EXPECT_TRUE(made.set_shard_payload(512));
  const auto seen = look(build(made, unit, {}), keys_, config);
  EXPECT_EQ(seen[0].shard.bytes.size(), 512U);
  EXPECT_EQ(seen.size(), 59U + 13U + 3U);
  for (const std::size_t bad : {0U, 2U, 510U, 513U, 8'910U})
    EXPECT_FALSE(made.set_shard_payload(bad));
}

// The arena holds one block of 8 and little more, so the frame is built in parts.
TEST_P(BothGenerations, FramesLargerThanTheArenaGoInParts) {
  auto config = small();
  config.arena_bytes = 0;
  auto made = packets(config, keys_);
  const auto unit = random_bytes(64 * 50);
  const auto sent = build(made, unit, {});
  const auto seen = look(sent, keys_, config);
  ASSERT_EQ(seen.size(), 50U + 14U);
  Bytes joined;
  std::map<unsigned, int> last;
  for (const auto& s : seen) {
    if (s.shard.index < s.shard.data)
      joined.insert(joined.end(), s.shard.bytes.begin(), s.shard.bytes.end());
    const auto [at, first] = last.try_emplace(s.shard.block, -1);
    EXPECT_EQ(s.shard.index, at->second + 1);
    at->second = s.shard.index;
  }
  EXPECT_EQ(joined, unit);
  if (GetParam() == Generation::V1) {
    EXPECT_EQ(seen.front().v1.flags, 5);
    EXPECT_EQ(seen.back().v1.flags, 3);
  }
}

TEST_P(BothGenerations, RunsFitOneSystemCall) {
  auto config = small();
  config.shard_payload = 1'408;
  config.max_data_per_block = 4'096;
  config.max_frame_bytes = 1 << 20;
  auto made = packets(config, keys_);
  const Bytes unit(1 << 20);
  ASSERT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);
  std::size_t all = 0;
  for (auto run = made.next_run(); run.count != 0; run = made.next_run()) {
    EXPECT_LE(run.count, 64U);
    EXPECT_LE(run.count * run.packet_bytes, 65'507U);
    EXPECT_EQ(run.stride, run.packet_bytes);
    all += run.count;
  }
  EXPECT_EQ(all, made.frame_packets());
}

TEST_P(BothGenerations, Gf8) {
  auto config = small();
  config.scheme = FecScheme::Gf8;
  config.max_data_per_block = 200;
  auto made = packets(config, keys_);
  made.set_fec_percentage(90);
  const auto seen = look(build(made, Bytes(64 * 200), {}), keys_, config);
  EXPECT_EQ(seen.size(), 255U);
  if (GetParam() == Generation::V1) {
    EXPECT_EQ(seen[0].v1.scheme, FecScheme::Gf8);
  }
}

TEST_P(BothGenerations, EpochFlagsAndTime) {
  auto made = packets(small(), keys_);
  const auto seen = look(
      build(made, Bytes(200), {.time = {77'000, 66}, .flags = 0x121, .epoch = 9}), keys_, small());
  for (const auto& s : seen) {
    EXPECT_EQ(s.shard.flags, 0x121U);
    EXPECT_EQ(s.shard.pts, GetParam() == Generation::V1 ? 77'000U : 66U);
    EXPECT_EQ(s.shard.epoch, GetParam() == Generation::V1 ? 0 : 9);
  }
}

TEST_P(BothGenerations, BadSettingsAreRefused) {
  const auto refused = [&](auto change) {
    auto config = small();
    change(config);
    return !VideoPackets::create(config, *PacketSealer::create(keys_),
                                 std::make_shared<PacketNumbers>());
  };
  EXPECT_FALSE(refused([](auto&) {}));
  EXPECT_TRUE(refused([](auto& c) { c.shard_payload = 0; }));
  EXPECT_TRUE(refused([](auto& c) { c.shard_payload = 63; }));
  EXPECT_TRUE(refused([](auto& c) { c.shard_payload = 9'172; }));
  EXPECT_TRUE(refused([](auto& c) { c.max_shard_payload = 9'172; }));
  EXPECT_TRUE(refused([](auto& c) { c.max_data_per_block = 0; }));
  EXPECT_TRUE(refused([](auto& c) { c.max_data_per_block = kMaxDataPerBlock + 1; }));
  EXPECT_TRUE(refused([](auto& c) {
    c.scheme = FecScheme::Gf8;
    c.max_data_per_block = 256;
  }));
  EXPECT_TRUE(refused([](auto& c) { c.fec_percentage = 91; }));
  EXPECT_TRUE(refused([](auto& c) { c.parity_limit_percentage = 91; }));
  EXPECT_TRUE(refused([](auto& c) { c.max_frame_bytes = 0; }));
  EXPECT_TRUE(refused([](auto& c) { c.max_frame_bytes = std::size_t{65} << 20; }));
  EXPECT_TRUE(refused([](auto& c) {
    c.max_data_per_block = 1;
    c.max_frame_bytes = std::size_t{8} << 20;
  }));
}

class Resending : public testing::Test {
 protected:
  Resending() {
    config_.resend_bytes = 60 * (64 + kSizesV2.overhead());
    config_.arena_bytes = 100 * (64 + kSizesV2.overhead());
  }
  std::vector<Bytes> again(VideoPackets& from, std::uint32_t frame,
                           std::vector<std::uint16_t> shards) {
    const auto run = from.resend(frame, shards);
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < run.count; ++i)
      out.emplace_back(run.base + i * run.stride, run.base + i * run.stride + run.packet_bytes);
    return out;
  }
  VideoPackets::Config config_ = small();
  Keys keys_ = keys(Generation::V2, Suite::Aes128Gcm);
};

TEST_F(Resending, GivesTheSameShardANewNumber) {
  auto made = packets(config_, keys_);
  auto sent = build(made, random_bytes(1'287), {.time = {1, 2}, .flags = 5});
  ASSERT_EQ(sent.size(), 27U);
  for (auto& one : again(made, 0, {3, 20, 26, 27, 3})) sent.push_back(std::move(one));
  const auto seen = look(sent, keys_, config_);
  ASSERT_EQ(seen.size(), 27U + 4U) << "shard 27 never was";
  const std::size_t places[] = {3, 20, 26, 3};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(seen[27 + i].number, 27 + i);
    EXPECT_EQ(seen[27 + i].plain, seen[places[i]].plain);
  }
  // The next frame goes on behind them.
  EXPECT_EQ(look(build(made, random_bytes(10), {}), keys_, config_)[0].number, 31U);
}

TEST_F(Resending, KeepsWhatFitsAndForgetsTheOldest) {
  auto made = packets(config_, keys_);
  for (int i = 0; i < 3; ++i) build(made, random_bytes(1'287), {});  // 27 packets each
  EXPECT_TRUE(again(made, 0, {0}).empty()) << "the third lies where it was";
  EXPECT_EQ(again(made, 1, {0, 26}).size(), 2U);
  EXPECT_EQ(again(made, 2, {0, 26}).size(), 2U);
  EXPECT_TRUE(again(made, 3, {0}).empty()) << "never sent";
  EXPECT_TRUE(again(made, 0xFFFFFFFF, {0}).empty());
  // Larger than what is kept, and then in several parts.
  build(made, random_bytes(64 * 60), {});
  EXPECT_EQ(again(made, 3, {59}).size(), 1U);
  EXPECT_TRUE(again(made, 2, {0}).empty());
  build(made, random_bytes(64 * 150), {});
  EXPECT_TRUE(again(made, 4, {0}).empty());
  build(made, random_bytes(64), {});
  EXPECT_EQ(again(made, 5, {0, 1}).size(), 2U);
  for (int i = 0; i < 40; ++i) build(made, random_bytes(10), {});  // one and one of parity
  EXPECT_TRUE(again(made, 5, {0}).empty());
  EXPECT_EQ(again(made, 45, {0}).size(), 1U);
  EXPECT_EQ(again(made, 30, {0}).size(), 1U);
}

TEST_F(Resending, OfAFrameCutShortOnlyWhatLeft) {
  auto made = packets(config_, keys_);
  const auto unit = random_bytes(1'287);
  ASSERT_EQ(made.begin(unit, {}), VideoPackets::Status::Ready);
  EXPECT_TRUE(again(made, 0, {0}).empty());
  const auto first = made.next_run().count;
  ASSERT_LT(first, 27U);
  EXPECT_EQ(again(made, 0, {0, static_cast<std::uint16_t>(first)}).size(), 1U);
}

TEST_F(Resending, OtherSizesBeginAnew) {
  config_.max_shard_payload = 512;
  auto made = packets(config_, keys_);
  build(made, random_bytes(200), {});
  ASSERT_TRUE(made.set_shard_payload(128));
  build(made, random_bytes(200), {});
  EXPECT_TRUE(again(made, 0, {0}).empty());
  const auto once = again(made, 1, {0});
  ASSERT_EQ(once.size(), 1U);
  EXPECT_EQ(once[0].size(), 128 + kSizesV2.overhead());
}

TEST_F(Resending, AcrossAChangeOfKey) {
  auto numbers = std::make_shared<PacketNumbers>((std::uint64_t{1} << kKeyIndexShift) - 10);
  auto made = *VideoPackets::create(config_, *PacketSealer::create(keys_), numbers);
  const auto unit = random_bytes(1'287);
  auto sent = build(made, unit, {});
  for (auto& one : again(made, 0, {2, 20})) sent.push_back(std::move(one));
  auto opener = *PacketOpener::create(keys_);
  std::vector<Bytes> plain;
  for (auto& datagram : sent) {
    OpenedPacket packet;
    // The first number of a session may be any within its first key.
    ASSERT_EQ(opener.open(datagram, packet), OpenStatus::Opened);
    plain.emplace_back(packet.plain.begin(), packet.plain.end());
  }
  EXPECT_EQ(plain[27], plain[2]);
  EXPECT_EQ(plain[28], plain[20]);
}

TEST_F(Resending, GenerationOneHasNone) {
  const auto v1 = keys(Generation::V1, Suite::Aes128Gcm);
  auto made = packets(config_, v1);
  build(made, random_bytes(200), {});
  EXPECT_TRUE(again(made, 0, {0}).empty());
}

}  // namespace
}  // namespace pf::native::media
