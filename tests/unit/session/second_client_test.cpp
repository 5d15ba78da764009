// Three devices launch, attach, drop, resume, quit and are revoked in any order, under every policy
// for second clients; a model says who must have what.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "session/factory.hpp"
#include "support/session_peers.hpp"
#include "support/temp_folder.hpp"

namespace pf::session {
namespace {

using apps::SecondClient;

constexpr std::size_t kDevices = 3;

class SecondClientTest : public testing::Test {
 protected:
  SecondClientTest() {
    ManagerConfig config;
    config.display.backend = config.encode.backend = config.audio.backend = "synthetic";
    config.display.runtime_dir = config.audio.runtime_dir = folder_.path();
    manager_ = make_manager(loop_, config);
    for (std::size_t n = 0; n < kDevices; ++n) admit(n);
    loop_.run_sync([&] {
      manager_->on_ended([this](const EndedSession& over) { ended_[over.info.id] = over.reason; });
    });
  }
  ~SecondClientTest() override {
    manager_->shutdown();
    loop_.run_sync([&] {
      EXPECT_TRUE(manager_->list().empty());
      EXPECT_EQ(ended_.size(), reserved_);
      manager_.reset();
    });
  }

  struct Device {
    std::shared_ptr<FakeLease> lease;
    std::optional<SessionId> session;  // as the model says
    std::uint32_t app = 0;
    bool attached = false;
    std::shared_ptr<Watcher> watcher;
    std::shared_ptr<Stream> stream;
  };

  static apps::App app_of(SecondClient policy) {
    apps::App app;
    app.id = static_cast<std::uint32_t>(policy);
    app.title = apps::name(policy);
    app.second_client = policy;
    return app;
  }
  static SecondClient policy_of(const Device& device) {
    return static_cast<SecondClient>(device.app);
  }
  void admit(std::size_t n) {
    devices_[n].lease = std::make_shared<FakeLease>(static_cast<trust::DeviceId>(n + 1));
  }
  // The other devices that have this application, in the order in which they came.
  std::vector<std::size_t> others(std::size_t n, SecondClient policy) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < kDevices; ++i)
      if (i != n && devices_[i].session && policy_of(devices_[i]) == policy) found.push_back(i);
    std::sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
      return devices_[a].session < devices_[b].session;
    });
    return found;
  }
  void gone(std::size_t n, EndReason reason) {
    auto& device = devices_[n];
    expected_[*device.session] = reason;
    device.session.reset();
    device.attached = false;
  }

  // Control thread, as all that follow.
  void launch(std::size_t n, SecondClient policy) {
    auto& device = devices_[n];
    Launch launch;
    launch.lease = device.lease;
    launch.app = app_of(policy);
    launch.mode = {320, 180, {60, 1}};
    const auto id = manager_->reserve(std::move(launch));
    const auto holders = others(n, policy);
    if (device.session) {
      ASSERT_FALSE(id);
      EXPECT_TRUE(id.error().is(Errc::Busy)) << id.error().message();
      return;
    }
    if (policy == SecondClient::Refuse && !holders.empty()) {
      ASSERT_FALSE(id);
      EXPECT_TRUE(id.error().is(Errc::InUse)) << id.error().message();
      EXPECT_NE(id.error().context.find("test device"), std::string::npos);
      return;
    }
    ASSERT_TRUE(id) << id.error().message();
    ++reserved_;
    device.session = *id;
    device.app = static_cast<std::uint32_t>(policy);
    if (policy == SecondClient::Steal)
      for (const auto other : holders) gone(other, EndReason::Taken);
  }
  void attach(std::size_t n) {
    auto& device = devices_[n];
    StreamConfig config;
    config.video.mode = {320, 180, {60, 1}};
    auto watcher = std::make_shared<Watcher>();
    auto stream = manager_->attach(device.session.value_or(9999), config,
                                   std::make_unique<CountingVideo>(watcher),
                                   std::make_unique<CountingAudio>(watcher), watcher);
    ASSERT_EQ(stream.has_value(), device.session && !device.attached);
    if (!stream) return;
    device.attached = true;
    device.watcher = std::move(watcher);
    device.stream = *stream;
    device.stream->start_video();
    device.stream->start_audio();
  }
  void drop(std::size_t n) {
    auto& device = devices_[n];
    if (device.session) manager_->detach(*device.session);
    device.attached = false;
  }
  void resume(std::size_t n) {
    auto& device = devices_[n];
    const auto prepared =
        manager_->prepare_resume(device.session.value_or(9999), device.lease, {320, 180, {60, 1}},
                                 audio::Speakers::Stereo, "127.0.0.1");
    ASSERT_EQ(prepared.has_value(), device.session.has_value());
    if (device.session) device.attached = false;
  }
  void quit(std::size_t n) {
    auto& device = devices_[n];
    if (!device.session) return;
    const auto joined = policy_of(device) == SecondClient::Join ? others(n, SecondClient::Join)
                                                                : std::vector<std::size_t>();
    const bool owner = joined.empty() || device.session < devices_[joined.front()].session;
    manager_->end(*device.session, EndReason::ClientQuit, {});
    gone(n, EndReason::ClientQuit);
    if (owner)
      for (const auto other : joined) gone(other, EndReason::AppExited);
  }
  void revoke(std::size_t n) {
    devices_[n].lease->stop();
    if (devices_[n].session) gone(n, EndReason::Revoked);
    admit(n);
  }

  void compare() {
    for (std::size_t n = 0; n < kDevices; ++n) {
      const auto& device = devices_[n];
      const auto found = manager_->find_device(device.lease->device());
      ASSERT_EQ(found.has_value(), device.session.has_value()) << "device " << n;
      if (!found) continue;
      EXPECT_EQ(found->id, *device.session);
      const auto holders = others(n, policy_of(device));
      const bool guest = policy_of(device) == SecondClient::Join && !holders.empty() &&
                         devices_[holders.front()].session < device.session;
      EXPECT_EQ(found->joined.has_value(), guest) << "device " << n;
      if (found->joined) {
        EXPECT_EQ(*found->joined, *devices_[holders.front()].session);
      }
    }
  }
  // Whatever is attached streams in the end.
  void expect_streams() {
    for (const auto& device : devices_) {
      if (!device.attached) continue;
      EXPECT_TRUE(device.watcher->wait(
          [&] { return device.watcher->frames >= 2 && device.watcher->audio >= 2; }));
      EXPECT_TRUE(device.watcher->first_was_idr);
      EXPECT_FALSE(device.watcher->ended);
    }
  }

  const test::TempFolder folder_;
  EventLoop loop_;
  std::unique_ptr<Manager> manager_;
  std::array<Device, kDevices> devices_;
  std::size_t reserved_ = 0;
  std::map<SessionId, EndReason> ended_, expected_;
};

class AnyOrder : public SecondClientTest, public testing::WithParamInterface<unsigned> {};

TEST_P(AnyOrder, EachHasWhatItShould) {
  std::mt19937 random(GetParam());
  const auto any = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  for (int step = 0; step < 120; ++step) {
    const auto n = any(kDevices);
    const auto what = any(20);
    const auto policy = static_cast<SecondClient>(1 + any(4));
    loop_.run_sync([&] {
      if (what < 6)
        launch(n, policy);
      else if (what < 11)
        attach(n);
      else if (what < 13)
        drop(n);
      else if (what < 16)
        resume(n);
      else if (what < 18)
        quit(n);
      else if (what < 19)
        revoke(n);
      compare();
    });
    if (HasFatalFailure()) return;
    if (any(12) == 0) expect_streams();
  }
  expect_streams();
  loop_.run_sync([&] {
    for (std::size_t n = 0; n < kDevices; ++n) quit(n);
  });
  manager_->shutdown();
  EXPECT_EQ(ended_, expected_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrder, testing::Range(1U, 9U));

TEST_F(SecondClientTest, TheHostsOwnPolicyIsAboutAnythingThatStreams) {
  auto desktop = app_of(SecondClient::Separate);
  desktop.second_client.reset();
  const auto met = [&](SecondClient policy) {
    ManagerConfig config;
    config.display.backend = config.encode.backend = config.audio.backend = "synthetic";
    config.second_client = policy;
    manager_->configure(config);
    return manager_->contest(desktop, 3);
  };
  loop_.run_sync([&] {
    launch(0, SecondClient::Join);
    attach(0);
    EXPECT_TRUE(met(SecondClient::Separate).others.empty());
    EXPECT_TRUE(met(SecondClient::Join).others.empty()) << "another picture cannot be joined";
    EXPECT_EQ(met(SecondClient::Steal).others.size(), 1U);
    const auto refused = met(SecondClient::Refuse);
    EXPECT_EQ(refused.others.size(), 1U);
    EXPECT_EQ(refused.sentence, "This host is streaming join at 320x180@60 to test device.");
    drop(0);
    EXPECT_TRUE(met(SecondClient::Refuse).others.empty()) << "nobody is there";
    EXPECT_TRUE(manager_->contest(app_of(SecondClient::Refuse), 3).others.empty());
    EXPECT_EQ(manager_->contest(app_of(SecondClient::Join), 3).sentence,
              "join is kept for test device, which may come back to it.");
  });
}

}  // namespace
}  // namespace pf::session
