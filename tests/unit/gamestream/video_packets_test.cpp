#include "gamestream/video_packets.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "base/hex.hpp"

namespace pf::gamestream {
namespace {

media::AccessUnit unit_of(const Bytes& bytes, media::FrameType type = media::FrameType::Idr) {
  media::AccessUnit unit(bytes, nullptr, nullptr);
  unit.type = type;
  return unit;
}

VideoPackets make(const VideoPackets::Config& config) {
  auto packets = VideoPackets::create(config);
  EXPECT_TRUE(packets.has_value()) << packets.error().message();
  return std::move(*packets);
}

VideoPackets::Config config_of(std::size_t packet_size, unsigned share = 20,
                               unsigned min_parity = 2) {
  VideoPackets::Config config;
  config.packet_size = packet_size;
  config.fec_percentage = share;
  config.min_parity = min_parity;
  config.max_frame_bytes = std::size_t{4} << 20;
  return config;
}

std::vector<Bytes> fetch(VideoPackets& packets) {
  std::vector<Bytes> out;
  for (auto run = packets.next_block(); run.count != 0; run = packets.next_block())
    for (std::size_t i = 0; i < run.count; ++i)
      out.emplace_back(run.base + i * run.stride, run.base + i * run.stride + run.packet_bytes);
  return out;
}

Bytes payload(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

// gamestream.md 12.5, "Complete frame".
const char* const kFrame =
    "00000001670102030000000168ce00000001658182838485868788898a8b8c8d8e8f9091929394959697";

TEST(VideoPackets, MatchesThePublishedFrame) {
  auto packets = make(config_of(48));
  const Bytes bitstream = *from_hex(kFrame);
  ASSERT_EQ(packets.begin(unit_of(bitstream), 77, 1500), VideoPackets::Status::Ready);
  EXPECT_EQ(packets.frame_packets(), 4U);
  const auto datagrams = fetch(packets);
  ASSERT_EQ(datagrams.size(), 4U);
  EXPECT_EQ(to_hex(datagrams[0]),
            "90000000000005dc000000000000000000000000010000000500100040068000"
            "014d00021200000000000001670102030000000168ce00000001658182838485");
  EXPECT_EQ(to_hex(datagrams[1]),
            "90000001000005dc000000000000000000010000010000000300100040168000"
            "868788898a8b8c8d8e8f90919293949596970000000000000000000000000000");
  EXPECT_EQ(to_hex(datagrams[2]),
            "90000002000005dc000000000000000000f40000010000008d00f30040268000"
            "07d5788d84798f7b7a8e700a38ff86fc7286008e34670000008ebcce41cf42cc");
  EXPECT_EQ(to_hex(datagrams[3]),
            "90000003000005dc0000000000000000008e0000010000008c00f30040368000"
            "b7f6443f4bcb46c847c948329f33bfc54bc500f4d3b1000000f4237f7e8a7c88");
}

TEST(VideoPackets, TheNextFrameContinuesTheCounters) {
  auto packets = make(config_of(48));
  const Bytes bitstream = *from_hex(kFrame);
  ASSERT_EQ(packets.begin(unit_of(bitstream), 0, 1), VideoPackets::Status::Ready);
  fetch(packets);
  ASSERT_EQ(packets.begin(unit_of(bitstream, media::FrameType::Predicted), 70'000, 2),
            VideoPackets::Status::Ready);
  const auto datagrams = fetch(packets);
  EXPECT_EQ(packets.frame_index(), 2U);
  EXPECT_EQ(to_hex(ByteSpan(datagrams[0]).first(32)),
            "90000004000000020000000000000000"
            "00040000"
            "02000000"
            "05001000"
            "40068000");
  // Latency is capped at the field's end; type 1.
  EXPECT_EQ(to_hex(ByteSpan(datagrams[0]).subspan(32, 8)), "01ffff0112000000");
}

TEST(VideoPackets, FrameTypesOnTheWire) {
  const std::pair<media::FrameType, int> types[] = {{media::FrameType::Predicted, 1},
                                                    {media::FrameType::Idr, 2},
                                                    {media::FrameType::IntraRefreshPoint, 4},
                                                    {media::FrameType::AfterInvalidation, 5}};
  auto packets = make(config_of(48));
  const Bytes bytes = payload(10);
  for (const auto& [type, wire] : types) {
    ASSERT_EQ(packets.begin(unit_of(bytes, type), 0, 0), VideoPackets::Status::Ready);
    EXPECT_EQ(fetch(packets).front()[35], wire);
  }
}

// A single data packet starts and ends its block: flags 7; one data, two parity is 200 %.
TEST(VideoPackets, SmallestFrame) {
  auto packets = make(config_of(48));
  const Bytes bytes{0xAB};
  ASSERT_EQ(packets.begin(unit_of(bytes), 0, 0), VideoPackets::Status::Ready);
  const auto datagrams = fetch(packets);
  ASSERT_EQ(datagrams.size(), 3U);
  EXPECT_EQ(datagrams[0][24], 7);
  EXPECT_EQ(load_le<std::uint32_t>(&datagrams[0][28]), 1U << 22 | 200U << 4);
  EXPECT_EQ(load_le<std::uint16_t>(&datagrams[0][36]), 9);
  EXPECT_EQ(datagrams[0][40], 0xAB);
}

TEST(VideoPackets, AFullLastPacketSaysItsWholeLength) {
  auto packets = make(config_of(48));
  for (const std::size_t size : {24UL, 56UL}) {
    const Bytes bytes = payload(size);
    ASSERT_EQ(packets.begin(unit_of(bytes), 0, 0), VideoPackets::Status::Ready);
    EXPECT_EQ(load_le<std::uint16_t>(&fetch(packets).front()[36]), 32) << size;
  }
}

// gamestream.md 12.
std::array<std::uint8_t, 16> published_key() {
  std::array<std::uint8_t, 16> key{};
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return key;
}

// 7.6: IV, frame number in clear, tag, ciphertext.
Bytes open_datagram(ByteSpan datagram, std::uint64_t counter, std::uint32_t frame) {
  Bytes iv(12);
  store_le(iv.data(), counter);
  iv[11] = 'V';
  EXPECT_EQ(to_hex(datagram.first(12)), to_hex(iv));
  EXPECT_EQ(load_le<std::uint32_t>(&datagram[12]), frame);
  auto cipher = crypto::Aes128Gcm::create(published_key());
  EXPECT_TRUE(cipher.has_value());
  Bytes text(datagram.begin() + 32, datagram.end());
  EXPECT_TRUE(cipher->open(iv, text, datagram.subspan(16, 16)));
  return text;
}

// gamestream.md 12.5, "Video encryption". Its header is not one that a stream can arrive at, so the
// check is that the reading of the layout, by which the next test judges the packetiser, opens it.
TEST(VideoPackets, TheEncryptedLayoutIsThePublishedOne) {
  const Bytes datagram = *from_hex(
      "090000000000000000000056070000007f43ad1656361ed0cea1dc729ae790b6b99a15bcd7d03cb85eac470c765d"
      "6891cae667a73d0b0a70ac1abb3727501405a0a4baa7c4781d1695d00110801c2623");
  EXPECT_EQ(to_hex(open_datagram(datagram, 9, 7)),
            "9000010200015f90000000000000000000a500000700000007001000800c4000"
            "000102030405060708090a0b0c0d0e0f");
}

TEST(VideoPackets, EncryptedDatagramsOpenToThePlainOnes) {
  auto plain_config = config_of(48);
  auto sealed_config = plain_config;
  sealed_config.key = published_key();
  sealed_config.first_iv = 9;
  auto plain = make(plain_config);
  auto sealed = make(sealed_config);
  EXPECT_EQ(sealed.datagram_bytes(), plain.datagram_bytes() + 32);
  const Bytes bytes = *from_hex(kFrame);
  ASSERT_EQ(plain.begin(unit_of(bytes), 77, 1500), VideoPackets::Status::Ready);
  ASSERT_EQ(sealed.begin(unit_of(bytes), 77, 1500), VideoPackets::Status::Ready);
  const auto expected = fetch(plain);
  const auto datagrams = fetch(sealed);
  ASSERT_EQ(datagrams.size(), expected.size());
  for (std::size_t i = 0; i < datagrams.size(); ++i)
    EXPECT_EQ(open_datagram(datagrams[i], 9 + i, 1), expected[i]);
  EXPECT_EQ(sealed.next_iv(), 13U);
  EXPECT_FALSE(sealed.failed());
}

TEST(VideoPackets, RefusedFramesUseNoNumber) {
  auto config = config_of(1024);
  config.max_frame_bytes = 100'000;
  auto packets = make(config);
  const Bytes none;
  const Bytes large(100'001);
  const Bytes small(100);
  EXPECT_EQ(packets.begin(unit_of(none), 0, 0), VideoPackets::Status::Empty);
  EXPECT_EQ(packets.next_block().count, 0U);
  EXPECT_EQ(packets.begin(unit_of(large), 0, 0), VideoPackets::Status::TooLarge);
  EXPECT_EQ(packets.next_block().count, 0U);
  ASSERT_EQ(packets.begin(unit_of(small), 0, 0), VideoPackets::Status::Ready);
  EXPECT_EQ(packets.frame_index(), 1U);
  EXPECT_EQ(load_be<std::uint16_t>(&fetch(packets).front()[2]), 0);
}

TEST(VideoPackets, MoreThanTheFieldsCanSayIsTooLarge) {
  auto config = config_of(48);  // 32 payload bytes: 4*1023 packets are 130,944 bytes
  auto packets = make(config);
  const Bytes fits(4 * 1023 * 32 - 8);
  const Bytes exceeds(4 * 1023 * 32 - 7);
  EXPECT_EQ(packets.begin(unit_of(fits), 0, 0), VideoPackets::Status::Ready);
  EXPECT_EQ(fetch(packets).size(), 4U * 1023);
  EXPECT_EQ(packets.begin(unit_of(exceeds), 0, 0), VideoPackets::Status::TooLarge);
}

TEST(VideoPackets, RejectsImpossibleSettings) {
  EXPECT_FALSE(VideoPackets::create(config_of(16)).has_value());
  EXPECT_FALSE(VideoPackets::create(config_of(20'000)).has_value());
  EXPECT_FALSE(VideoPackets::create(config_of(1024, 256)).has_value());
}

TEST(VideoPackets, TheShareChangesWithTheNextFrame) {
  auto packets = make(config_of(1024, 20, 0));
  const Bytes bytes(100'800);  // 100 packets and the frame header
  ASSERT_EQ(packets.begin(unit_of(bytes), 0, 0), VideoPackets::Status::Ready);
  packets.set_fec_percentage(50);
  EXPECT_EQ(fetch(packets).size(), 101U + 21U);
  ASSERT_EQ(packets.begin(unit_of(bytes), 0, 0), VideoPackets::Status::Ready);
  EXPECT_EQ(fetch(packets).size(), 101U + 51U);
  packets.set_fec_percentage(0);
  ASSERT_EQ(packets.begin(unit_of(bytes), 0, 0), VideoPackets::Status::Ready);
  const auto bare = fetch(packets);
  EXPECT_EQ(bare.size(), 101U);
  EXPECT_EQ(load_le<std::uint32_t>(&bare[0][28]) & 0xFF0, 0U);
}

TEST(FecLayout, PublishedNumbers) {
  // 7.4: 212 data shards a block at 20 %.
  EXPECT_EQ(fec_frame(212, 20).blocks, 1U);
  EXPECT_EQ(fec_frame(213, 20).blocks, 2U);
  EXPECT_EQ(fec_frame(848, 20).blocks, 4U);
  // A client from before April 2021 knows one block: the parity takes what room it leaves.
  const auto single = fec_frame(230, 20, 1);
  EXPECT_EQ(single.blocks, 1U);
  EXPECT_EQ(fec_block(single, 0, 20, 0).data, 230U);
  EXPECT_EQ(fec_block(single, 0, 20, 0).parity, 23U);
  EXPECT_EQ(fec_block(fec_frame(1023, 20, 1), 0, 20, 0).data, 1023U);
  EXPECT_EQ(fec_block(fec_frame(1023, 20, 1), 0, 20, 0).parity, 0U);
  const auto one = fec_block(fec_frame(1, 20), 0, 20, 2);
  EXPECT_EQ(one.parity, 2U);
  EXPECT_EQ(one.percentage, 200U);
}

TEST(FecLayout, ParityIsReducedNotDroppedBeyondFourFullBlocks) {
  const auto frame = fec_frame(900, 20);
  EXPECT_EQ(frame.blocks, 4U);
  EXPECT_EQ(frame.packets_per_block, 225U);
  const auto block = fec_block(frame, 0, 20, 2);
  EXPECT_EQ(block.percentage, 13U);  // 14 % would be 32 shards: 257
  EXPECT_EQ(block.parity, 30U);
  EXPECT_GT(fec_block(fec_frame(1008, 20), 0, 20, 2).parity, 0U);
  EXPECT_EQ(fec_block(fec_frame(1009, 20), 0, 20, 2).parity, 0U);
  EXPECT_EQ(fec_block(fec_frame(4 * 1023, 20), 3, 20, 2).data, 1023U);
}

// For every frame size, share and minimum: at most four blocks of 255 shards (when there is
// parity), nothing lost or counted twice, and the client derives exactly the parity count that is
// sent.
TEST(FecLayout, HoldsForAllFrames) {
  for (const unsigned share : {0U, 1U, 5U, 13U, 20U, 33U, 50U, 99U, 100U, 200U, 255U}) {
    for (const unsigned minimum : {0U, 1U, 2U, 7U, 300U}) {
      for (std::size_t packets = 1; packets <= 4 * kMaxBlockShards; ++packets) {
        const auto frame = fec_frame(packets, share);
        ASSERT_GE(frame.blocks, 1U);
        ASSERT_LE(frame.blocks, kMaxFecBlocks);
        std::size_t total = 0;
        for (std::size_t b = 0; b < frame.blocks; ++b) {
          const auto block = fec_block(frame, b, share, minimum);
          ASSERT_GE(block.data, 1U) << packets << " at " << share;
          ASSERT_LE(block.data, kMaxBlockShards);
          ASSERT_LE(block.percentage, 255U);
          ASSERT_EQ(block.parity, (block.data * block.percentage + 99) / 100);
          if (block.parity != 0) {
            ASSERT_LE(block.data + block.parity, 255U) << packets << " at " << share;
          }
          if (share == 0) {
            ASSERT_EQ(block.parity, 0U);
          } else if (packets <= 4 * (25'500 / (100 + share))) {
            ASSERT_GE(block.parity * 100, block.data * share) << packets << " at " << share;
          }
          total += block.data;
        }
        ASSERT_EQ(total, packets);
      }
    }
  }
}

TEST(VideoPackets, ThirtyTwoThousandPacketsWrapTheSequence) {
  auto packets = make(config_of(48, 0, 0));
  const Bytes bytes(32 * 1000 - 8);
  std::uint32_t expected = 0;
  for (int frame = 0; frame < 70; ++frame) {
    ASSERT_EQ(packets.begin(unit_of(bytes), 0, 0), VideoPackets::Status::Ready);
    for (const auto& datagram : fetch(packets)) {
      ASSERT_EQ(load_be<std::uint16_t>(&datagram[2]), static_cast<std::uint16_t>(expected));
      ASSERT_EQ(load_le<std::uint32_t>(&datagram[16]), expected << 8);
      ++expected;
    }
  }
}

}  // namespace
}  // namespace pf::gamestream
