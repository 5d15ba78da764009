// The whole host as `serve` builds it, and what its event stream says of a session from the launch
// to the last thing taken down, over both protocols.
#include <gmock/gmock.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/ctl_client.hpp"
#include "app/host.hpp"
#include "app/stored_settings.hpp"
#include "loopback/native_fixture.hpp"
#include "webui/event_kinds.hpp"

namespace pf::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;

constexpr std::chrono::seconds kPatience{20};
constexpr auto kKinds = "session.*,stream.*,game.*,display.*";

// Server-Sent Events from the running host, over HTTPS, on a thread of their own. Ends with the
// host.
class EventReader {
 public:
  explicit EventReader(const std::filesystem::path& folder)
      : client_(std::move(*app::CtlClient::open(folder))), thread_([this] { read(); }) {}
  ~EventReader() { thread_.join(); }

  // What has come when `enough` says so of it, or the patience ends.
  std::vector<json> wait(const std::function<bool(const std::vector<json>&)>& enough) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return enough(all_); })) << dump();
    return all_;
  }
  bool saw(const char* kind) {
    return !wait([&](const std::vector<json>& all) {
              return std::any_of(all.begin(), all.end(),
                                 [&](const json& one) { return one["kind"] == kind; });
            }).empty();
  }

 private:
  void read() {
    std::string text;
    const auto ended =
        client_.stream(std::string("/events?kinds=") + kKinds, [&](std::string_view bytes) {
          text += bytes;
          for (auto end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
            take(text.substr(0, end));
            text.erase(0, end + 2);
          }
          return true;
        });
    EXPECT_TRUE(ended) << ended.error().message;
  }
  void take(const std::string& block) {
    const auto data = block.find("\ndata: ");
    if (data == std::string::npos) return;
    const auto one = json::parse(block.substr(data + 7), nullptr, false);
    if (!one.is_object() || !one.contains("kind")) return;  // where live begins
    const std::scoped_lock lock(mutex_);
    all_.push_back(one);
    changed_.notify_all();
  }
  std::string dump() const {
    std::string text;
    for (const auto& one : all_) text += one.dump() + '\n';
    return text;
  }

  const app::CtlClient client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json> all_;
  std::thread thread_;
};

class EventsLoopback : public testing::Test {
 protected:
  EventsLoopback() {
    forget_inputs();
    database_ = store::Database::open(folder() / "punktfunk.db").value();
    know_the_devices();
    settings_.emplace(config::Settings::resolve(
                          {{"bind_address", "127.0.0.1"},
                           {"base_port", "0"},
                           {"native_port", "0"},
                           {"mgmt_port", "0"},
                           {"mdns", "off"},
                           {"display", "synthetic"},
                           {"encoder", "synthetic"},
                           {"audio", "synthetic"}},
                          [](const std::string&) { return std::optional<std::string>(); },
                          &stored())
                          .value());
    const config::Paths paths{folder(), folder(), folder() / "run"};
    host_ = app::Host::start(paths, *database_, *settings_).value();
    const auto client = std::move(*app::CtlClient::open(folder()));
    const auto about = client.call("GET", "/host").value();
    ports_ = client.call("GET", "/status").value()["ports"];
    fingerprint_ = about["fingerprint"];
    reader_ = std::make_unique<EventReader>(folder());
  }
  ~EventsLoopback() override {
    host_.reset();
    reader_.reset();
  }

  std::filesystem::path folder() const { return folder_.path(); }
  app::StoredSettings& stored() {
    if (!stored_) stored_.emplace(*database_);
    return *stored_;
  }
  // Paired already, and an application that stays.
  void know_the_devices() {
    EventLoop loop;
    loop.run_sync([&] {
      const auto list = trust::AllowList::open(*database_, loop).value();
      for (const auto& [fingerprint, plane] :
           {std::pair(client_identity(0).fingerprint(), trust::Plane::GameStream),
            std::pair(native_identity(0).certificate().fingerprint(), trust::Plane::Native)})
        EXPECT_TRUE(list->approve({fingerprint, plane, "TV", "127.0.0.1"}, {}));
      apps::App app;
      app.title = "Game";
      app.command = {"/bin/sleep", "600"};
      app_ = apps::Catalogue::open(*database_)->add(std::move(app)).value().id;
    });
    loop.stop();
  }
  std::uint16_t port(const char* name) const { return ports_[name].get<std::uint16_t>(); }

  // Everything from here to the end of the session, held against what each event must say.
  void expect_whole_story(const char* plane) {
    const auto all = reader_->wait([](const std::vector<json>& told) {
      return !told.empty() && told.back()["kind"] == "session.ended";
    });
    ASSERT_FALSE(all.empty());
    std::vector<std::string> media, game, display;
    std::uint64_t seq = 0;
    const auto id = all.front()["id"];
    EXPECT_EQ(all.front()["kind"], "session.started") << "before anything of it";
    for (const auto& one : all) {
      const auto kind = one["kind"].get<std::string>();
      EXPECT_GT(one["seq"], seq);
      seq = one["seq"];
      EXPECT_EQ(one["schema"], 1);
      EXPECT_TRUE(std::any_of(webui::event_kinds().begin(), webui::event_kinds().end(),
                              [&](const auto& known) { return known.name == kind; }))
          << kind << " is not in the document";
      EXPECT_EQ(one["plane"], plane);
      EXPECT_EQ(one["device_name"], "TV");
      if (kind.starts_with("session.")) continue;
      EXPECT_EQ(one["session_id"], id) << one;
      if (!kind.starts_with("display.")) media.push_back(kind);
      if (kind.starts_with("stream.")) {
        EXPECT_EQ(one["codec"], "h264") << one;
        EXPECT_EQ(one["encoder"], "synthetic") << one;
        EXPECT_EQ(one["mode"], "640x360@60") << one;
      } else {
        if (!kind.starts_with("display.")) game.push_back(kind);
        display.push_back(kind);
      }
    }
    EXPECT_THAT(game, ElementsAre("game.launching", "game.running", "game.exited"));
    EXPECT_THAT(display, ElementsAre("display.created", "game.launching", "game.running",
                                     "game.exited", "display.released"));
    // The application and the stream start side by side.
    std::erase(media, "game.launching");
    std::erase(media, "game.running");
    EXPECT_THAT(media, ElementsAre("stream.started", "stream.stopped", "game.exited"));
    const auto find = [&](const char* kind) {
      return *std::find_if(all.begin(), all.end(),
                           [&](const json& one) { return one["kind"] == kind; });
    };
    EXPECT_EQ(find("game.running")["app_title"], "Game");
    EXPECT_EQ(find("game.running")["app_id"], app_);
    EXPECT_EQ(find("game.exited")["reason"], "stopped");
    EXPECT_EQ(find("game.exited")["exit_code"], 128 + SIGTERM);
    for (const auto* kind : {"display.created", "display.released"}) {
      EXPECT_EQ(find(kind)["display"], "synthetic");
      EXPECT_EQ(find(kind)["mode"], "640x360@60");
    }
  }

  const TempFolder folder_;
  std::unique_ptr<store::Database> database_;
  std::optional<app::StoredSettings> stored_;
  std::optional<config::Settings> settings_;
  std::unique_ptr<app::Host> host_;
  std::unique_ptr<EventReader> reader_;
  json ports_;
  crypto::Fingerprint fingerprint_;
  std::uint32_t app_ = 0;
};

TEST_F(EventsLoopback, TellTheStoryOfAMoonlightSession) {
  GsClient client({{"127.0.0.1", port("http")}, {"127.0.0.1", port("https")}}, client_identity(0));
  client.pin_host(crypto::Identity::load_or_create(folder())->certificate().der());
  GsLaunch launch;
  launch.app_id = app_;
  launch.mode = "640x360x60";
  const auto launched = client.launch(launch);
  ASSERT_TRUE(launched && launched->ok());
  // This client takes its time between launch and stream, so everything has its place.
  ASSERT_TRUE(reader_->saw("game.running"));
  GsStreamOptions options;
  options.width = 640;
  options.height = 360;
  ASSERT_TRUE(client.start(options));
  ASSERT_TRUE(wait_for_media(client));
  ASSERT_TRUE(reader_->saw("stream.started"));
  EXPECT_TRUE(client.cancel()->ok());
  expect_whole_story("gamestream");
  std::vector<std::string> kinds;
  for (const auto& one : reader_->wait([](const auto&) { return true; }))
    if (!one["kind"].get<std::string>().starts_with("session.")) kinds.push_back(one["kind"]);
  EXPECT_THAT(kinds,
              ElementsAre("display.created", "game.launching", "game.running", "stream.started",
                          "stream.stopped", "game.exited", "display.released"));
  expect_clean(client);
}

TEST_F(EventsLoopback, TellTheStoryOfANativeSession) {
  probe::SessionOptions options;
  options.host = net::Endpoint::loopback_v4(port("native"));
  options.identity = native_identity(0);
  options.expected_host = fingerprint_;
  options.hello = probe::default_hello();
  options.hello.mode = {640, 360, 60};
  options.hello.codecs = native::wire::codec_bit::kH264;
  options.hello.preferred_codec = 0;
  options.hello.bitrate_kbps = 4'000;
  options.hello.launch = "app:" + std::to_string(app_);
  options.check_pictures = false;
  const auto session = probe::ClientSession::start(std::move(options));
  ASSERT_TRUE(session) << session.error().message();
  ASSERT_TRUE(wait_for_native_media(**session));
  ASSERT_TRUE(reader_->saw("stream.started") && reader_->saw("game.running"));
  (*session)->close();
  expect_whole_story("native");
  expect_no_violations(**session);
}

}  // namespace
}  // namespace pf::test
