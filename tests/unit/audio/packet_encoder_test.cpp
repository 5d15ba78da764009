#include "audio/packet_encoder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "audio/source.hpp"

namespace pf::audio {
namespace {

using namespace std::chrono_literals;
using Kind = Format::Kind;

std::int32_t sample_at(ByteSpan bytes, std::size_t index, unsigned bits) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bits / 8; ++i)
    value |= std::uint32_t{bytes[index * bits / 8 + i]} << (8 * i + 32 - bits);
  return static_cast<std::int32_t>(value) >> (32 - bits);
}

TEST(ToPcm, ScalesClipsAndRounds) {
  constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();
  const std::array<float, 8> in{0, 1, -1, 2, -2, 0.5F, -0.25F, kNothing};
  Bytes out(in.size() * 3);
  ASSERT_EQ(to_pcm(in, 16, out), 16U);
  const std::array<std::int32_t, 8> want16{0, 32767, -32768, 32767, -32768, 16384, -8192, 0};
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(sample_at(out, i, 16), want16[i]) << i;
  ASSERT_EQ(to_pcm(in, 24, out), 24U);
  const std::array<std::int32_t, 8> want24{0,        8388607, -8388608, 8388607,
                                           -8388608, 4194304, -2097152, 0};
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(sample_at(out, i, 24), want24[i]) << i;
}

TEST(PacketEncoder, PcmPacketsHoldTheWholeDuration) {
  for (const auto speakers : {Speakers::Stereo, Speakers::Surround51, Speakers::Surround71})
    for (const auto kind : {Kind::Pcm16, Kind::Pcm24})
      for (const auto duration : {5000us, 4000us, 3000us, 2500us, 2000us, 1500us, 1000us}) {
        const Layout layout{speakers};
        const auto samples = static_cast<std::size_t>(duration.count() * 48 / 1000);
        const auto bytes = samples * layout.channels() * (kind == Kind::Pcm16 ? 2 : 3);
        auto encoder = PacketEncoder::create(layout, {kind}, duration);
        ASSERT_EQ(encoder.has_value(), bytes <= PacketEncoder::kLargestPacket);
        if (!encoder) continue;
        EXPECT_EQ(encoder->frame_samples(), samples);
        std::vector<float> in(samples * layout.channels(), 0.25F);
        Bytes out(PacketEncoder::kLargestPacket);
        EXPECT_EQ(encoder->encode(in, out), bytes);
        in.pop_back();
        EXPECT_EQ(encoder->encode(in, out), 0U);
      }
}

TEST(PacketEncoder, ImpossibleDurationsAreRefused) {
  EXPECT_FALSE(PacketEncoder::create({}, {Kind::Pcm16}, 1001us));
  EXPECT_FALSE(PacketEncoder::create({}, {Kind::Pcm16}, 0us));
  EXPECT_FALSE(PacketEncoder::create({}, {Kind::Pcm16}, -5000us));
  EXPECT_FALSE(PacketEncoder::create({}, {Kind::Pcm24}, 10'000us));
  EXPECT_FALSE(PacketEncoder::create({}, {Kind::Opus}, 2500us));
  EXPECT_FALSE(PacketEncoder::create({}, {Kind::Opus}, 7000us));
  EXPECT_TRUE(PacketEncoder::create({}, {Kind::Opus}, 5000us));
}

TEST(PacketEncoder, VariableRateSpendsLessOnSilence) {
  const auto sizes = [](bool constant) {
    auto encoder = PacketEncoder::create({}, {Kind::Opus, constant}, 5000us);
    std::set<std::size_t> seen;
    std::vector<float> in(encoder->frame_samples() * 2);
    Bytes out(PacketEncoder::kLargestPacket);
    for (std::size_t packet = 0; packet < 400; ++packet) {
      for (std::size_t i = 0; i < in.size(); ++i)
        in[i] =
            packet < 200 ? 0.4F * std::sin(static_cast<float>(i * (packet % 13 + 1)) * 0.1F) : 0;
      seen.insert(encoder->encode(in, out));
    }
    EXPECT_FALSE(seen.contains(0));
    return seen;
  };
  EXPECT_EQ(sizes(true).size(), 1U);
  const auto variable = sizes(false);
  EXPECT_LT(*variable.begin() * 2, *variable.rbegin());
}

}  // namespace
}  // namespace pf::audio
