#include "gamestream/control_legacy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/hex.hpp"
#include "crypto/aead.hpp"
#include "gamestream/control_messages.hpp"

namespace pf::gamestream {
namespace {

using Opened = ControlCipher::Opened;

constexpr std::uint32_t kKeyId = 0xDEADBEEF;

class LegacyControlTest : public testing::Test {
 protected:
  LegacyControlTest() {
    for (std::size_t i = 0; i < key_.size(); ++i) key_[i] = static_cast<std::uint8_t>(i);
    store_be(iv_.data(), kKeyId);
    host_.emplace(*LegacyControl::create(key_, kKeyId));
  }
  Opened open(ByteSpan wire) { return host_->open(wire, text_); }
  // As the client seals it: length, tag, cipher; the IV moves on with long packets.
  Bytes input(std::string_view hex) {
    auto text = *from_hex(hex);
    std::array<std::uint8_t, 16> tag{};
    EXPECT_TRUE(crypto::Aes128Gcm::create(key_)->seal(iv_, text, tag));
    Bytes wire;
    ByteWriter(wire)
        .le(std::uint16_t{0x0206})
        .be(static_cast<std::uint32_t>(tag.size() + text.size()))
        .bytes(tag)
        .bytes(text);
    if (text.size() >= iv_.size()) std::copy(text.end() - 16, text.end(), iv_.begin());
    return wire;
  }
  // The input packet that was understood last.
  std::string packet() const {
    const auto message = parse_control(text_);
    const auto* found = message ? std::get_if<InputPacket>(&*message) : nullptr;
    return found != nullptr ? to_hex(found->bytes) : "none";
  }

  std::array<std::uint8_t, 16> key_{}, iv_{};
  std::optional<LegacyControl> host_;
  ByteSpan text_;
};

TEST_F(LegacyControlTest, MessagesHaveNoLength) {
  ASSERT_EQ(open(*from_hex("05030000")), Opened::Message);
  EXPECT_EQ(to_hex(text_), "050302000000");
  ASSERT_EQ(open(*from_hex("0103"
                           "060000000000000007000000000000000000000000000000")),
            Opened::Message);
  const auto message = parse_control(text_);
  ASSERT_TRUE(message);
  const auto* lost = std::get_if<InvalidateFrames>(&*message);
  ASSERT_NE(lost, nullptr);
  EXPECT_EQ(lost->first, 6U);
  EXPECT_EQ(lost->last, 7U);
  EXPECT_EQ(open(*from_hex("05")), Opened::Ignored);
  EXPECT_EQ(open({}), Opened::Ignored);
  Bytes large(ControlCipher::kMaxMessage + 1);
  EXPECT_EQ(open(large), Opened::Ignored);
}

// Short packets leave the IV alone, long ones move it.
TEST_F(LegacyControlTest, InputIsOpenedUnderAMovingIv) {
  const std::string move = "00000008070000000005fffd", left = "000000050800000001",
                    pad = "0000001e0c0000001a000100030014001010ff000000ff7f008000009c0020005500";
  for (const auto& one : {move, pad, left, pad, pad, move}) {
    ASSERT_EQ(open(input(one)), Opened::Message);
    EXPECT_EQ(packet(), one);
  }
}

TEST_F(LegacyControlTest, ForgedInputIsSeen) {
  auto wire = input("00000008070000000005fffd");
  wire.back() ^= 1;
  EXPECT_EQ(open(wire), Opened::Forged);
  EXPECT_EQ(open(*from_hex("0602")), Opened::Ignored);
  EXPECT_EQ(open(*from_hex("0602"
                           "00000010"
                           "00000000000000000000000000000000")),
            Opened::Ignored);
  wire = input("000000050800000001");
  wire[5] ^= 1;  // the length
  EXPECT_EQ(open(wire), Opened::Ignored);
  // None of that moved anything.
  ASSERT_EQ(open(input("000000050900000001")), Opened::Message);
  EXPECT_EQ(packet(), "000000050900000001");
}

TEST(LegacyControl, WhatTheHostSays) {
  EXPECT_EQ(to_hex(LegacyControl::seal(rumble_message({1, 0x8000, 0x4000}))),
            "0b0100000000010000800040");
  EXPECT_EQ(to_hex(LegacyControl::seal(termination_message(kEndedNormally))), "00010001");
  EXPECT_EQ(to_hex(LegacyControl::seal(termination_message(kEndedFrameConversion))), "00010394");
  EXPECT_TRUE(LegacyControl::seal({}).empty());
}

TEST(LegacyControl, ThirtyTwoFramesMeanAnIdr) {
  EXPECT_TRUE(LegacyControl::means_idr(0, 5));
  EXPECT_TRUE(LegacyControl::means_idr(100, 132));
  EXPECT_FALSE(LegacyControl::means_idr(100, 101));
}

}  // namespace
}  // namespace pf::gamestream
