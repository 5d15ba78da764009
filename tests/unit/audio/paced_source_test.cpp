#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numbers>
#include <vector>

#include "audio/source.hpp"
#include "audio/synthetic/tone.hpp"
#include "base/clock.hpp"
#include "base/spsc_ring.hpp"

namespace pf::audio {
namespace {

using namespace std::chrono_literals;

class Recorder final : public SampleSink {
 public:
  void on_samples(std::span<const float> interleaved) noexcept override {
    const std::lock_guard lock(mutex_);
    samples_.insert(samples_.end(), interleaved.begin(), interleaved.end());
    changed_.notify_all();
  }
  std::vector<float> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return samples_.size() >= count; });
    return samples_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<float> samples_;
};

std::unique_ptr<Source> open_named(const char* name, Speakers speakers) {
  Options options;
  options.backend = name;
  auto source = open(options, {speakers, "test"});
  EXPECT_TRUE(source.has_value());
  return std::move(*source);
}

TEST(ToneSource, EveryChannelHasItsPitchWithoutAGap) {
  for (const auto speakers : {Speakers::Stereo, Speakers::Surround51, Speakers::Surround71}) {
    const auto channels = static_cast<unsigned>(speakers);
    Recorder recorder;
    auto source = open_named("synthetic", speakers);
    EXPECT_STREQ(source->name(), "synthetic");
    EXPECT_TRUE(source->environment().empty());
    ASSERT_TRUE(source->start(recorder).has_value());
    const auto samples = recorder.wait_for(std::size_t{4'800} * channels);
    source->stop();
    ASSERT_GE(samples.size(), std::size_t{4'800} * channels);
    ASSERT_EQ(samples.size() % channels, 0U);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto hz = synthetic::tone_hz(static_cast<unsigned>(i % channels));
      const auto t = static_cast<double>(i / channels) / 48'000;
      ASSERT_NEAR(samples[i], synthetic::kAmplitude * std::sin(2 * std::numbers::pi * hz * t), 1e-4)
          << i;
    }
  }
}

TEST(ToneSource, PacedByTheClock) {
  Recorder recorder;
  auto source = open_named("synthetic", Speakers::Stereo);
  const auto began = steady_now();
  ASSERT_TRUE(source->start(recorder).has_value());
  recorder.wait_for(48'000 / 2 * 2);  // half a second
  // The first block is due at once, so the last of a hundred is due 495 ms later: never sooner.
  EXPECT_GE(steady_now() - began, 495ms);
}

TEST(SilentSource, SendsRealSilence) {
  Recorder recorder;
  auto source = open_named("none", Speakers::Surround51);
  EXPECT_STREQ(source->name(), "none");
  ASSERT_TRUE(source->start(recorder).has_value());
  const auto samples = recorder.wait_for(2'880);
  EXPECT_GE(samples.size(), 2'880U);
  EXPECT_THAT(samples, ::testing::Each(0.0F));
}

TEST(PacedSource, NothingAfterStopAndItStartsAgain) {
  Recorder recorder;
  Recorder again;
  auto source = open_named("synthetic", Speakers::Stereo);
  ASSERT_TRUE(source->start(recorder).has_value());
  recorder.wait_for(480);
  source->stop();
  source->stop();
  const auto count = recorder.wait_for(0).size();
  ASSERT_TRUE(source->start(again).has_value());
  EXPECT_GE(again.wait_for(960).size(), 960U);
  EXPECT_EQ(recorder.wait_for(0).size(), count);
}

// How a session uses a source: the callback fills a ring, another thread takes whole packets.
TEST(PacedSource, FeedsASingleProducerRing) {
  struct RingSink final : SampleSink {
    SpscRing<float> ring{48'000};
    void on_samples(std::span<const float> interleaved) noexcept override {
      for (auto sample : interleaved) ring.push(std::move(sample));
    }
  } sink;
  auto source = open_named("synthetic", Speakers::Stereo);
  ASSERT_TRUE(source->start(sink).has_value());
  std::size_t taken = 0;
  const auto deadline = steady_now() + 20s;
  while (taken < 9'600 && steady_now() < deadline) {
    const auto sample = sink.ring.pop();
    if (!sample) continue;
    const auto hz = synthetic::tone_hz(static_cast<unsigned>(taken % 2));
    const auto t = static_cast<double>(taken / 2) / 48'000;
    ASSERT_NEAR(*sample, synthetic::kAmplitude * std::sin(2 * std::numbers::pi * hz * t), 1e-4);
    ++taken;
  }
  EXPECT_EQ(taken, 9'600U);
}

TEST(AudioRegistry, OrderAndReasons) {
  std::vector<std::string> names;
  for (const auto& report : probe_all({})) {
    names.push_back(report.name);
    EXPECT_EQ(report.usable, report.reason.empty()) << report.name;
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"synthetic", "none"}));
  EXPECT_EQ(names.back(), "none");
}

TEST(AudioRegistry, AnUnknownNameIsSilence) {
  Options options;
  options.backend = "gramophone";
  const auto source = open(options, {});
  ASSERT_TRUE(source.has_value());
  EXPECT_STREQ((*source)->name(), "none");
}

}  // namespace
}  // namespace pf::audio
