// What a receiver refuses of one packet: every check of punktfunk1.md 6.3 and punktfunk2.md 6.3.
#include "native/media/packet_check.hpp"

#include <functional>

#include "native/media/packet_v1.hpp"
#include "native/media/packet_v2.hpp"
#include "unit/native_media/support.hpp"

namespace pf::native::media {
namespace {

PacketLimits limits() {
  PacketLimits made;
  made.max_data_per_block = 100;
  made.max_frame_bytes = 1'000'000;
  return made;
}

// A good packet of a frame of two blocks: 150 shards of 1000 bytes, second block.
HeaderV1 good_v1() {
  HeaderV1 h;
  h.pts_ns = 123;
  h.frame = 9;
  h.stream_seq = 77;
  h.frame_bytes = 149'500;
  h.user_flags = 5;
  h.block = 1;
  h.block_count = 2;
  h.data = 50;
  h.parity = 5;
  h.shard = 54;
  h.shard_bytes = 1'000;
  h.flags = HeaderV1::kPicture;
  return h;
}

PacketCheck check(const HeaderV1& h, const PacketLimits& with, std::size_t size, Shard& out) {
  Bytes plain(std::max(size, HeaderV1::kBytes));
  encode(h, std::span<std::uint8_t, HeaderV1::kBytes>(plain.data(), HeaderV1::kBytes));
  plain.resize(size);
  HeaderV1 read;
  const auto result = check_v1(plain, with, read, out);
  if (result == PacketCheck::Good) {
    EXPECT_EQ(read, h);
  }
  return result;
}
PacketCheck changed(const std::function<void(HeaderV1&)>& change) {
  auto h = good_v1();
  change(h);
  Shard shard;
  return check(h, limits(), HeaderV1::kBytes + h.shard_bytes, shard);
}

TEST(CheckV1, Good) {
  Shard shard;
  ASSERT_EQ(check(good_v1(), limits(), 1'040, shard), PacketCheck::Good);
  EXPECT_EQ(shard.frame, 9U);
  EXPECT_EQ(shard.pts, 123U);
  EXPECT_EQ(shard.base, 100U);
  EXPECT_EQ(shard.index, 54);
  EXPECT_EQ(shard.frame_bytes, 149'500U);
  EXPECT_EQ(shard.block_count, 2U);
  EXPECT_EQ(shard.bytes.size(), 1'000U);
  EXPECT_EQ(shard.stream, Stream::Video);
  // Bytes behind the shard are ignored.
  EXPECT_EQ(check(good_v1(), limits(), 1'050, shard), PacketCheck::Good);
  EXPECT_EQ(shard.bytes.size(), 1'000U);
}

TEST(CheckV1, Lengths) {
  Shard shard;
  for (std::size_t size = 0; size < 1'040; size += 13)
    EXPECT_EQ(check(good_v1(), limits(), size, shard), PacketCheck::TooShort) << size;
  EXPECT_EQ(check(good_v1(), limits(), 1'039, shard), PacketCheck::TooShort);
}

TEST(CheckV1, Magic) {
  Bytes plain(1'040);
  encode(good_v1(), std::span<std::uint8_t, HeaderV1::kBytes>(plain.data(), HeaderV1::kBytes));
  HeaderV1 h;
  Shard shard;
  plain[37] = 9;  // version, scheme, flags and stream_seq are not looked at
  plain[38] = 9;
  plain[39] = 0xF0;
  EXPECT_EQ(check_v1(plain, limits(), h, shard), PacketCheck::Good);
  plain[36] = 0xC8;
  EXPECT_EQ(check_v1(plain, limits(), h, shard), PacketCheck::BadMagic);
}

TEST(CheckV1, Payload) {
  EXPECT_EQ(changed([](auto& h) { h.shard_bytes = 999; }), PacketCheck::BadPayload);
  EXPECT_EQ(changed([](auto& h) { h.shard_bytes = 510; }), PacketCheck::BadPayload);
  EXPECT_EQ(changed([](auto& h) { h.shard_bytes = 9'172; }), PacketCheck::BadPayload);
  auto fixed = limits();
  fixed.shard_payload = 1'000;
  Shard shard;
  EXPECT_EQ(check(good_v1(), fixed, 1'040, shard), PacketCheck::Good);
  fixed.shard_payload = 1'002;
  EXPECT_EQ(check(good_v1(), fixed, 1'040, shard), PacketCheck::BadPayload);
}

TEST(CheckV1, Shards) {
  EXPECT_EQ(changed([](auto& h) { h.data = 0; }), PacketCheck::BadShards);
  EXPECT_EQ(changed([](auto& h) { h.data = 101; }), PacketCheck::BadShards);
  EXPECT_EQ(changed([](auto& h) { h.shard = 55; }), PacketCheck::BadShards);
  EXPECT_EQ(changed([](auto& h) { h.parity = 140; }), PacketCheck::Good);
  EXPECT_EQ(changed([](auto& h) { h.parity = 141; }), PacketCheck::BadShards);
  // The first public clients: D and Welcome's share.
  auto old = limits();
  old.parity_percentage = 10;
  auto h = good_v1();
  Shard shard;
  h.parity = 60;
  EXPECT_EQ(check(h, old, 1'040, shard), PacketCheck::Good);
  h.parity = 61;
  EXPECT_EQ(check(h, old, 1'040, shard), PacketCheck::BadShards);
  auto gf8 = limits();
  gf8.max_data_per_block = 200;
  gf8.scheme = FecScheme::Gf8;
  h = good_v1();
  h.frame_bytes = 200'000;
  h.block = 0;
  h.block_count = 1;
  h.data = 200;
  h.parity = 55;
  EXPECT_EQ(check(h, gf8, 1'040, shard), PacketCheck::Good);
  h.parity = 56;
  EXPECT_EQ(check(h, gf8, 1'040, shard), PacketCheck::BadShards);
}

TEST(CheckV1, Geometry) {
  EXPECT_EQ(changed([](auto& h) { h.block = 2; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed([](auto& h) { h.block_count = 0; }), PacketCheck::BadBlock);  // sentinel
  EXPECT_EQ(changed([](auto& h) { h.block_count = 3; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed([](auto& h) { h.data = 51; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed([](auto& h) { h.frame_bytes = 149'000; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed([](auto& h) { h.frame_bytes = 149'001; }), PacketCheck::Good);
  EXPECT_EQ(changed([](auto& h) { h.frame_bytes = 150'001; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed([](auto& h) { h.block = 0; }), PacketCheck::BadBlock);  // it has 100
  EXPECT_EQ(changed([](auto& h) { h.frame_bytes = 1'000'001; }), PacketCheck::TooLarge);
  EXPECT_EQ(changed([](auto& h) { h.frame_bytes = 0xFFFF'FFFF; }), PacketCheck::TooLarge);
}

TEST(CheckV1, ProbeByEitherFlag) {
  Shard shard;
  auto h = good_v1();
  h.flags |= HeaderV1::kProbe;
  ASSERT_EQ(check(h, limits(), 1'040, shard), PacketCheck::Good);
  EXPECT_EQ(shard.stream, Stream::Probe);
  h = good_v1();
  h.user_flags |= flag::kProbe;
  ASSERT_EQ(check(h, limits(), 1'040, shard), PacketCheck::Good);
  EXPECT_EQ(shard.stream, Stream::Probe);
}

// A packet of the last of two blocks: base 100, 50 shards of 1000 bytes.
HeaderV2 good_v2() {
  HeaderV2 h;
  h.epoch = 3;
  h.flags = HeaderV2::kLastBlock | 5;
  h.frame = 9;
  h.pts_us = 123;
  h.block = 1;
  h.base = 100;
  h.shard = 54;
  h.data = 50;
  h.parity = 5;
  h.pad = 500;
  return h;
}

PacketCheck check(const HeaderV2& h, const PacketLimits& with, std::size_t payload, Shard& out) {
  Bytes plain(HeaderV2::kBytes + payload);
  encode(h, std::span<std::uint8_t, HeaderV2::kBytes>(plain.data(), HeaderV2::kBytes));
  HeaderV2 read;
  const auto result = check_v2(plain, Stream::Video, with, read, out);
  EXPECT_EQ(read, h);
  return result;
}
PacketCheck changed2(const std::function<void(HeaderV2&)>& change) {
  auto h = good_v2();
  change(h);
  Shard shard;
  return check(h, limits(), 1'000, shard);
}

TEST(CheckV2, Good) {
  Shard shard;
  ASSERT_EQ(check(good_v2(), limits(), 1'000, shard), PacketCheck::Good);
  EXPECT_EQ(shard.flags, 5U);
  EXPECT_EQ(shard.epoch, 3);
  EXPECT_EQ(shard.frame_bytes, 149'500U);
  EXPECT_EQ(shard.block_count, 2U);
  auto h = good_v2();
  h.flags = 5;
  ASSERT_EQ(check(h, limits(), 1'000, shard), PacketCheck::Good);
  EXPECT_FALSE(shard.frame_bytes);
  EXPECT_FALSE(shard.block_count);
}

TEST(CheckV2, LengthAndPayload) {
  HeaderV2 h;
  Shard shard;
  for (std::size_t size = 0; size < HeaderV2::kBytes; ++size)
    EXPECT_EQ(check_v2(Bytes(size), Stream::Video, limits(), h, shard), PacketCheck::TooShort);
  EXPECT_EQ(check(good_v2(), limits(), 999, shard), PacketCheck::BadPayload);
  EXPECT_EQ(check(good_v2(), limits(), 510, shard), PacketCheck::BadPayload);
  EXPECT_EQ(check(good_v2(), limits(), 512, shard), PacketCheck::Good);
  EXPECT_EQ(check(good_v2(), limits(), 0, shard), PacketCheck::BadPayload);
  auto wide = limits();
  wide.max_frame_bytes = std::size_t{8} << 20;
  EXPECT_EQ(check(good_v2(), wide, 9'170, shard), PacketCheck::Good);
  EXPECT_EQ(check(good_v2(), wide, 9'172, shard), PacketCheck::BadPayload);
}

TEST(CheckV2, Shards) {
  EXPECT_EQ(changed2([](auto& h) { h.data = 0; }), PacketCheck::BadShards);
  EXPECT_EQ(changed2([](auto& h) { h.data = 100; }), PacketCheck::Good);
  EXPECT_EQ(changed2([](auto& h) { h.data = 101; }), PacketCheck::BadShards);
  EXPECT_EQ(changed2([](auto& h) { h.shard = 55; }), PacketCheck::BadShards);
  EXPECT_EQ(changed2([](auto& h) { h.parity = 140; }), PacketCheck::Good);
  EXPECT_EQ(changed2([](auto& h) { h.parity = 141; }), PacketCheck::BadShards);
  EXPECT_EQ(changed2([](auto& h) { h.parity = 65'535; }), PacketCheck::BadShards);
}

TEST(CheckV2, BlocksAndSizes) {
  // 1000 shards in blocks of at least 16: 62 + 2.
  EXPECT_EQ(changed2([](auto& h) { h.block = 62; }), PacketCheck::Good);
  EXPECT_EQ(changed2([](auto& h) { h.block = 63; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed2([](auto& h) { h.pad = 1'000; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed2([](auto& h) { h.pad = 999; }), PacketCheck::Good);
  EXPECT_EQ(changed2([](auto& h) { h.pad = 1'001; }), PacketCheck::BadBlock);
  EXPECT_EQ(changed2([](auto& h) { h.base = 950; }), PacketCheck::Good);
  EXPECT_EQ(changed2([](auto& h) { h.base = 951; }), PacketCheck::TooLarge);
  EXPECT_EQ(changed2([](auto& h) { h.base = 0xFFFF'FFFF; }), PacketCheck::TooLarge);
  const auto middle = [](HeaderV2& h) { h.flags &= HeaderV2::kUserFlags; };
  EXPECT_EQ(changed2([&](auto& h) { middle(h), h.base = 950; }), PacketCheck::Good);
  EXPECT_EQ(changed2([&](auto& h) { middle(h), h.base = 951; }), PacketCheck::TooLarge);
  EXPECT_EQ(changed2([&](auto& h) { middle(h), h.block = 63; }), PacketCheck::BadBlock);
}

// punktfunk2.md 6.2 rule 5.
TEST(CheckV2, EmptyUnit) {
  HeaderV2 h;
  h.flags = HeaderV2::kLastBlock;
  h.data = 1;
  h.pad = 512;
  Shard shard;
  ASSERT_EQ(check(h, limits(), 512, shard), PacketCheck::Good);
  EXPECT_EQ(shard.frame_bytes, 0U);
  h.base = 1;
  EXPECT_EQ(check(h, limits(), 512, shard), PacketCheck::BadBlock);
}

// punktfunk1.md 6.3.
TEST(FrameCap, FollowsTheBitrate) {
  EXPECT_EQ(frame_cap(0, 60), std::size_t{64} << 20);
  EXPECT_EQ(frame_cap(20'000, 60), std::size_t{8} << 20);
  EXPECT_EQ(frame_cap(2'000'000, 60), 16'666'666U);
  EXPECT_EQ(frame_cap(8'000'000, 30), std::size_t{64} << 20);
  EXPECT_EQ(frame_cap(20'000, 0), std::size_t{64} << 20);
}

TEST(PacketCheck, HasNames) {
  for (int i = 0; i <= static_cast<int>(PacketCheck::TooLarge); ++i)
    EXPECT_STRNE(name(static_cast<PacketCheck>(i)), "unknown");
}

}  // namespace
}  // namespace pf::native::media
