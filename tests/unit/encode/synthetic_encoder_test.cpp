#include "encode/synthetic/synthetic_encoder.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/clock.hpp"

namespace pf::encode::synthetic {
namespace {

Config config_of(std::uint32_t kbps) {
  Config config;
  config.bitrate_kbps = kbps;
  return config;
}

media::VideoFrame frame(std::uint64_t sequence) {
  media::VideoFrame f;
  f.sequence = sequence;
  return f;
}

TEST(SyntheticEncoder, UnitsHaveTheExactSizeAndCarryTheFrameNumber) {
  auto encoder = *open_with(config_of(9600), {});
  media::AccessUnit unit;
  for (std::uint64_t n = 1; n < 50; ++n) {
    ASSERT_EQ(encoder->encode(frame(n * 3), {}, unit), Outcome::Unit);
    EXPECT_EQ(unit.bytes().size(), 20'000U);
    const auto stamp = read_stamp(unit.bytes());
    ASSERT_TRUE(stamp.has_value());
    EXPECT_EQ(stamp->unit, n);
    EXPECT_EQ(stamp->frame_sequence, n * 3);
    EXPECT_EQ(stamp->idr, n == 1);
  }
}

TEST(SyntheticEncoder, AnyFlippedByteIsSeen) {
  auto encoder = *open_with(config_of(100), {});
  media::AccessUnit unit;
  ASSERT_EQ(encoder->encode(frame(1), {}, unit), Outcome::Unit);
  std::vector<std::uint8_t> bytes(unit.bytes().begin(), unit.bytes().end());
  for (auto& byte : bytes) {
    byte ^= 1;
    const auto stamp = read_stamp(bytes);
    // A changed digit still reads, but as another number.
    EXPECT_TRUE(!stamp || stamp->unit != 1 || stamp->frame_sequence != 1);
    byte ^= 1;
  }
  EXPECT_TRUE(read_stamp(bytes).has_value());
}

TEST(SyntheticEncoder, MisbehavesAsTold) {
  Faults faults;
  faults.swallow_at = 2;
  faults.stall_at = 3;
  faults.stall = std::chrono::milliseconds(30);
  faults.fail_at = 4;
  auto encoder = *open_with(config_of(1000), faults);
  media::AccessUnit unit;
  EXPECT_EQ(encoder->encode(frame(1), {}, unit), Outcome::Unit);
  EXPECT_EQ(encoder->encode(frame(2), {}, unit), Outcome::Nothing);
  const auto before = steady_now();
  EXPECT_EQ(encoder->encode(frame(3), {}, unit), Outcome::Unit);
  EXPECT_GE(steady_now() - before, faults.stall);
  EXPECT_EQ(encoder->encode(frame(4), {}, unit), Outcome::Failed);
  EXPECT_EQ(encoder->repeat(5, {}, unit), Outcome::Failed);
}

TEST(SyntheticEncoder, DropsReferencesAndStartsAnewWhenNoneIsLeft) {
  auto encoder = *open_with(config_of(1000), {});
  EXPECT_TRUE(encoder->invalidates());
  media::AccessUnit unit;
  const auto code = [&](std::uint32_t index, std::uint32_t invalid_from) {
    Directives directives;
    directives.index = index;
    directives.invalid_from = invalid_from;
    EXPECT_EQ(encoder->encode(frame(index), directives, unit), Outcome::Unit);
    return unit.type;
  };
  EXPECT_EQ(code(1, 0), media::FrameType::Idr);
  for (std::uint32_t i = 2; i < 10; ++i) EXPECT_EQ(code(i, 0), media::FrameType::Predicted);
  EXPECT_EQ(code(10, 8), media::FrameType::AfterInvalidation);
  EXPECT_EQ(code(11, 0), media::FrameType::Predicted);
  EXPECT_EQ(code(12, 1), media::FrameType::Idr);  // nothing older is left
  for (std::uint32_t i = 13; i < 50; ++i) EXPECT_EQ(code(i, 0), media::FrameType::Predicted);
  EXPECT_EQ(code(50, 30), media::FrameType::Idr);  // forgotten long ago
}

TEST(SyntheticEncoder, OtherCodecsAreRefused) {
  auto config = config_of(1000);
  config.codec = media::Codec::Hevc;
  EXPECT_FALSE(open_with(config, {}).has_value());
}

}  // namespace
}  // namespace pf::encode::synthetic
