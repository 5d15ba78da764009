// What observers are told of streams, applications and displays, over synthetic back ends and real
// processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <limits>

#include "base/log.hpp"
#include "session/factory.hpp"
#include "session/stream.hpp"
#include "support/session_peers.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"

namespace pf::session {
namespace {

using testing::ElementsAre;
using Kind = Happening::Kind;

const char* text(Kind kind) {
  switch (kind) {
    case Kind::StreamStarted:
      return "started";
    case Kind::StreamStopped:
      return "stopped";
    case Kind::GameLaunching:
      return "launching";
    case Kind::GameRunning:
      return "running";
    case Kind::GameExited:
      return "exited";
    case Kind::DisplayCreated:
      return "created";
    case Kind::DisplayReleased:
      return "released";
  }
  return "?";
}

class HappeningTest : public testing::Test {
 protected:
  HappeningTest() {
    ManagerConfig config;
    config.display.backend = config.encode.backend = config.audio.backend = "synthetic";
    config.display.runtime_dir = config.audio.runtime_dir = folder_.path();
    manager_ = make_manager(loop_, config);
    loop_.run_sync([&] {
      manager_->on_happening([this](const Happening& happening) {
        const std::scoped_lock lock(mutex_);
        all_.push_back(happening);
        changed_.notify_all();
      });
    });
  }
  ~HappeningTest() override {
    manager_->shutdown();
    loop_.run_sync([&] { manager_.reset(); });
  }

  SessionId reserve(const std::shared_ptr<FakeLease>& lease, const apps::App& app) {
    SessionId id = 0;
    loop_.run_sync([&] {
      Launch launch;
      launch.lease = lease;
      launch.app = app;
      launch.mode = {320, 180, {60, 1}};
      id = manager_->reserve(std::move(launch)).value();
    });
    return id;
  }
  SessionId reserve(const apps::App& app) { return reserve(std::make_shared<FakeLease>(1), app); }
  std::shared_ptr<Stream> attach(SessionId id) {
    std::shared_ptr<Stream> stream;
    loop_.run_sync([&] {
      const auto watcher = std::make_shared<Watcher>();
      StreamConfig config;
      config.video.mode = {320, 180, {60, 1}};
      stream = manager_
                   ->attach(id, config, std::make_unique<CountingVideo>(watcher),
                            std::make_unique<CountingAudio>(watcher), watcher)
                   .value();
    });
    return stream;
  }
  void end(SessionId id) {
    std::promise<void> gone;
    loop_.run_sync([&] { manager_->end(id, EndReason::ClientQuit, [&] { gone.set_value(); }); });
    ASSERT_EQ(gone.get_future().wait_for(kPatience), std::future_status::ready);
  }
  bool wait_for(Kind kind, std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      return std::count_if(all_.begin(), all_.end(), [&](const auto& one) {
               return one.kind == kind;
             }) >= static_cast<std::ptrdiff_t>(count);
    });
  }
  std::vector<Happening> all() {
    const std::scoped_lock lock(mutex_);
    return all_;
  }
  Happening last(Kind kind) {
    const auto told = all();
    const auto found =
        std::find_if(told.rbegin(), told.rend(), [&](const auto& one) { return one.kind == kind; });
    return found == told.rend() ? Happening{} : *found;
  }
  // In the order in which they came; of these kinds only.
  std::vector<std::string> order(const std::vector<Kind>& of) {
    std::vector<std::string> names;
    for (const auto& one : all())
      if (std::find(of.begin(), of.end(), one.kind) != of.end()) names.emplace_back(text(one.kind));
    return names;
  }
  std::vector<std::string> order() {
    std::vector<std::string> names;
    for (const auto& one : all()) names.emplace_back(text(one.kind));
    return names;
  }
  static std::uint64_t newest_line() {
    const auto lines = log::recent(0, std::numeric_limits<std::size_t>::max());
    return lines.empty() ? 0 : lines.back().sequence;
  }
  // Looked at on the control thread until it is in the log, or the patience ends.
  bool wait_for_line(std::uint64_t after, const std::string& text) {
    std::promise<bool> seen;
    std::unique_ptr<Executor::Timer> timer;
    const auto deadline = steady_now() + kPatience;
    std::function<void()> look = [&] {
      const auto lines = log::recent(after, 1000);
      const bool found = std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
        return line.text.find(text) != std::string::npos;
      });
      if (found || steady_now() > deadline) return seen.set_value(found);
      timer = loop_.after(std::chrono::milliseconds(2), look);
    };
    loop_.post(look);
    const bool found = seen.get_future().get();
    loop_.run_sync([&] { timer.reset(); });
    return found;
  }
  static apps::App game(std::vector<std::string> command) {
    apps::App app;
    app.id = 7;
    app.title = "Game";
    app.command = std::move(command);
    return app;
  }

  test::TempFolder folder_;
  EventLoop loop_;
  std::unique_ptr<Manager> manager_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Happening> all_;
};

TEST_F(HappeningTest, AStreamWithAnApplicationFromLaunchToQuit) {
  const auto id = reserve(game({"/bin/sleep", "600"}));
  const auto stream = attach(id);
  ASSERT_TRUE(wait_for(Kind::GameRunning));
  EXPECT_TRUE(order({Kind::StreamStarted}).empty()) << "nobody may get pictures yet";
  stream->start_video();
  stream->start_video();
  ASSERT_TRUE(wait_for(Kind::StreamStarted));
  end(id);
  EXPECT_THAT(order(), ElementsAre("created", "launching", "running", "started", "stopped",
                                   "exited", "released"));
  for (const auto& one : all()) {
    EXPECT_EQ(one.session.id, id);
    EXPECT_EQ(one.opened_for, id);
    EXPECT_EQ(one.session.app_title, "Game");
    EXPECT_EQ(one.session.display, "synthetic");
  }
  EXPECT_EQ(last(Kind::StreamStarted).session.encoder, "synthetic");
  EXPECT_EQ(last(Kind::StreamStopped).session.encoder, "synthetic");
  EXPECT_EQ(last(Kind::DisplayReleased).mode, (media::Mode{320, 180, {60, 1}}));
  EXPECT_EQ(last(Kind::GameExited).end, GameEnd::Stopped);
  EXPECT_EQ(last(Kind::GameExited).exit_code, 128 + SIGTERM);
}

TEST_F(HappeningTest, AResumedStreamStartsAgainAndAModeChangeIsNone) {
  const auto lease = std::make_shared<FakeLease>(1);
  const auto id = reserve(lease, game({"/bin/sleep", "600"}));
  attach(id)->start_video();
  ASSERT_TRUE(wait_for(Kind::StreamStarted));
  ASSERT_TRUE(wait_for(Kind::GameRunning));
  const media::Mode wanted{640, 360, {60, 1}};
  std::promise<bool> answered;
  loop_.run_sync([&] {
    manager_->reconfigure(id, wanted,
                          [&](const auto& mode) { answered.set_value(mode.has_value()); });
  });
  ASSERT_TRUE(answered.get_future().get());
  loop_.run_sync([&] {
    manager_->detach(id);
    ASSERT_TRUE(manager_->prepare_resume(id, lease, wanted, audio::Speakers::Stereo, ""));
  });
  attach(id)->start_video();
  ASSERT_TRUE(wait_for(Kind::StreamStarted, 2));
  end(id);
  EXPECT_THAT(order({Kind::StreamStarted, Kind::StreamStopped, Kind::GameExited}),
              ElementsAre("started", "stopped", "started", "stopped", "exited"));
  EXPECT_EQ(order({Kind::GameLaunching, Kind::GameRunning, Kind::DisplayCreated}).size(), 3U);
  const auto told = all();
  const auto stopped = std::find_if(
      told.begin(), told.end(), [](const auto& one) { return one.kind == Kind::StreamStopped; });
  EXPECT_EQ(stopped->session.mode, wanted);
}

TEST_F(HappeningTest, AnApplicationThatEndsByItselfTellsItsStatus) {
  reserve(game({"/bin/sh", "-c", "exit 3"}));
  ASSERT_TRUE(wait_for(Kind::DisplayReleased));
  EXPECT_THAT(order(), ElementsAre("created", "launching", "running", "exited", "released"));
  EXPECT_EQ(last(Kind::GameExited).end, GameEnd::Ended);
  EXPECT_EQ(last(Kind::GameExited).exit_code, 3);
}

TEST_F(HappeningTest, AnApplicationThatNeverRanHasFailed) {
  auto app = game({"/no/such/program"});
  reserve(app);
  ASSERT_TRUE(wait_for(Kind::DisplayReleased));
  app.command = {"/bin/sleep", "600"};
  app.prepare = {{{"/bin/false"}, {}}};
  reserve(std::make_shared<FakeLease>(2), app);
  ASSERT_TRUE(wait_for(Kind::DisplayReleased, 2));
  EXPECT_THAT(order(), ElementsAre("created", "launching", "exited", "released", "created",
                                   "launching", "exited", "released"));
  for (const auto& one : all()) {
    if (one.kind != Kind::GameExited) continue;
    EXPECT_EQ(one.end, GameEnd::Failed);
    EXPECT_FALSE(one.exit_code);
  }
}

TEST_F(HappeningTest, WhatALauncherGaveAwayIsLetGo) {
  // A host started by root runs applications as somebody else.
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  const auto launcher = folder_.path() + "/steam";
  ASSERT_EQ(::symlink("/bin/true", launcher.c_str()), 0);
  const auto before = newest_line();
  const auto id = reserve(game({launcher}));
  ASSERT_TRUE(wait_for_line(before, "the launcher handed the application over"));
  end(id);
  EXPECT_THAT(order(), ElementsAre("created", "launching", "running", "exited", "released"));
  EXPECT_EQ(last(Kind::GameExited).end, GameEnd::LetGo);
  EXPECT_FALSE(last(Kind::GameExited).exit_code);
}

TEST_F(HappeningTest, TheDesktopIsNoApplication) {
  const auto id = reserve(game({}));
  ASSERT_TRUE(wait_for(Kind::DisplayCreated));
  end(id);
  EXPECT_THAT(order(), ElementsAre("created", "released"));
}

TEST_F(HappeningTest, WhatWasTakenOverKeepsTheSessionThatItWasOpenedFor) {
  auto app = game({"/bin/sleep", "600"});
  app.second_client = apps::SecondClient::Join;
  const auto owner = std::make_shared<FakeLease>(1);
  const auto first = reserve(owner, app);
  const auto stream = attach(first);
  ASSERT_TRUE(wait_for(Kind::GameRunning));
  stream->start_video();
  ASSERT_TRUE(wait_for(Kind::StreamStarted));
  const auto second = reserve(std::make_shared<FakeLease>(2), app);
  attach(second)->start_video();
  ASSERT_TRUE(wait_for(Kind::StreamStarted, 2));
  EXPECT_EQ(last(Kind::StreamStarted).session.id, second);
  loop_.run_sync([&] { owner->stop(); });
  ASSERT_TRUE(wait_for(Kind::StreamStopped));
  EXPECT_EQ(last(Kind::StreamStopped).session.id, first);
  end(second);
  EXPECT_THAT(order(), ElementsAre("created", "launching", "running", "started", "started",
                                   "stopped", "stopped", "exited", "released"));
  for (const auto kind : {Kind::GameExited, Kind::DisplayReleased}) {
    EXPECT_EQ(last(kind).opened_for, first);
    EXPECT_EQ(last(kind).session.id, second);
  }
}

TEST_F(HappeningTest, AnObserverThatThrowsDoesNotKeepTheHostFromStopping) {
  loop_.run_sync([&] {
    manager_->on_happening([](const Happening& happening) {
      if (happening.kind == Kind::DisplayCreated) throw std::runtime_error("an observer");
    });
  });
  reserve(apps::App{});
  EXPECT_TRUE(wait_for(Kind::DisplayCreated));
}

// The wall clock is set while sessions run.
TEST(EndedSession, LastsAsLongAsTheSteadyClockSays) {
  test::VirtualExecutor executor;
  ManagerConfig config;
  config.display.backend = config.encode.backend = config.audio.backend = "synthetic";
  const auto manager = make_manager(executor, config);
  std::optional<EndedSession> over;
  manager->on_ended([&](const EndedSession& ended) { over = ended; });
  Launch launch;
  launch.lease = std::make_shared<FakeLease>(1);
  launch.mode = {320, 180, {60, 1}};
  ASSERT_TRUE(manager->reserve(std::move(launch)));
  executor.advance(config.reservation + std::chrono::seconds(30));
  ASSERT_TRUE(over);
  EXPECT_EQ(over->reason, EndReason::NeverConnected);
  EXPECT_EQ(over->duration_s, config.reservation.count());
}

// Takes its time to start, and notices when somebody does not wait for it.
class SlowClipboard final : public clipboard::Clipboard {
 public:
  struct Seen {
    std::mutex mutex;
    std::condition_variable changed;
    bool starting = false, started = false, stopped = false, stopped_early = false;
  };
  explicit SlowClipboard(Seen& seen) : seen_(seen) {}
  const char* name() const override { return "slow"; }
  void start(clipboard::Listener&) override {
    std::unique_lock lock(seen_.mutex);
    seen_.starting = true;
    seen_.changed.notify_all();
    seen_.changed.wait_for(lock, std::chrono::milliseconds(100), [&] { return seen_.stopped; });
    seen_.started = true;
  }
  void stop() override {
    const std::scoped_lock lock(seen_.mutex);
    seen_.stopped = true;
    seen_.stopped_early = seen_.stopped_early || !seen_.started;
    seen_.changed.notify_all();
  }
  void set_text(std::string) override {}

 private:
  Seen& seen_;
};

TEST(StreamClipboard, IsNotStoppedWhileAnotherWorkerStartsIt) {
  SlowClipboard::Seen seen;
  const auto watcher = std::make_shared<Watcher>();
  const auto nothing = [] {};
  StreamImpl stream(StreamConfig{}, std::make_unique<CountingVideo>(watcher),
                    std::make_unique<CountingAudio>(watcher), watcher,
                    std::make_shared<FakeLease>(1), std::make_shared<Stats>(), nothing, nothing,
                    nothing);
  std::jthread starter([&] { stream.start_clipboard(std::make_unique<SlowClipboard>(seen)); });
  {
    std::unique_lock lock(seen.mutex);
    ASSERT_TRUE(seen.changed.wait_for(lock, kPatience, [&] { return seen.starting; }));
  }
  stream.close();
  starter.join();
  EXPECT_TRUE(seen.stopped);
  EXPECT_FALSE(seen.stopped_early);
}

}  // namespace
}  // namespace pf::session
