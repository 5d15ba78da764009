#include "audio/opus_encoder.hpp"

#include <gtest/gtest.h>
#include <opus/opus_multistream.h>
#include <time.h>

#include <cmath>
#include <cstdio>
#include <numbers>
#include <vector>

#include "base/thread.hpp"

namespace pf::audio {
namespace {

double pitch_of(unsigned channel) {
  return 400.0 + 170.0 * channel;
}

std::vector<float> tones(std::uint64_t first, std::size_t frames, unsigned channels) {
  std::vector<float> samples(frames * channels);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto t = static_cast<double>(first + i / channels) / 48'000.0;
    samples[i] = static_cast<float>(
        0.3 * std::sin(2 * std::numbers::pi * pitch_of(static_cast<unsigned>(i % channels)) * t));
  }
  return samples;
}

// How much of `samples` (one channel of an interleaved recording) is a tone of `hz`: 0..1.
double share_of(const std::vector<float>& samples, unsigned channels, unsigned channel, double hz) {
  double in = 0, out = 0, power = 0;
  const auto frames = samples.size() / channels;
  for (std::size_t i = 0; i < frames; ++i) {
    const double s = samples[i * channels + channel];
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / 48'000.0;
    in += s * std::cos(phase);
    out += s * std::sin(phase);
    power += s * s;
  }
  return 2 * (in * in + out * out) / (static_cast<double>(frames) * std::max(power, 1e-9));
}

struct Case {
  Speakers speakers;
  bool high;
  int ms;
  std::size_t bytes;
};

class OpusEncoderTest : public ::testing::TestWithParam<Case> {};

TEST_P(OpusEncoderTest, PacketsAreEquallyLongAndDecodeToTheSameChannels) {
  const auto& c = GetParam();
  const Layout layout{c.speakers, c.high};
  auto encoder = OpusEncoder::create(layout, std::chrono::milliseconds(c.ms));
  ASSERT_TRUE(encoder.has_value());
  const auto channels = layout.channels();
  ASSERT_EQ(encoder->frame_samples(), static_cast<std::size_t>(48 * c.ms));
  const auto shape = opus_layout(layout);
  int error = 0;
  auto* decoder = opus_multistream_decoder_create(48'000, shape.channels, shape.streams,
                                                  shape.coupled, shape.mapping.data(), &error);
  ASSERT_EQ(error, OPUS_OK);
  std::vector<float> heard, block(encoder->frame_samples() * channels);
  std::vector<std::uint8_t> packet(1400);
  for (std::uint64_t n = 0; n < 1'000U / static_cast<unsigned>(c.ms); ++n) {
    const auto samples = tones(n * encoder->frame_samples(), encoder->frame_samples(), channels);
    const auto length = encoder->encode(samples, packet);
    ASSERT_EQ(length, c.bytes) << "packet " << n;
    const int decoded =
        opus_multistream_decode_float(decoder, packet.data(), static_cast<int>(length),
                                      block.data(), static_cast<int>(encoder->frame_samples()), 0);
    ASSERT_EQ(decoded, static_cast<int>(encoder->frame_samples()));
    if (n * static_cast<unsigned>(c.ms) >= 200)
      heard.insert(heard.end(), block.begin(), block.end());
  }
  opus_multistream_decoder_destroy(decoder);
  for (unsigned channel = 0; channel < channels; ++channel)
    EXPECT_GT(share_of(heard, channels, channel, pitch_of(channel)), 0.75) << "channel " << channel;
}

INSTANTIATE_TEST_SUITE_P(Layouts, OpusEncoderTest,
                         ::testing::Values(Case{Speakers::Stereo, false, 5, 60},
                                           Case{Speakers::Stereo, false, 10, 120},
                                           Case{Speakers::Stereo, false, 20, 240},
                                           Case{Speakers::Stereo, true, 5, 320},
                                           Case{Speakers::Surround51, false, 5, 160},
                                           Case{Speakers::Surround51, true, 5, 960},
                                           Case{Speakers::Surround71, false, 5, 281},
                                           Case{Speakers::Surround71, true, 5, 1280},
                                           // More would not fit a datagram.
                                           Case{Speakers::Surround71, true, 10, 1375}));

TEST(OpusEncoder, SilenceIsAsLongAsSound) {
  auto encoder = OpusEncoder::create({}, std::chrono::milliseconds(5));
  ASSERT_TRUE(encoder.has_value());
  std::vector<std::uint8_t> packet(1400);
  const std::vector<float> silence(480, 0.0F);
  for (int n = 0; n < 400; ++n) {
    const NoAllocScope guard;
    const auto length = encoder->encode(silence, packet);
    if (length != 60) FAIL() << length;
  }
}

TEST(OpusEncoder, AnotherBitrate) {
  auto encoder = OpusEncoder::create({}, std::chrono::milliseconds(5), 128'000);
  ASSERT_TRUE(encoder.has_value());
  std::vector<std::uint8_t> packet(1400);
  EXPECT_EQ(encoder->encode(tones(0, 240, 2), packet), 80U);
}

TEST(OpusEncoder, WrongSizesGiveNothing) {
  EXPECT_FALSE(OpusEncoder::create({}, std::chrono::milliseconds(7)).has_value());
  auto encoder = OpusEncoder::create({}, std::chrono::milliseconds(5));
  std::vector<std::uint8_t> packet(1400);
  EXPECT_EQ(encoder->encode(std::vector<float>(479), packet), 0U);
  EXPECT_EQ(encoder->encode(std::vector<float>(482), packet), 0U);
}

// The figures of src/audio/README.md; run by hand.
TEST(OpusEncoder, DISABLED_Measure) {
  for (const auto speakers : {Speakers::Stereo, Speakers::Surround51, Speakers::Surround71})
    for (const bool high : {false, true}) {
      auto encoder = OpusEncoder::create({speakers, high}, std::chrono::milliseconds(5));
      ASSERT_TRUE(encoder.has_value());
      std::vector<std::uint8_t> packet(1400);
      const auto channels = static_cast<unsigned>(speakers);
      const auto samples = tones(0, 240 * 2000, channels);
      timespec before{}, after{};
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
      for (std::size_t n = 0; n < 2000; ++n)
        encoder->encode(std::span(samples).subspan(n * 240 * channels, 240 * channels), packet);
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
      const auto us = (static_cast<double>(after.tv_sec - before.tv_sec) * 1e9 +
                       static_cast<double>(after.tv_nsec - before.tv_nsec)) /
                      2000 / 1000;
      std::printf("%u channels%s: %.1f us a packet of 5 ms, %.2f %% of a core\n", channels,
                  high ? " high" : "", us, us / 50);
    }
}

}  // namespace
}  // namespace pf::audio
