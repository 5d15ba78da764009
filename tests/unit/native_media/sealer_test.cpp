#include "native/media/sealer.hpp"

#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

using namespace test;

class Sealing : public testing::TestWithParam<GenerationAndSuite> {
 protected:
  Keys keys_ = keys(GetParam().generation, GetParam().suite);
  PacketSealer sealer_ = *PacketSealer::create(keys_);
  PacketOpener opener_ = *PacketOpener::create(keys_);
  PacketSizes layout_ = sizes(GetParam().generation);

  Bytes sealed(std::uint64_t number, Stream stream = Stream::Video, std::size_t shard = 100) {
    Bytes packet(layout_.overhead() + shard, 0x33);
    EXPECT_TRUE(sealer_.seal({packet.data(), packet.size(), packet.size(), 1}, stream, number));
    return packet;
  }
  OpenStatus open(Bytes packet) { return opener_.open(packet, got_); }
  OpenedPacket got_;
};
INSTANTIATE_TEST_SUITE_P(All, Sealing, testing::ValuesIn(kAll),
                         [](const auto& p) { return name_of(p.param); });

TEST_P(Sealing, OpensWhatWasSealed) {
  auto packet = sealed(7);
  const Bytes cipher = packet;
  ASSERT_EQ(opener_.open(packet, got_), OpenStatus::Opened);
  EXPECT_EQ(got_.number, 7U);
  EXPECT_EQ(got_.plain.size(), layout_.header + 100);
  EXPECT_EQ(Bytes(got_.plain.begin(), got_.plain.end()), Bytes(got_.plain.size(), 0x33));
  EXPECT_EQ(open(cipher), OpenStatus::Replayed);
}

TEST_P(Sealing, ARunTakesConsecutiveNumbers) {
  const std::size_t bytes = layout_.overhead() + 64;
  Bytes run(5 * (bytes + 3), 1);
  ASSERT_TRUE(sealer_.seal({run.data(), bytes, bytes + 3, 5}, Stream::Video, 40));
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_EQ(open(Bytes(&run[i * (bytes + 3)], &run[i * (bytes + 3)] + bytes)),
              OpenStatus::Opened);
    EXPECT_EQ(got_.number, 40 + i);
    EXPECT_EQ(run[i * (bytes + 3) + bytes], 1);
  }
}

TEST_P(Sealing, EveryBitIsProtected) {
  const auto good = sealed(0, Stream::Video, 4);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto bad = good;
      bad[i] ^= static_cast<std::uint8_t>(1U << bit);
      ASSERT_NE(open(bad), OpenStatus::Opened) << i;
    }
  }
  EXPECT_EQ(open(good), OpenStatus::Opened);
}

TEST_P(Sealing, TruncatedAndExtendedPackets) {
  const auto good = sealed(0, Stream::Video, 4);
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto status = open(Bytes(good.begin(), good.begin() + static_cast<long>(size)));
    EXPECT_EQ(status, size < layout_.overhead() ? OpenStatus::Malformed : OpenStatus::Forged);
  }
  auto longer = good;
  longer.push_back(0);
  EXPECT_EQ(open(longer), OpenStatus::Forged);
}

TEST_P(Sealing, DirectionsHaveDifferentNonces) {
  auto other = *PacketSealer::create(keys_, Direction::ClientToHost);
  Bytes packet(layout_.overhead() + 10);
  ASSERT_TRUE(other.seal({packet.data(), packet.size(), packet.size(), 1}, Stream::Video, 0));
  EXPECT_EQ(open(packet), OpenStatus::Forged);
  auto client = *PacketOpener::create(keys_, Direction::ClientToHost);
  EXPECT_EQ(client.open(packet, got_), OpenStatus::Opened);
}

TEST_P(Sealing, KeyIndexChangesInBothDirectionsOfReorder) {
  constexpr std::uint64_t kEdge = 1U << 23;
  constexpr std::uint64_t kJump = 100'000;
  const std::uint64_t numbers[] = {kEdge - 3 * kJump, kEdge - 1, kEdge + 1,     kEdge - 2, kEdge,
                                   kEdge + kJump,     kEdge - 5, 2 * kEdge - 1, 2 * kEdge};
  // The packet numbers of V2 are 32 bits: the receiver must be near.
  for (const auto n : numbers) {
    EXPECT_EQ(open(sealed(n)), OpenStatus::Opened) << n;
    EXPECT_EQ(got_.number, n);
  }
}

TEST_P(Sealing, NumbersBeyond32Bits) {
  // Steps that V2's receiver can follow: less than one key index ahead.
  for (std::uint64_t n = 0; n < (std::uint64_t{1} << 33); n += (1U << 23) - 1)
    ASSERT_EQ(open(sealed(n, Stream::Video, 2)), OpenStatus::Opened) << n;
  EXPECT_GT(got_.number, std::uint64_t{1} << 32);
}

TEST(PacketOpenerV2, PlausibleNumbersOnly) {
  const auto with = keys(Generation::V2, Suite::Aes128Gcm);
  auto sealer = *PacketSealer::create(with);
  auto opener = *PacketOpener::create(with);
  OpenedPacket got;
  const auto open = [&](std::uint64_t number) {
    Bytes packet(kSizesV2.overhead() + 2);
    EXPECT_TRUE(
        sealer.seal({packet.data(), packet.size(), packet.size(), 1}, Stream::Video, number));
    return opener.open(packet, got);
  };
  EXPECT_EQ(open(1U << 24), OpenStatus::Malformed);     // two key indexes ahead of 0
  EXPECT_EQ(open((1U << 24) - 1), OpenStatus::Opened);  // one
  EXPECT_EQ(open((1U << 24) - 1 - (1U << 17)), OpenStatus::Malformed);  // 131,072 behind
  EXPECT_EQ(open((1U << 24) - (1U << 17)), OpenStatus::Opened);
  EXPECT_EQ(open(0xFFFF'FFFF), OpenStatus::Malformed);  // would be below zero
}

TEST(PacketOpenerV2, StreamTags) {
  const auto with = keys(Generation::V2, Suite::Aes128Gcm);
  auto sealer = *PacketSealer::create(with);
  auto opener = *PacketOpener::create(with);
  OpenedPacket got;
  Bytes packet(kSizesV2.overhead() + 2);
  ASSERT_TRUE(sealer.seal({packet.data(), packet.size(), packet.size(), 1}, Stream::Probe, 1));
  EXPECT_EQ(packet[0], 1);
  ASSERT_EQ(opener.open(packet, got), OpenStatus::Opened);
  EXPECT_EQ(got.stream, Stream::Probe);
  for (const unsigned tag : {2U, 0x10U, 0x40U, 0xFFU}) {
    ASSERT_TRUE(
        sealer.seal({packet.data(), packet.size(), packet.size(), 1}, static_cast<Stream>(tag), 2));
    EXPECT_EQ(opener.open(packet, got), OpenStatus::Malformed);
  }
}

TEST(PacketOpenerV1, AnyFirstNumber) {
  const auto with = keys(Generation::V1, Suite::Aes128Gcm);
  auto sealer = *PacketSealer::create(with);
  auto opener = *PacketOpener::create(with);
  OpenedPacket got;
  Bytes packet(kSizesV1.overhead() + 2);
  ASSERT_TRUE(sealer.seal({packet.data(), packet.size(), packet.size(), 1}, Stream::Video,
                          ~std::uint64_t{0} >> 1));
  EXPECT_EQ(opener.open(packet, got), OpenStatus::Opened);
}

}  // namespace
}  // namespace pf::native::media
