#include "loopback/host_fixture.hpp"

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "base/log.hpp"
#include "encode/synthetic/synthetic_encoder.hpp"

namespace pf::test {
namespace {

constexpr auto kLook = std::chrono::milliseconds(2);

// Keys are dear to make and worth nothing: made once for a build folder.
const crypto::Identity& host_identity() {
  static const auto identity = [] {
    const std::filesystem::path folder = PF_TEST_KEYS "/host";
    std::filesystem::create_directories(folder);
    return crypto::Identity::load_or_create(folder).value();
  }();
  return identity;
}

// With PF_TEST_LOG in the environment the host speaks.
class Log : public testing::Environment {
 public:
  void SetUp() override {
    if (std::getenv("PF_TEST_LOG") != nullptr) log::start(log::Level::Debug, false);
  }
  void TearDown() override {
    if (std::getenv("PF_TEST_LOG") != nullptr) log::stop();
  }
};
[[maybe_unused]] const auto* const kLog = testing::AddGlobalTestEnvironment(new Log());

// Looks at a condition on the control thread until it holds.
class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(EventLoop& loop, std::function<bool()> condition)
      : loop_(loop), condition_(std::move(condition)) {}

  bool wait(SteadyTime deadline) {
    loop_.post([self = shared_from_this()] { self->look(); });
    std::unique_lock lock(mutex_);
    const bool held = changed_.wait_until(lock, deadline, [&] { return held_; });
    lock.unlock();
    // No look after this: the condition refers to the caller.
    loop_.run_sync([this] {
      stopped_ = true;
      timer_.reset();
    });
    return held;
  }

 private:
  void look() {
    if (stopped_) return;
    if (!condition_()) {
      timer_ = loop_.after(kLook, [self = shared_from_this()] { self->look(); });
      return;
    }
    const std::lock_guard lock(mutex_);
    held_ = true;
    changed_.notify_all();
  }

  EventLoop& loop_;
  std::function<bool()> condition_;
  std::unique_ptr<Executor::Timer> timer_;
  bool stopped_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

}  // namespace

TestHost::TestHost(Options options) : options_(options) {
  start();
}

TestHost::~TestHost() {
  stop();
}

void TestHost::start() {
  database_ = store::Database::open(folder_.path() + "/punktfunk.db").value();
  loop_ = std::make_unique<EventLoop>();
  loop_->run_sync([&] {
    allow_list_ = trust::AllowList::open(*database_, *loop_).value();
    desk_ = std::make_unique<trust::PairingDesk>(*loop_);
    catalogue_ = std::make_unique<apps::Catalogue>(apps::Catalogue::open(*database_).value());
    session::ManagerConfig config;
    config.display.backend = "synthetic";
    config.encode.backend = options_.formats.empty() ? "synthetic" : "auto";
    config.audio.backend = "synthetic";
    config.grace = options_.grace;
    config.second_client = options_.second_client;
    config.clipboard.board = clipboard_;
    manager_ = session::make_manager(*loop_, config);
    gamestream::FrontendConfig front;
    front.host_name = "loopback";
    front.unique_id = "6f1c1b1e-0000-4000-8000-00000000feed";
    front.bind_address = options_.bind_address;
    front.base_port = options_.base_port;
    front.policy.fec_percent = options_.fec_percent;
    front.mdns = false;
    if (!options_.formats.empty())
      front.offer = [this] { return gamestream::Offer{options_.formats, true}; };
    auto started = gamestream::Frontend::start(
        {*loop_, *allow_list_, *desk_, *manager_, *catalogue_, host_identity()}, std::move(front));
    ASSERT_TRUE(started) << started.error().message();
    frontend_ = std::move(*started);
    start_native();
  });
}

void TestHost::start_native() {
  native_desk_ = std::make_unique<trust::NativeDesk>(*loop_, *allow_list_);
  native::FrontendConfig config;
  config.host_name = "loopback";
  config.unique_id = "6f1c1b1e-0000-4000-8000-00000000feed";
  config.port = 0;
  config.mdns = false;
  config.open = options_.open;
  config.max_streams = options_.max_streams;
  config.abilities = [gf8 = options_.gf8, formats = options_.formats] {
    native::HostAbilities abilities;
    abilities.formats = formats;
    for (const auto& format : formats)
      if (format == media::VideoFormat{format.codec}) abilities.codecs.push_back(format.codec);
    abilities.clipboard = true;
    abilities.cursor = true;
    if (gf8) abilities.fec_scheme = native::wire::FecScheme::Gf8;
    return abilities;
  };
  auto started = native::Frontend::start(
      {*loop_, *allow_list_, *native_desk_, *manager_, *catalogue_, host_identity()},
      std::move(config));
  ASSERT_TRUE(started) << started.error().message();
  native_ = std::move(*started);
}

void TestHost::stop() {
  if (!loop_) return;
  loop_->run_sync([&] {
    if (frontend_) frontend_->stop();
    if (native_) native_->stop();
  });
  manager_->shutdown();
  loop_->run_sync([&] {
    frontend_.reset();
    native_.reset();
    manager_.reset();
    catalogue_.reset();
    desk_.reset();
    native_desk_.reset();
    allow_list_.reset();
  });
  loop_->stop();
  loop_.reset();
  database_.reset();
}

gs::Endpoints TestHost::v4() const {
  return {{"127.0.0.1", frontend_->ports().http}, {"127.0.0.1", frontend_->ports().https}};
}
gs::Endpoints TestHost::v6() const {
  return {{"::1", frontend_->ports().http}, {"::1", frontend_->ports().https}};
}
Bytes TestHost::certificate_der() const {
  return host_identity().certificate().der();
}

crypto::Fingerprint TestHost::fingerprint() const {
  return host_identity().certificate().fingerprint();
}
net::Endpoint TestHost::native_v4() const {
  return net::Endpoint::loopback_v4(native_->port());
}
net::Endpoint TestHost::native_v6() const {
  return net::Endpoint::loopback_v6(native_->port());
}

bool TestHost::eventually(const std::function<bool()>& condition,
                          std::chrono::milliseconds patience) {
  return std::make_shared<Watch>(*loop_, condition)->wait(steady_now() + patience);
}

void TestHost::set_policy(const gamestream::StreamPolicy& policy) {
  on_control([&] { frontend_->set_policy(policy); });
}

bool TestHost::wait_for_waiting(std::size_t clients) {
  return eventually([&] { return desk_->pending().size() == clients; });
}

void TestHost::type_pin(const std::string& pin, const std::string& label) {
  ASSERT_TRUE(eventually([&] { return !desk_->pending().empty(); })) << "nobody asks for a PIN";
  on_control([&] {
    const auto id = desk_->only_pending();
    ASSERT_TRUE(id) << id.error().message();
    const auto typed = desk_->submit_pin(*id, pin, label);
    EXPECT_TRUE(typed) << typed.error().message();
  });
}

trust::DeviceId TestHost::admit(const gs::ClientIdentity& identity, const std::string& name,
                                trust::Access access) {
  trust::DeviceId id = 0;
  on_control([&] {
    const auto device = allow_list_->approve(
        {identity.fingerprint(), trust::Plane::GameStream, name, "127.0.0.1"}, access);
    ASSERT_TRUE(device) << device.error().message();
    id = (*device)->id;
  });
  return id;
}

trust::DeviceId TestHost::admit_native(const crypto::Fingerprint& fingerprint,
                                       const std::string& name, trust::Access access) {
  trust::DeviceId id = 0;
  on_control([&] {
    const auto device =
        allow_list_->approve({fingerprint, trust::Plane::Native, name, "127.0.0.1"}, access);
    ASSERT_TRUE(device) << device.error().message();
    id = (*device)->id;
  });
  return id;
}

std::optional<trust::DeviceId> TestHost::device_of(const crypto::Fingerprint& fingerprint) {
  std::optional<trust::DeviceId> id;
  on_control([&] {
    if (const auto device = allow_list_->find(fingerprint)) id = device->id;
  });
  return id;
}

TestHost::Stamps TestHost::revoke(const crypto::Fingerprint& fingerprint) {
  const auto id = device_of(fingerprint);
  Stamps stamps;
  if (!id) {
    ADD_FAILURE() << "this device is not paired";
    return stamps;
  }
  on_control([&] {
    stamps.called_ns = steady_now_ns();
    const auto done = allow_list_->revoke(*id);
    stamps.returned_ns = steady_now_ns();
    EXPECT_TRUE(done) << done.error().message();
  });
  return stamps;
}

std::vector<session::SessionInfo> TestHost::sessions() {
  std::vector<session::SessionInfo> all;
  on_control([&] { all = manager_->list(); });
  return all;
}

bool TestHost::wait_for_sessions(std::size_t count) {
  return eventually([&] { return manager_->list().size() == count; });
}

std::uint32_t TestHost::add_app(const std::string& title, std::vector<std::string> command,
                                std::optional<apps::SecondClient> policy) {
  std::uint32_t id = 0;
  on_control([&] {
    apps::App app;
    app.title = title;
    app.command = std::move(command);
    app.second_client = policy;
    const auto added = catalogue_->add(std::move(app));
    ASSERT_TRUE(added) << added.error().message();
    id = added->id;
  });
  return id;
}

const gs::ClientIdentity& client_identity(std::size_t n) {
  static std::mutex mutex;
  static std::map<std::size_t, gs::ClientIdentity> made;
  const std::lock_guard lock(mutex);
  const auto it = made.find(n);
  if (it != made.end()) return it->second;
  const auto file = PF_TEST_KEYS "/client-" + std::to_string(n) + ".pem";
  auto identity = gs::ClientIdentity::load(file);
  if (!identity) {
    identity = gs::ClientIdentity::generate();
    std::filesystem::create_directories(PF_TEST_KEYS);
    identity->save(file);
  }
  return made.emplace(n, std::move(*identity)).first->second;
}

std::unique_ptr<GsClient> HostTest::paired_client(std::size_t n, trust::Access access) {
  auto client = std::make_unique<GsClient>(host.v4(), client_identity(n));
  host.admit(client->identity(), "device " + std::to_string(n), access);
  client->pin_host(host.certificate_der());
  return client;
}

void HostTest::stream(GsClient& client, const GsStreamOptions& options, const GsLaunch& launch) {
  const auto launched = client.launch(launch);
  ASSERT_TRUE(launched) << launched.error().message();
  ASSERT_TRUE(launched->ok()) << launched->status_code << " " << launched->status_message;
  const auto started = client.start(options);
  ASSERT_TRUE(started) << started.error().message();
}

bool wait_for_media(GsClient& client, std::uint64_t frames, std::uint64_t packets) {
  return client.stream().wait_for([&](const gs::StreamState& s) {
    return s.shown_frames >= frames && s.audio_packets >= packets;
  });
}

void expect_clean(GsClient& client) {
  const auto state = client.stream().state();
  for (const auto& violation : state.violations) ADD_FAILURE() << violation;
  EXPECT_EQ(state.audio_undecodable, 0U);
}

void expect_true_pictures(const gs::StreamState& state) {
  std::uint64_t last_unit = 0, last_picture = 0;
  for (const auto& frame : state.recent) {
    const auto stamp = encode::synthetic::read_stamp(frame.bitstream);
    ASSERT_TRUE(stamp) << "frame " << frame.index << " is damaged";
    EXPECT_EQ(stamp->idr, frame.type == 2) << "frame " << frame.index;
    EXPECT_GT(stamp->unit, last_unit);
    EXPECT_GE(stamp->frame_sequence, last_picture);
    last_unit = stamp->unit;
    last_picture = stamp->frame_sequence;
  }
}

}  // namespace pf::test
