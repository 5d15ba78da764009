// The manager over synthetic back ends and real threads.
#include <gtest/gtest.h>

#include <opus/opus.h>

#include <array>
#include <cmath>
#include <future>

#include "audio/synthetic/microphone.hpp"
#include "encode/synthetic/synthetic_encoder.hpp"
#include "session/factory.hpp"
#include "support/session_peers.hpp"
#include "support/temp_folder.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

class ManagerTest : public testing::Test {
 protected:
  template <class F>
  auto on_control(F task) {
    std::optional<decltype(task())> result;
    loop_.run_sync([&] { result.emplace(task()); });
    return std::move(*result);
  }
  void SetUp() override { build("synthetic"); }
  void build(const char* encoder) {
    ManagerConfig config;
    config.display.backend = "synthetic";
    config.display.runtime_dir = folder_.path();
    config.encode.backend = encoder;
    config.audio.backend = "synthetic";
    config.audio.runtime_dir = folder_.path();
    manager_ = make_manager(loop_, config);
  }
  void TearDown() override {
    manager_->shutdown();
    EXPECT_TRUE(on_control([&] { return manager_->list().empty(); }));
    loop_.run_sync([&] { manager_.reset(); });
  }
  Result<SessionId> reserve(const std::shared_ptr<FakeLease>& lease) {
    return on_control([&] {
      Launch launch;
      launch.lease = lease;
      launch.app.title = apps::kDesktopTitle;
      launch.mode = {320, 180, {60, 1}};
      return manager_->reserve(std::move(launch));
    });
  }
  Result<std::shared_ptr<Stream>> attach(SessionId id, const std::shared_ptr<Watcher>& watcher) {
    return on_control([&] {
      StreamConfig config;
      config.video.mode = {320, 180, {60, 1}};
      return manager_->attach(id, config, std::make_unique<CountingVideo>(watcher),
                              std::make_unique<CountingAudio>(watcher), watcher);
    });
  }
  bool streams(const std::shared_ptr<Watcher>& watcher, const std::shared_ptr<Stream>& stream) {
    stream->start_video();
    stream->start_audio();
    return watcher->wait([&] { return watcher->frames >= 3 && watcher->audio >= 3; });
  }

  using Answer = std::shared_ptr<std::promise<Result<media::Mode>>>;
  Answer ask(SessionId id, const media::Mode& mode) {
    auto answer = std::make_shared<std::promise<Result<media::Mode>>>();
    loop_.run_sync([&] {
      manager_->reconfigure(id, mode, [answer, this](Result<media::Mode> result) {
        EXPECT_TRUE(loop_.on_control_thread());
        answer->set_value(std::move(result));
      });
    });
    return answer;
  }
  static Result<media::Mode> wait(const Answer& answer) {
    auto future = answer->get_future();
    if (future.wait_for(kPatience) != std::future_status::ready)
      throw std::runtime_error("no answer");
    return future.get();
  }
  // A live stream of 320×180.
  struct Running {
    SessionId id;
    std::shared_ptr<Watcher> watcher;
    std::shared_ptr<Stream> stream;
  };
  Running run(const std::shared_ptr<FakeLease>& lease) {
    const auto id = reserve(lease).value();
    auto watcher = std::make_shared<Watcher>();
    auto stream = attach(id, watcher).value();
    if (!streams(watcher, stream)) throw std::runtime_error("it does not stream");
    return {id, watcher, stream};
  }
  State state(SessionId id) {
    return on_control([&] { return manager_->find(id)->state; });
  }

  test::TempFolder folder_;
  EventLoop loop_;
  std::unique_ptr<Manager> manager_;
};

TEST_F(ManagerTest, StreamsPictureAndSoundStartingWithAnIdr) {
  const auto id = reserve(std::make_shared<FakeLease>(1));
  ASSERT_TRUE(id);
  auto watcher = std::make_shared<Watcher>();
  const auto stream = attach(*id, watcher);
  ASSERT_TRUE(stream);
  ASSERT_TRUE(streams(watcher, *stream));
  EXPECT_TRUE(watcher->first_was_idr);
  const auto info = on_control([&] { return manager_->find(*id); });
  ASSERT_TRUE(info);
  EXPECT_EQ(info->encoder, "synthetic");
  EXPECT_EQ(info->display, "synthetic");
}

TEST_F(ManagerTest, ARevokedLeaseEndsTheStreamWithItsReason) {
  auto lease = std::make_shared<FakeLease>(1);
  const auto id = reserve(lease);
  auto watcher = std::make_shared<Watcher>();
  const auto stream = attach(*id, watcher);
  ASSERT_TRUE(streams(watcher, *stream));
  loop_.run_sync([&] {
    lease->stop();
    EXPECT_FALSE((*stream)->gate().open());
  });
  ASSERT_TRUE(watcher->wait([&] { return watcher->ended.has_value(); }));
  EXPECT_EQ(watcher->ended, EndReason::Revoked);
}

TEST_F(ManagerTest, OneSessionPerDeviceManyDevices) {
  auto lease = std::make_shared<FakeLease>(1);
  ASSERT_TRUE(reserve(lease));
  const auto again = reserve(lease);
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(Errc::Busy));
  EXPECT_TRUE(reserve(std::make_shared<FakeLease>(2)));
}

TEST_F(ManagerTest, DetachedSessionIsResumedWithANewStream) {
  auto lease = std::make_shared<FakeLease>(1);
  const auto id = reserve(lease);
  auto first = std::make_shared<Watcher>();
  const auto stream = attach(*id, first);
  ASSERT_TRUE(streams(first, *stream));
  loop_.run_sync([&] { manager_->detach(*id); });
  EXPECT_FALSE((*stream)->gate().open());
  EXPECT_FALSE(first->ended);
  const auto resumed = on_control([&] {
    return manager_->prepare_resume(*id, lease, {320, 180, {60, 1}}, audio::Speakers::Stereo, "");
  });
  ASSERT_TRUE(resumed);
  auto second = std::make_shared<Watcher>();
  const auto stream2 = attach(*id, second);
  ASSERT_TRUE(stream2);
  ASSERT_TRUE(streams(second, *stream2));
  EXPECT_TRUE(second->first_was_idr);
}

TEST_F(ManagerTest, ResumeReplacesALiveStream) {
  auto lease = std::make_shared<FakeLease>(1);
  const auto id = reserve(lease);
  auto first = std::make_shared<Watcher>();
  const auto stream = attach(*id, first);
  ASSERT_TRUE(streams(first, *stream));
  ASSERT_TRUE(on_control([&] {
    return manager_->prepare_resume(*id, lease, {320, 180, {60, 1}}, audio::Speakers::Stereo, "");
  }));
  EXPECT_TRUE(first->wait([&] { return first->ended == EndReason::Replaced; }));
  auto second = std::make_shared<Watcher>();
  ASSERT_TRUE(attach(*id, second));
}

TEST_F(ManagerTest, EndAnswersWhenEverythingIsGone) {
  const auto id = reserve(std::make_shared<FakeLease>(1));
  auto watcher = std::make_shared<Watcher>();
  const auto stream = attach(*id, watcher);
  ASSERT_TRUE(streams(watcher, *stream));
  std::promise<bool> gone;
  loop_.run_sync([&] {
    manager_->end(*id, EndReason::ClientQuit, [&] { gone.set_value(!manager_->find(*id)); });
  });
  auto future = gone.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(future.get());
  EXPECT_EQ(watcher->ended, EndReason::ClientQuit);
}

TEST_F(ManagerTest, AModeChangeCostsAnIdrAndNothingElse) {
  const auto [id, watcher, stream] = run(std::make_shared<FakeLease>(1));
  stream->set_bitrate(4321);
  const media::Mode wanted{640, 360, {120, 1}};
  const auto answer = wait(ask(id, wanted));
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, wanted);
  int audio = 0;
  ASSERT_TRUE(watcher->wait([&] { return watcher->epoch == 2; }));
  {
    const std::scoped_lock lock(watcher->mutex);
    EXPECT_EQ(watcher->modes, std::vector{wanted});
    EXPECT_FALSE(watcher->ended);
    audio = watcher->audio;
  }
  EXPECT_TRUE(watcher->wait([&] { return watcher->audio > audio + 2; }));
  EXPECT_EQ(watcher->gaps, 0U);
  EXPECT_EQ(watcher->bad_starts, 0U);
  const auto info = on_control([&] { return manager_->find(id); });
  EXPECT_EQ(info->state, State::Live);
  EXPECT_EQ(info->mode, wanted);
  EXPECT_EQ(info->bitrate_kbps, 4321U);
}

TEST_F(ManagerTest, OfManyModeRequestsTheNewestWins) {
  const auto [id, watcher, stream] = run(std::make_shared<FakeLease>(1));
  std::vector<Answer> answers;
  loop_.run_sync([&, id = id] {
    for (std::uint32_t i = 0; i < 6; ++i) {
      answers.push_back(std::make_shared<std::promise<Result<media::Mode>>>());
      manager_->reconfigure(id, {400 + 2 * i, 300, {60, 1}},
                            [answer = answers.back()](Result<media::Mode> result) {
                              answer->set_value(std::move(result));
                            });
    }
  });
  EXPECT_TRUE(wait(answers[0]));
  for (std::size_t i = 1; i < 5; ++i) {
    const auto answer = wait(answers[i]);
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().is(Errc::Superseded));
  }
  EXPECT_TRUE(wait(answers[5]));
  ASSERT_TRUE(watcher->wait([w = watcher] { return w->epoch == 3; }));
  EXPECT_EQ(watcher->modes.back().width, 410U);
  EXPECT_EQ(watcher->bad_starts + watcher->gaps, 0U);
}

TEST_F(ManagerTest, ImpossibleModesAreRefusedAndTheStreamGoesOn) {
  const auto [id, watcher, stream] = run(std::make_shared<FakeLease>(1));
  for (const auto& mode : {media::Mode{0, 0, {60, 1}}, media::Mode{321, 180, {60, 1}},
                           media::Mode{320, 180, {0, 1}}, media::Mode{320, 180, {60, 0}},
                           media::Mode{320, 180, {5000, 1}}, media::Mode{40'000, 180, {60, 1}}}) {
    const auto answer = wait(ask(id, mode));
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().is(Errc::ModeRefused));
  }
  EXPECT_EQ(wait(ask(id, {320, 180, {60, 1}})), (media::Mode{320, 180, {60, 1}}));
  const auto frames = watcher->wait([] { return true; }) ? watcher->frames : 0;
  EXPECT_TRUE(watcher->wait([&, w = watcher] { return w->frames > frames + 3; }));
  EXPECT_TRUE(watcher->modes.empty());
  const auto unknown = wait(ask(999, {320, 180, {60, 1}}));
  ASSERT_FALSE(unknown);
  EXPECT_TRUE(unknown.error().is(Errc::UnknownSession));
}

TEST_F(ManagerTest, AModeTheEncoderCannotDoLeavesTheOldOneRunning) {
  manager_->shutdown();
  loop_.run_sync([&] { build("x264"); });
  const auto [id, watcher, stream] = run(std::make_shared<FakeLease>(1));
  const auto answer = wait(ask(id, {16'000, 16, {60, 1}}));  // wider than any encoder takes
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is(Errc::ModeRefused));
  EXPECT_EQ(state(id), State::Live);
  const auto frames = watcher->wait([] { return true; }) ? watcher->frames : 0;
  EXPECT_TRUE(watcher->wait([&, w = watcher] { return w->frames > frames + 3; }));
  EXPECT_TRUE(watcher->modes.empty());
  EXPECT_TRUE(wait(ask(id, {640, 360, {60, 1}})));
}

TEST_F(ManagerTest, AModeChangeIsAnsweredWhateverHappensMeanwhile) {
  for (int round = 0; round < 12; ++round) {
    auto lease = std::make_shared<FakeLease>(100 + round);
    const auto [id, watcher, stream] = run(lease);
    std::vector<Answer> answers;
    loop_.run_sync([&, id = id] {
      for (std::uint32_t i = 0; i < 2; ++i) {
        answers.push_back(std::make_shared<std::promise<Result<media::Mode>>>());
        manager_->reconfigure(id, {400 + 2 * i, 300, {60, 1}},
                              [answer = answers.back()](Result<media::Mode> result) {
                                answer->set_value(std::move(result));
                              });
      }
      if (round % 3 == 0) manager_->detach(id);
      if (round % 3 == 1) manager_->end(id, EndReason::OperatorStop, {});
      if (round % 3 == 2) lease->stop();
    });
    for (const auto& answer : answers) EXPECT_FALSE(wait(answer));
    if (round % 3 != 0) continue;
    // Back after the change was thrown away: the stream has the mode asked for at attach.
    auto second = std::make_shared<Watcher>();
    auto again = attach(id, second);
    ASSERT_TRUE(again);
    ASSERT_TRUE(streams(second, *again));
    EXPECT_TRUE(second->first_was_idr);
  }
}

// 20 ms of Opus: a tone, mono.
class Voice {
 public:
  Voice() : encoder_(opus_encoder_create(48'000, 1, OPUS_APPLICATION_VOIP, nullptr)) {}
  ~Voice() { opus_encoder_destroy(encoder_); }
  Bytes next() {
    std::array<float, 960> samples;
    for (auto& sample : samples)
      sample = 0.4F * std::sin(static_cast<float>(position_++) * 2 * 3.14159265F * 440 / 48'000);
    Bytes packet(1000);
    packet.resize(static_cast<std::size_t>(opus_encode_float(
        encoder_, samples.data(), 960, packet.data(), static_cast<opus_int32>(packet.size()))));
    return packet;
  }

 private:
  OpusEncoder* encoder_;
  std::uint64_t position_ = 0;
};

TEST_F(ManagerTest, TheVoiceIsHeardWhileItIsGranted) {
  auto lease = std::make_shared<FakeLease>(1);
  const auto [id, watcher, stream] = run(lease);
  std::mutex mutex;
  std::condition_variable heard;
  double loudness = 0;
  std::uint64_t blocks = 0;
  audio::synthetic::set_tap([&](const std::string& tag, std::span<const float> stereo) {
    const std::scoped_lock lock(mutex);
    EXPECT_EQ(tag, "session-1");
    for (const float sample : stereo) loudness += std::abs(sample);
    ++blocks;
    heard.notify_all();
  });
  Voice voice;
  const auto speak = [&, stream = stream](auto until) {
    // As a client: a packet every 20 ms, paced by the blocks that the microphone fetches.
    const auto deadline = steady_now() + kPatience;
    for (static std::uint32_t seq = 7; steady_now() < deadline;) {
      stream->microphone(seq++, voice.next());
      std::unique_lock lock(mutex);
      const auto from = blocks;
      if (until()) return true;
      heard.wait_for(lock, 20ms, [&] { return blocks >= from + 4; });
    }
    return false;
  };
  // Not granted: no microphone appears.
  lease->set_grants(trust::grant::kAll & ~trust::grant::kMicrophone);
  for (std::uint32_t i = 0; i < 5; ++i) stream->microphone(i, voice.next());
  EXPECT_EQ(blocks, 0U);
  lease->set_grants(trust::grant::kAll);
  EXPECT_TRUE(speak([&] { return loudness > 2000; }));
  // Taken away: what comes now is not heard, apart from what waited already.
  lease->set_grants(0);
  std::uint64_t silent = 0;
  EXPECT_TRUE(speak([&] {
    silent = loudness == 0 ? silent + 1 : 0;
    loudness = 0;
    return silent > 20;
  }));
  loop_.run_sync([&, id = id] { manager_->end(id, EndReason::ClientQuit, {}); });
  stream->microphone(1000, voice.next());
  audio::synthetic::set_tap({});
}

// Ten pictures, and the encoder has gone; again and again.
TEST_F(ManagerTest, AnEncoderThatKeepsFailingEndsOnlyItsStream) {
  encode::synthetic::set_faults([](const encode::Config& config) {
    encode::synthetic::Faults faults;
    if (config.mode.width == 160) faults.fail_at = 10;
    return faults;
  });
  ManagerConfig config;
  config.display.backend = config.encode.backend = config.audio.backend = "synthetic";
  for (const auto& backend : encode::backends())
    if (std::string_view(backend.name) != "synthetic")
      config.encode.without.push_back(backend.name);
  loop_.run_sync([&] { manager_->configure(config); });

  auto well = std::make_shared<Watcher>(), ill = std::make_shared<Watcher>();
  const auto one = reserve(std::make_shared<FakeLease>(1)),
             two = reserve(std::make_shared<FakeLease>(2));
  ASSERT_TRUE(one && two);
  const auto stream = attach(*one, well);
  ASSERT_TRUE(stream && streams(well, *stream));
  const auto failing = on_control([&] {
    StreamConfig small;
    small.video.mode = {160, 90, {60, 1}};
    return manager_->attach(*two, small, std::make_unique<CountingVideo>(ill),
                            std::make_unique<CountingAudio>(ill), ill);
  });
  ASSERT_TRUE(failing);
  (*failing)->start_video();
  EXPECT_TRUE(ill->wait([&] { return ill->ended.has_value(); }));
  EXPECT_EQ(ill->ended, EndReason::EncoderFailed);
  EXPECT_GT(ill->frames, 10) << "it was tried more than once";
  int before = 0;
  EXPECT_TRUE(well->wait([&] {
    before = well->frames;
    return true;
  }));
  EXPECT_TRUE(well->wait([&] { return well->frames > before + 5; }));
  EXPECT_FALSE(well->ended);
  encode::synthetic::set_faults({});
}

TEST_F(ManagerTest, AnEncoderThatFailedDoesNotComeBackWithAnotherMode) {
  constexpr std::uint64_t kFailsAt = 5;
  encode::synthetic::set_faults([](const encode::Config& config) {
    encode::synthetic::Faults faults;
    if (config.mode.width == 320) faults.fail_at = kFailsAt;
    return faults;
  });
  auto watcher = std::make_shared<Watcher>();
  const auto id = reserve(std::make_shared<FakeLease>(1));
  ASSERT_TRUE(id);
  const auto stream = attach(*id, watcher);
  ASSERT_TRUE(stream);
  (*stream)->start_video();
  // More than two of them could make.
  EXPECT_TRUE(watcher->wait([&] { return watcher->frames > static_cast<int>(3 * kFailsAt); }));
  const auto other = on_control([&] { return manager_->find(*id)->encoder; });
  EXPECT_NE(other, "synthetic");
  const auto changed = wait(ask(*id, {640, 360, {60, 1}}));
  ASSERT_TRUE(changed) << changed.error().message();
  EXPECT_EQ(on_control([&] { return manager_->find(*id)->encoder; }), other);
  encode::synthetic::set_faults({});
}

TEST_F(ManagerTest, AnyOrderOfCallsEndsCleanly) {
  // Detach and end while parts are still opening; the fixture checks that nothing is left.
  for (int round = 0; round < 20; ++round) {
    auto lease = std::make_shared<FakeLease>(round + 10);
    const auto id = reserve(lease);
    ASSERT_TRUE(id);
    if (round % 4 == 0) continue;
    auto watcher = std::make_shared<Watcher>();
    ASSERT_TRUE(attach(*id, watcher));
    loop_.run_sync([&] {
      if (round % 4 == 1) manager_->detach(*id);
      if (round % 4 == 2) manager_->end(*id, EndReason::OperatorStop, {});
      if (round % 4 == 3) lease->stop();
    });
  }
}

}  // namespace
}  // namespace pf::session
