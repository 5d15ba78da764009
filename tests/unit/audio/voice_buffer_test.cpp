#include "audio/voice_buffer.hpp"

#include <gtest/gtest.h>
#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numbers>
#include <random>

namespace pf::audio {
namespace {

using namespace std::chrono_literals;

constexpr double kPitch = 440;

// A client's encoder: a tone, packet by packet.
class Speaker {
 public:
  explicit Speaker(int channels = 1, int samples = 960) : channels_(channels), samples_(samples) {
    encoder_ = opus_encoder_create(48'000, channels, OPUS_APPLICATION_VOIP, nullptr);
    opus_encoder_ctl(encoder_, OPUS_SET_INBAND_FEC_REQUEST, 1);
    opus_encoder_ctl(encoder_, OPUS_SET_PACKET_LOSS_PERC_REQUEST, 20);
  }
  ~Speaker() { opus_encoder_destroy(encoder_); }
  Bytes next() {
    std::vector<float> in(static_cast<std::size_t>(samples_ * channels_));
    for (int i = 0; i < samples_; ++i, ++position_)
      for (int c = 0; c < channels_; ++c)
        in[static_cast<std::size_t>(i * channels_ + c)] = static_cast<float>(
            0.4 * std::sin(2 * std::numbers::pi * kPitch * static_cast<double>(position_) / 48e3));
    Bytes out(1275);
    const auto bytes = opus_encode_float(encoder_, in.data(), samples_, out.data(),
                                         static_cast<opus_int32>(out.size()));
    out.resize(static_cast<std::size_t>(std::max(bytes, 0)));
    return out;
  }

 private:
  ::OpusEncoder* encoder_;
  int channels_, samples_;
  std::uint64_t position_ = 0;
};

// Fetches 5 ms at a time in virtual time.
class Listener {
 public:
  explicit Listener(VoiceBuffer& buffer) : buffer_(buffer) {}
  void fetch(int milliseconds) {
    for (int i = 0; i < milliseconds; i += 5) {
      std::array<float, 480> block;
      block.fill(9);
      buffer_.fill_at(block, now_ns);
      for (const auto sample : block) ASSERT_LE(std::abs(sample), 1.5F);
      heard.insert(heard.end(), block.begin(), block.end());
      now_ns += 5'000'000;
    }
  }
  double loudness(std::size_t from_ms, std::size_t to_ms) const {
    double sum = 0;
    const auto end = std::min(heard.size(), to_ms * 96);
    for (auto i = from_ms * 96; i < end; ++i) sum += heard[i] * heard[i];
    return end > from_ms * 96 ? std::sqrt(sum / static_cast<double>(end - from_ms * 96)) : 0;
  }
  double pitch(std::size_t from_ms, std::size_t to_ms) const {
    int crossings = 0;
    for (auto i = from_ms * 96 + 2; i < std::min(heard.size(), to_ms * 96); i += 2)
      crossings += heard[i - 2] < 0 && heard[i] >= 0;
    return crossings * 1000.0 / static_cast<double>(to_ms - from_ms);
  }

  std::int64_t now_ns = 1'000'000'000;
  std::vector<float> heard;

 private:
  VoiceBuffer& buffer_;
};

TEST(VoiceBuffer, PlaysEveryPacketLengthMonoAndStereo) {
  for (const int channels : {1, 2})
    for (const int ms : {5, 10, 20, 40}) {
      SCOPED_TRACE(ms * 10 + channels);
      auto buffer = *VoiceBuffer::create();
      Speaker speaker(channels, ms * 48);
      Listener listener(*buffer);
      std::uint32_t seq = 1000;
      for (int t = 0; t < 1000; t += ms) {
        buffer->push(seq++, speaker.next(), listener.now_ns);
        listener.fetch(ms);
      }
      EXPECT_NEAR(listener.pitch(300, 900), kPitch, 8);
      EXPECT_GT(listener.loudness(300, 900), 0.15);
      EXPECT_EQ(buffer->counts().dried_up.value(), 0U);
    }
}

TEST(VoiceBuffer, SilenceWithoutPacketsAndAfterThem) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker;
  Listener listener(*buffer);
  listener.fetch(200);
  EXPECT_EQ(listener.loudness(0, 200), 0);
  for (std::uint32_t i = 0; i < 10; ++i) {
    buffer->push(i, speaker.next(), listener.now_ns);
    listener.fetch(20);
  }
  listener.fetch(400);
  EXPECT_GT(listener.loudness(250, 380), 0.15);
  EXPECT_EQ(listener.loudness(550, 800), 0);
  EXPECT_EQ(buffer->counts().dried_up.value(), 1U);
  EXPECT_EQ(buffer->delay(), 30ms);
}

TEST(VoiceBuffer, EmptyPacketsAreSilence) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker;
  Listener listener(*buffer);
  for (std::uint32_t i = 0; i < 60; ++i) {
    buffer->push(i, i < 10 ? speaker.next() : Bytes(), listener.now_ns);
    listener.fetch(20);
  }
  EXPECT_GT(listener.loudness(100, 200), 0.15);
  EXPECT_LT(listener.loudness(800, 1200), 0.01);
  EXPECT_EQ(buffer->counts().dried_up.value(), 0U);
}

TEST(VoiceBuffer, OutOfOrderAndRepeatedPacketsDoNoHarm) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker(1, 480);
  Listener listener(*buffer);
  for (std::uint32_t i = 0; i < 100; i += 2) {
    const auto first = speaker.next(), second = speaker.next();
    buffer->push(i + 1, second, listener.now_ns);
    buffer->push(i, first, listener.now_ns);
    buffer->push(i, first, listener.now_ns);
    listener.fetch(20);
  }
  EXPECT_NEAR(listener.pitch(200, 900), kPitch, 8);
  EXPECT_EQ(buffer->counts().concealed.value(), 0U);
}

TEST(VoiceBuffer, LossIsConcealed) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker(1, 480);
  Listener listener(*buffer);
  std::mt19937 random(5);
  unsigned lost = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto packet = speaker.next();
    if (i > 10 && random() % 10 == 0)
      ++lost;
    else
      buffer->push(i, packet, listener.now_ns);
    listener.fetch(10);
  }
  EXPECT_GE(buffer->counts().concealed.value() + 1, lost);
  for (std::size_t t = 200; t < 3900; t += 50) EXPECT_GT(listener.loudness(t, t + 50), 0.05) << t;
}

TEST(VoiceBuffer, JitterIsLearned) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker(1, 480);
  Listener listener(*buffer);
  std::mt19937 random(9);
  // Each packet is 0…35 ms late.
  std::deque<std::pair<std::int64_t, std::pair<std::uint32_t, Bytes>>> air;
  std::uint32_t seq = 0;
  std::uint64_t dried_before = 0;
  for (int t = 0; t < 8000; t += 5) {
    if (t % 10 == 0)
      air.push_back({listener.now_ns + static_cast<std::int64_t>(random() % 35) * 1'000'000,
                     {seq++, speaker.next()}});
    for (const auto& [at, packet] : air)
      if (at <= listener.now_ns) buffer->push(packet.first, packet.second, listener.now_ns);
    std::erase_if(air, [&](const auto& p) { return p.first <= listener.now_ns; });
    listener.fetch(5);
    if (t == 4000) dried_before = buffer->counts().dried_up.value();
  }
  EXPECT_LE(buffer->counts().dried_up.value(), dried_before + 1);
  EXPECT_LE(buffer->delay(), VoiceBuffer::kMostDelay);
  EXPECT_NEAR(listener.pitch(4000, 7900), kPitch, 15);
}

TEST(VoiceBuffer, AFastSenderDoesNotAddUpDelay) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker(1, 480);
  Listener listener(*buffer);
  std::uint32_t seq = 0;
  for (int t = 0; t < 20'000; t += 10) {
    buffer->push(seq++, speaker.next(), listener.now_ns);
    if (t % 500 == 0) buffer->push(seq++, speaker.next(), listener.now_ns);  // 2 % too fast
    listener.fetch(10);
  }
  EXPECT_GT(buffer->counts().skipped.value(), 10U);
  EXPECT_EQ(buffer->counts().overflowed.value(), 0U);
  EXPECT_EQ(buffer->counts().restarted.value(), 0U);
}

TEST(VoiceBuffer, WhatWasSaidWhileNobodyListenedIsForgotten) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker;
  Listener listener(*buffer);
  std::uint32_t seq = 0;
  for (int i = 0; i < 500; ++i) {
    buffer->push(seq++, speaker.next(), listener.now_ns);
    listener.now_ns += 20'000'000;
  }
  EXPECT_GT(buffer->counts().overflowed.value(), 0U);
  for (int i = 0; i < 20; ++i) {
    buffer->push(seq++, speaker.next(), listener.now_ns);
    listener.fetch(20);
  }
  EXPECT_GT(buffer->counts().stale.value(), 0U);
  EXPECT_GT(listener.loudness(200, 400), 0.15);
}

TEST(VoiceBuffer, ANewStreamOfTheSameClientStartsOver) {
  auto buffer = *VoiceBuffer::create();
  Speaker speaker;
  Listener listener(*buffer);
  for (const std::uint32_t start : {5'000U, 0U, 0xFFFF'FFF8U, 70'000U})
    for (std::uint32_t i = 0; i < 20; ++i) {
      buffer->push(start + i, speaker.next(), listener.now_ns);
      listener.fetch(20);
    }
  EXPECT_EQ(buffer->counts().restarted.value(), 3U);
  EXPECT_EQ(buffer->counts().late.value(),
            8U);  // of the third, which begins just before the second
  for (std::size_t t = 200; t < 1600; t += 400)
    EXPECT_GT(listener.loudness(t + 50, t + 150), 0.15) << t;
}

TEST(VoiceBuffer, AnythingMayArrive) {
  auto buffer = *VoiceBuffer::create();
  Listener listener(*buffer);
  std::mt19937 random(11);
  Speaker speaker;
  for (int i = 0; i < 5'000; ++i) {
    auto packet = speaker.next();
    const auto kind = random() % 6;
    if (kind == 0) packet.resize(random() % (packet.size() + 1));
    if (kind == 1 && !packet.empty()) packet[random() % packet.size()] ^= 0xFF;
    if (kind == 2) {
      packet.resize(random() % 1500);
      for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    }
    buffer->push(random() % 50 == 0
                     ? static_cast<std::uint32_t>(random())
                     : static_cast<std::uint32_t>(i + static_cast<int>(random() % 5)),
                 packet, listener.now_ns);
    if (random() % 2 == 0) {
      std::array<float, 1024> block;
      buffer->fill_at(std::span(block).first(2 * (random() % 513)), listener.now_ns);
      listener.now_ns += static_cast<std::int64_t>(random() % 40'000'000);
    }
  }
}

}  // namespace
}  // namespace pf::audio
