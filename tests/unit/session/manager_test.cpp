// The manager over synthetic back ends and real threads.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "session/factory.hpp"
#include "support/temp_folder.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

class FakeLease final : public trust::Lease {
 public:
  explicit FakeLease(trust::DeviceId id) : id_(id) {}
  trust::DeviceId device() const override { return id_; }
  const std::string& device_name() const override { return name_; }
  const crypto::Fingerprint& fingerprint() const override { return name_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  bool stopped() const override { return stopped_; }
  void on_stop(std::function<void(trust::StopReason)> stop) override { stop_ = std::move(stop); }
  void stop() {
    stopped_ = true;
    grants_ = 0;
    if (auto callback = std::exchange(stop_, nullptr)) callback(trust::StopReason::Revoked);
  }

 private:
  trust::DeviceId id_;
  std::string name_ = "test device";
  std::atomic<std::uint32_t> grants_{trust::grant::kAll};
  std::atomic<bool> stopped_{false};
  std::function<void(trust::StopReason)> stop_;
};

// What a front end would see.
struct Watcher final : PeerControl {
  void on_stream_end(EndReason reason) override {
    const std::scoped_lock lock(mutex);
    ended = reason;
    changed.notify_all();
  }
  void on_feedback(const input::FeedbackEvent&) noexcept override {}
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, [&] { return condition(); });
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<EndReason> ended;
  int frames = 0, audio = 0;
  bool first_was_idr = false;
};

struct CountingVideo final : VideoSink {
  explicit CountingVideo(std::shared_ptr<Watcher> w) : watcher(std::move(w)) {}
  bool send(media::AccessUnit& unit) noexcept override {
    const std::scoped_lock lock(watcher->mutex);
    if (watcher->frames++ == 0) watcher->first_was_idr = unit.type == media::FrameType::Idr;
    unit.timeline.first_packet_ns = unit.timeline.last_packet_ns = steady_now_ns();
    watcher->changed.notify_all();
    return true;
  }
  std::shared_ptr<Watcher> watcher;
};
struct CountingAudio final : AudioSink {
  explicit CountingAudio(std::shared_ptr<Watcher> w) : watcher(std::move(w)) {}
  void send(const AudioPacket&) noexcept override {
    const std::scoped_lock lock(watcher->mutex);
    ++watcher->audio;
    watcher->changed.notify_all();
  }
  std::shared_ptr<Watcher> watcher;
};

class ManagerTest : public testing::Test {
 protected:
  template <class F>
  auto on_control(F task) {
    std::optional<decltype(task())> result;
    loop_.run_sync([&] { result.emplace(task()); });
    return std::move(*result);
  }
  void SetUp() override {
    ManagerConfig config;
    config.display.backend = "synthetic";
    config.display.runtime_dir = folder_.path();
    config.encode.backend = "synthetic";
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
