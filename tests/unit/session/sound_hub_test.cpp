#include "session/sound_hub.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <thread>
#include <vector>

namespace pf::session {
namespace {

struct Script {
  audio::SampleSink* sink = nullptr;
  unsigned starts = 0, stops = 0;
  bool fails = false;
  std::function<void(audio::SampleSink&)> before_failing = {};
};

// Plays what the test says.
class ScriptedSource final : public audio::Source {
 public:
  explicit ScriptedSource(Script& script) : script_(script) {}
  const char* name() const override { return "scripted"; }
  const std::map<std::string, std::string>& environment() const override { return environment_; }
  Result<> start(audio::SampleSink& sink) override {
    if (script_.fails) {
      if (script_.before_failing) script_.before_failing(sink);
      return fail(audio::Errc::Unavailable);
    }
    script_.sink = &sink;
    ++script_.starts;
    return {};
  }
  void stop() override {
    if (std::exchange(script_.sink, nullptr) != nullptr) ++script_.stops;
  }

 private:
  Script& script_;
  const std::map<std::string, std::string> environment_{{"PULSE_SINK", "x"}};
};

struct Listener final : audio::SampleSink {
  void on_samples(std::span<const float> interleaved) noexcept override {
    heard.insert(heard.end(), interleaved.begin(), interleaved.end());
  }
  std::vector<float> heard;
};

class SoundHubTest : public testing::Test {
 protected:
  std::shared_ptr<SoundHub> hub(audio::Speakers speakers) {
    return std::make_shared<SoundHub>(std::make_unique<ScriptedSource>(script), speakers);
  }
  Script script;
};

TEST_F(SoundHubTest, RunsWhileAnybodyListens) {
  const auto sound = hub(audio::Speakers::Stereo);
  EXPECT_STREQ(sound->name(), "scripted");
  EXPECT_EQ(sound->environment().at("PULSE_SINK"), "x");
  Listener a, b;
  const auto one = sound->tap(audio::Speakers::Stereo), two = sound->tap(audio::Speakers::Stereo);
  ASSERT_TRUE(one->start(a));
  ASSERT_TRUE(two->start(b));
  EXPECT_EQ(script.starts, 1U);
  const std::array<float, 4> samples{0.1F, 0.2F, 0.3F, 0.4F};
  script.sink->on_samples(samples);
  one->stop();
  one->stop();
  script.sink->on_samples(samples);
  EXPECT_EQ(a.heard, std::vector<float>(samples.begin(), samples.end()));
  EXPECT_EQ(b.heard.size(), 8U);
  two->stop();
  EXPECT_EQ(script.stops, 1U);
  ASSERT_TRUE(two->start(b));
  EXPECT_EQ(script.starts, 2U);
}

TEST_F(SoundHubTest, WhoGoesTakesItsPlaceAlong) {
  const auto sound = hub(audio::Speakers::Stereo);
  Listener keeps;
  const auto tap = sound->tap(audio::Speakers::Stereo);
  ASSERT_TRUE(tap->start(keeps));
  for (int i = 0; i < 100; ++i) {
    Listener passes;
    ASSERT_TRUE(sound->tap(audio::Speakers::Surround51)->start(passes));
  }
  EXPECT_EQ(script.stops, 0U);
}

TEST_F(SoundHubTest, AFailedStartLeavesNoPlaceTaken) {
  script.fails = true;
  const auto sound = hub(audio::Speakers::Stereo);
  for (int i = 0; i < 100; ++i) {
    Listener listener;
    const auto started = sound->tap(audio::Speakers::Stereo)->start(listener);
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().is(audio::Errc::Unavailable));
  }
}

// A source that plays a little and then fails must not play to a listener that has gone.
TEST_F(SoundHubTest, AFailedStartWaitsForWhoIsBeingCalled) {
  struct Slow final : audio::SampleSink {
    void on_samples(std::span<const float>) noexcept override {
      called.set_value();
      go.get_future().wait();
      left = true;
    }
    std::promise<void> called, go;
    std::atomic<bool> left{false};
  } slow;
  std::jthread source, opener;
  script.fails = true;
  script.before_failing = [&](audio::SampleSink& sink) {
    source = std::jthread([&sink] { sink.on_samples(std::array<float, 2>{}); });
    slow.called.get_future().wait();
    opener = std::jthread([&] { slow.go.set_value(); });
  };
  const auto sound = hub(audio::Speakers::Stereo);
  EXPECT_FALSE(sound->tap(audio::Speakers::Stereo)->start(slow));
  EXPECT_TRUE(slow.left);
  source.join();  // before the hub goes, as a stopped source is
}

TEST_F(SoundHubTest, MixesForTheSpeakersThatAreThere) {
  const auto sound = hub(audio::Speakers::Surround51);
  Listener stereo, same, more;
  const auto a = sound->tap(audio::Speakers::Stereo), b = sound->tap(audio::Speakers::Surround51),
             c = sound->tap(audio::Speakers::Surround71);
  ASSERT_TRUE(a->start(stereo) && b->start(same) && c->start(more));
  // More than one chunk: front left, front right, centre, bass, back left, back right.
  const std::array<float, 6> frame{0.1F, 0.2F, 0.1F, 0.5F, 0.0F, 0.1F};
  std::vector<float> samples;
  for (int i = 0; i < 600; ++i) samples.insert(samples.end(), frame.begin(), frame.end());
  script.sink->on_samples(samples);
  EXPECT_EQ(same.heard, samples);
  ASSERT_EQ(stereo.heard.size(), 1200U);
  ASSERT_EQ(more.heard.size(), 4800U);
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_NEAR(stereo.heard[2 * i], 0.1 + 0.7071 * 0.1, 1e-5);
    EXPECT_NEAR(stereo.heard[2 * i + 1], 0.2 + 0.7071 * 0.2, 1e-5);
    for (std::size_t channel = 0; channel < 8; ++channel)
      EXPECT_EQ(more.heard[8 * i + channel], channel < 6 ? frame[channel] : 0.0F);
  }
}

TEST_F(SoundHubTest, MixedSoundIsNotLouderThanItCanBe) {
  const auto sound = hub(audio::Speakers::Surround71);
  Listener listener;
  const auto tap = sound->tap(audio::Speakers::Stereo);
  ASSERT_TRUE(tap->start(listener));
  script.sink->on_samples(std::vector<float>(8, 1.0F));
  EXPECT_EQ(listener.heard, (std::vector<float>{1.0F, 1.0F}));
}

// Listeners come and go while the source delivers; none is called once it has left.
TEST_F(SoundHubTest, NobodyIsCalledAfterLeaving) {
  const auto sound = hub(audio::Speakers::Stereo);
  Listener keeps;
  const auto tap = sound->tap(audio::Speakers::Stereo);
  ASSERT_TRUE(tap->start(keeps));
  std::jthread source([&](const std::stop_token& stopping) {
    const std::array<float, 2> samples{0.5F, 0.5F};
    while (!stopping.stop_requested()) {
      keeps.heard.clear();
      script.sink->on_samples(samples);
    }
  });
  for (int i = 0; i < 2000; ++i) {
    auto passes = std::make_unique<Listener>();
    const auto other = sound->tap(audio::Speakers::Stereo);
    ASSERT_TRUE(other->start(*passes));
    other->stop();
  }
}

}  // namespace
}  // namespace pf::session
