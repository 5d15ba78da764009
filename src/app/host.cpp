#include "app/host.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "app/backend_status.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "gamestream/frontend.hpp"
#include "session/factory.hpp"
#include "trust/allow_list.hpp"
#include "trust/pairing_desk.hpp"
#include "webui/frontend.hpp"

namespace pf::app {
namespace {

// The identity key of this host in every client (gamestream.md 2.3): it must never change, so it
// follows from the certificate, which may not change either.
std::string unique_id(const crypto::Identity& identity) {
  auto id = identity.certificate().fingerprint().substr(0, 32);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
  return id;
}

// The demo application: beside this program (a build tree) or where it was installed.
std::vector<std::string> demo_command() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = self.parent_path() / "punktfunk-demo";
    if (::access(beside.c_str(), X_OK) == 0) return {beside.string()};
  }
  if (const auto found = find_program("punktfunk-demo")) return {*found};
  return {};
}

session::ManagerConfig manager_config(const config::Paths& paths,
                                      const config::Settings& settings) {
  session::ManagerConfig config;
  config.display.backend = settings.get(config::kDisplay);
  config.display.x11_display = settings.get(config::kX11Display);
  config.display.runtime_dir = (paths.runtime / "displays").string();
  config.capture.draw_cursor = settings.get(config::kCaptureCursor);
  config.encode.backend = settings.get(config::kEncoder);
  config.encode.x264_preset = settings.get(config::kX264Preset);
  config.audio.backend = settings.get(config::kAudio);
  config.audio.runtime_dir = (paths.runtime / "audio").string();
  config.input.uinput_pads = settings.get(config::kUinputPads);
  config.grace = std::chrono::seconds(settings.get(config::kSessionGraceS));
  if (settings.get(config::kDemo)) config.demo = demo_command();
  return config;
}

}  // namespace

struct Host::Impl {
  Impl(store::Database& db, config::Settings& s) : database(db), settings(s), desk(loop) {}

  store::Database& database;
  config::Settings& settings;
  EventLoop loop;
  std::unique_ptr<crypto::Identity> identity;
  std::unique_ptr<trust::AllowList> allow_list;
  trust::PairingDesk desk;
  std::unique_ptr<apps::Catalogue> catalogue;
  std::unique_ptr<session::Manager> manager;
  std::unique_ptr<gamestream::Frontend> gamestream;
  std::unique_ptr<webui::Frontend> webui;
  webui::StatusParts status;  // control thread
  // Control thread. H.264 until the probes have found out more: every client can play it.
  std::vector<media::Codec> codecs{media::Codec::H264};

  Result<> start(const config::Paths& paths);
  Result<> start_front_ends(const config::Paths& paths);
  void probe_back_ends(const session::ManagerConfig& config);
  void announce() const;
};

Result<> Host::Impl::start(const config::Paths& paths) {
  auto loaded = crypto::Identity::load_or_create(paths.config);
  if (!loaded) return pass(loaded);
  identity = std::make_unique<crypto::Identity>(std::move(*loaded));
  auto list = trust::AllowList::open(database, loop);
  if (!list) return pass(list);
  allow_list = std::move(*list);
  auto opened = apps::Catalogue::open(database);
  if (!opened) return pass(opened);
  catalogue = std::make_unique<apps::Catalogue>(std::move(*opened));
  const auto config = manager_config(paths, settings);
  manager = session::make_manager(loop, config);

  Result<> started;
  loop.run_sync([&] { started = start_front_ends(paths); });
  if (!started) return started;
  announce();
  probe_back_ends(config);
  return {};
}

Result<> Host::Impl::start_front_ends(const config::Paths& paths) {
  const auto name = settings.get(config::kHostName);
  status.version = kVersion;
  status.gamestream = settings.get(config::kGamestream);
  if (status.gamestream) {
    gamestream::FrontendConfig config;
    config.host_name = name;
    config.unique_id = unique_id(*identity);
    config.bind_address = settings.get(config::kBindAddress);
    config.base_port = static_cast<std::uint16_t>(settings.get(config::kBasePort));
    config.fec_percent = static_cast<unsigned>(settings.get(config::kFecPercent));
    config.mdns = settings.get(config::kMdns);
    config.codecs = [this] { return codecs; };
    auto front = gamestream::Frontend::start(
        {loop, *allow_list, desk, *manager, *catalogue, *identity}, std::move(config));
    if (!front) return pass(front);
    gamestream = std::move(*front);
    const auto& ports = gamestream->ports();
    status.ports = {ports.http, ports.https, ports.rtsp, ports.video, ports.control, ports.audio};
  }
  webui::FrontendConfig config;
  config.bind_address = settings.get(config::kBindAddress);
  config.port = static_cast<std::uint16_t>(settings.get(config::kMgmtPort));
  config.host_name = name;
  config.folder = paths.config;
  auto front = webui::Frontend::start({loop, *allow_list, desk, *manager, *catalogue, *identity,
                                       settings, [this] { return status; }},
                                      std::move(config));
  if (!front) return pass(front);
  webui = std::move(*front);
  return {};
}

void Host::Impl::announce() const {
  log::info("app", "listening", "version", kVersion, "name", settings.get(config::kHostName),
            "fingerprint", identity->certificate().fingerprint());
  if (gamestream)
    log::info("app",
              "Moonlight: add this computer, choose Pair, then type its PIN here with "
              "'punktfunk-host ctl pair pin'",
              "http", status.ports.http, "https", status.ports.https, "rtsp", status.ports.rtsp);
  log::info("app", "management", "url", "https://localhost:" + std::to_string(webui->port()) + "/");
}

// Opening encoders takes a while; clients are served meanwhile.
void Host::Impl::probe_back_ends(const session::ManagerConfig& config) {
  loop.work([this, config] {
    auto report = probe_all_back_ends(config);
    loop.post([this, report = std::move(report)] {
      if (!report.codecs.empty()) codecs = report.codecs;
      status.backends = report.backends;
      status.encoder = report.encoder;
      status.hardware_encoder = report.hardware_encoder;
      status.notices = report.notices;
    });
  });
}

Host::Host(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Host>> Host::start(const config::Paths& paths, store::Database& database,
                                          config::Settings& settings) {
  std::unique_ptr<Host> host(new Host(std::make_unique<Impl>(database, settings)));
  if (auto started = host->impl_->start(paths); !started) return pass(started);
  return host;
}

Host::~Host() {
  auto& impl = *impl_;
  // No new work, then the streams (their front end still has to say goodbye), then the rest.
  impl.loop.run_sync([&] {
    if (impl.webui) impl.webui->stop();
    if (impl.gamestream) impl.gamestream->stop();
  });
  if (impl.manager) impl.manager->shutdown();
  impl.loop.run_sync([&] {
    impl.webui.reset();
    impl.gamestream.reset();
  });
  impl.loop.stop();
}

}  // namespace pf::app
