#include "app/host.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "app/diagnostics.hpp"
#include "app/encoder_rows.hpp"
#include "app/history.hpp"
#include "app/host_actions.hpp"
#include "app/journals.hpp"
#include "app/prober.hpp"
#include "app/session_config.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "crypto/aead_libraries.hpp"
#include "gamestream/frontend.hpp"
#include "native/frontend.hpp"
#include "net/interfaces.hpp"
#include "session/factory.hpp"
#include "store/operator.hpp"
#include "trust/allow_list.hpp"
#include "trust/native_desk.hpp"
#include "trust/pairing_desk.hpp"
#include "webui/event_bus.hpp"
#include "webui/frontend.hpp"
#include "webui/handlers_live.hpp"
#include "webui/host_json.hpp"
#include "webui/session_events.hpp"
#include "webui/trust_events.hpp"

namespace pf::app {
namespace {

// The identity key of this host in every client (gamestream.md 2.3): it must never change, so it
// follows from the certificate, which may not change either.
std::string unique_id(const crypto::Identity& identity) {
  auto id = identity.certificate().fingerprint().substr(0, 32);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
  return id;
}

// As /etc/os-release calls it.
std::string operating_system() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    constexpr std::string_view kKey = "PRETTY_NAME=";
    if (!line.starts_with(kKey)) continue;
    auto name = line.substr(kKey.size());
    std::erase(name, '"');
    return name;
  }
  return "Linux";
}

gamestream::Encryption encryption(const std::string& setting) {
  if (setting == "required") return gamestream::Encryption::Required;
  return setting == "off" ? gamestream::Encryption::Off : gamestream::Encryption::Preferred;
}

gamestream::StreamPolicy stream_policy(const config::Settings& settings) {
  gamestream::StreamPolicy policy;
  policy.fec_percent = static_cast<unsigned>(settings.get(config::kFecPercent));
  policy.adaptive_fec = settings.get(config::kAdaptiveFec);
  policy.adaptive_bitrate = settings.get(config::kAdaptiveBitrate);
  policy.encryption_lan = gamestream::policy_of(encryption(settings.get(config::kEncryptionLan)));
  policy.encryption_wan = gamestream::policy_of(encryption(settings.get(config::kEncryptionWan)));
  return policy;
}

}  // namespace

struct Host::Impl {
  Impl(store::Database& db, config::Settings& s, const HostOptions& o)
      : database(db), settings(s), options(o), desk(loop), journal(db) {}

  store::Database& database;
  config::Settings& settings;
  const HostOptions options;
  std::string native_pin;
  EventLoop loop;
  webui::EventBus events;  // control thread
  webui::SessionEvents session_events{events};
  std::unique_ptr<crypto::Identity> identity;
  std::unique_ptr<trust::AllowList> allow_list;
  trust::PairingDesk desk;
  apps::UndoJournal journal;
  std::unique_ptr<apps::Catalogue> catalogue;
  std::unique_ptr<session::Manager> manager;
  std::unique_ptr<trust::NativeDesk> native_desk;
  std::unique_ptr<gamestream::Frontend> gamestream;
  std::unique_ptr<native::Frontend> native;
  std::unique_ptr<HostDiagnostics> diagnostics;
  std::unique_ptr<HostActions> actions;
  std::unique_ptr<webui::Frontend> webui;
  webui::StatusParts status;  // control thread
  // Control thread. H.264 until the probes have found out more: every client can play it.
  std::vector<media::Codec> codecs{media::Codec::H264};
  std::vector<media::Codec> costly_codecs;
  gamestream::Offer offer = gamestream::first_offer();
  std::optional<Prober> prober;

  Result<> start(const config::Paths& paths);
  Result<> start_front_ends(const config::Paths& paths);
  Result<> start_gamestream(const std::string& name);
  Result<> start_native(const std::string& name);
  Result<> start_management(const std::string& name, const config::Paths& paths);
  Result<> change_settings(const config::Changes& changes, const config::Paths& paths);
  session::ManagerConfig config_now(const config::Paths& paths);
  void undo_what_was_left();
  void start_diagnostics(const config::Paths& paths);
  void probe_back_ends(const session::ManagerConfig& config, std::function<void()> done = {});
  void take_offer(const BackendStatus& report);
  void take_status(const BackendStatus& report);
  void announce() const;
  void tell_ready() const;
  nlohmann::json about_this_host() const;  // of events
};

Result<> Host::Impl::start(const config::Paths& paths) {
  auto loaded = crypto::Identity::load_or_create(paths.config);
  if (!loaded) return pass(loaded);
  identity = std::make_unique<crypto::Identity>(std::move(*loaded));
  auto list = trust::AllowList::open(database, loop, unix_now, revocation_journals(paths));
  if (!list) return pass(list);
  allow_list = std::move(*list);
  auto opened = apps::Catalogue::open(database);
  if (!opened) return pass(opened);
  catalogue = std::make_unique<apps::Catalogue>(std::move(*opened));
  const auto config = config_now(paths);
  undo_what_was_left();
  audio::restore(config.audio);
  manager = session::make_manager(loop, config);
  manager->on_ended([this](const session::EndedSession& over) {
    if (auto kept = store::append_history(database, history_row(over)); !kept)
      log::warn("app", "a session is missing in the history", "what", kept.error().message());
  });

  Result<> started;
  loop.run_sync([&] { started = start_front_ends(paths); });
  if (!started) return started;
  announce();
  loop.run_sync([&] { events.publish("host.started", about_this_host()); });
  if (diagnostics)
    loop.run_sync([&] { diagnostics->refresh({}, {}); });
  else
    loop.run_sync([&] { probe_back_ends(config); });
  return {};
}

Result<> Host::Impl::start_front_ends(const config::Paths& paths) {
  const auto name = settings.get(config::kHostName);
  status.version = kVersion;
  status.unique_id = unique_id(*identity);
  status.os = operating_system();
  status.gamestream = settings.get(config::kGamestream);
  status.native = settings.get(config::kNative);
  if (status.gamestream)
    if (auto started = start_gamestream(name); !started) return started;
  if (status.native)
    if (auto started = start_native(name); !started) return started;
  return options.management ? start_management(name, paths) : Result<>{};
}

Result<> Host::Impl::start_management(const std::string& name, const config::Paths& paths) {
  webui::FrontendConfig config;
  config.bind_address = settings.get(config::kBindAddress);
  config.port = static_cast<std::uint16_t>(settings.get(config::kMgmtPort));
  config.host_name = name;
  config.folder = paths.config;
  config.state_folder = paths.state;
  config.public_peers = settings.get(config::kPublicPeers);
  webui::Hooks hooks;
  hooks.change_settings = [this, paths](const config::Changes& changes) {
    return change_settings(changes, paths);
  };
  hooks.history = [this](std::int64_t limit) { return store::load_history(database, limit); };
  hooks.probe_again = [this, paths] { probe_back_ends(config_now(paths)); };
  start_diagnostics(paths);
  hooks.diagnostics = diagnostics.get();
  actions = std::make_unique<HostActions>(
      HostActions::Needs{loop, *manager, machine_power(), options.program, options.restart});
  hooks.actions = actions.get();
  webui::publish_trust(events, *allow_list, desk, native_desk.get());
  auto front = webui::Frontend::start(
      {loop, *allow_list, desk, *manager, *catalogue, *identity, settings, database, events,
       [this] { return status; }, native_desk.get(), std::move(hooks)},
      std::move(config));
  if (!front) return pass(front);
  webui = std::move(*front);
  manager->on_figures([this] {
    session_events.look(*manager);
    webui::publish_stats(*manager, events);
  });
  session_events.follow(*manager);
  return {};
}

void Host::Impl::start_diagnostics(const config::Paths& paths) {
  const auto input = [this, paths] {
    auto now = check_input(settings, paths.state);
    now.status = status;
    now.probed = status.probed_unix != 0;
    now.serving = true;
    now.database = database.file();
    now.open = allow_list->open();
    now.unsaved_revocations = allow_list->unsaved_revocations();
    now.unsaved_are_noted = allow_list->unsaved_are_noted();
    if (const auto password = store::load_password(database)) now.claimed = password->has_value();
    if (webui) {
      now.management_port = webui->port();
      now.unsaved_endings = webui->unsaved_endings();
      now.certificate_ends = webui->own_certificate_ends();
      now.certificate_problem = webui->certificate_problem();
    }
    return now;
  };
  diagnostics = std::make_unique<HostDiagnostics>(HostDiagnostics::Needs{
      loop, input,
      [this, paths](std::function<void()> done) {
        probe_back_ends(config_now(paths), std::move(done));
      },
      [this] { events.publish("diagnostics.changed", nlohmann::json::object()); }});
}

session::ManagerConfig Host::Impl::config_now(const config::Paths& paths) {
  auto config = manager_config(paths, settings);
  config.journal = &journal;
  return config;
}

// Of a run that was killed. Before anybody can launch, so that nothing new is undone.
void Host::Impl::undo_what_was_left() {
  const auto left = journal.left();
  if (!left) return log::warn("app", "the journal cannot be read", "what", left.error().message());
  for (const auto& one : *left) {
    log::info("app", "taking back what an earlier run did", "command", one.undo.command.front());
    if (auto done = apps::run_step(one.undo); !done)
      log::warn("app", "a command after an application failed", "what", done.error().message());
    journal.forget(one.id);
  }
}

Result<> Host::Impl::change_settings(const config::Changes& changes, const config::Paths& paths) {
  if (auto changed = settings.change(changes); !changed) return changed;
  if (const auto level = log::level_from(settings.get(config::kLogLevel))) log::set_level(*level);
  manager->configure(config_now(paths));
  if (gamestream) gamestream->set_policy(stream_policy(settings));
  if (native) native->set_adaptive_fec(settings.get(config::kAdaptiveFec));
  if (changes.contains(config::kEncoder.id) || changes.contains(config::kDisplay.id) ||
      changes.contains(config::kX11Display.id) || changes.contains(config::kAudio.id) ||
      changes.contains(config::kCostlyFormats.id))
    probe_back_ends(config_now(paths));
  return {};
}

Result<> Host::Impl::start_gamestream(const std::string& name) {
  gamestream::FrontendConfig config;
  config.host_name = name;
  config.unique_id = unique_id(*identity);
  config.bind_address = settings.get(config::kBindAddress);
  config.base_port = static_cast<std::uint16_t>(settings.get(config::kBasePort));
  config.mdns = settings.get(config::kMdns);
  config.offer = [this] { return offer; };
  config.policy = stream_policy(settings);
  auto front = gamestream::Frontend::start(
      {loop, *allow_list, desk, *manager, *catalogue, *identity}, std::move(config));
  if (!front) return pass(front);
  gamestream = std::move(*front);
  const auto& ports = gamestream->ports();
  status.ports.http = ports.http;
  status.ports.https = ports.https;
  status.ports.rtsp = ports.rtsp;
  status.ports.video = ports.video;
  status.ports.control = ports.control;
  status.ports.audio = ports.audio;
  return {};
}

Result<> Host::Impl::start_native(const std::string& name) {
  native_desk = std::make_unique<trust::NativeDesk>(loop, *allow_list);
  native::FrontendConfig config;
  config.host_name = name;
  config.unique_id = unique_id(*identity);
  config.bind_address = settings.get(config::kBindAddress);
  config.port = static_cast<std::uint16_t>(settings.get(config::kNativePort));
  config.media_port = static_cast<std::uint16_t>(settings.get(config::kNativeMediaPort));
  config.open = settings.get(config::kOpen);
  config.mdns = settings.get(config::kMdns);
  config.idle_timeout = std::chrono::milliseconds(settings.get(config::kIdleTimeoutMs));
  config.max_streams = static_cast<std::size_t>(settings.get(config::kMaxStreams));
  config.adaptive_fec = settings.get(config::kAdaptiveFec);
  config.abilities = [this] {
    native::HostAbilities abilities;
    abilities.codecs = codecs;
    abilities.last_resort = costly_codecs;
    abilities.formats = offer.formats;
    abilities.costs = offer.costs;
    abilities.fec_percent = static_cast<std::uint8_t>(settings.get(config::kNativeFecPercent));
    if (options.native_gf8) abilities.fec_scheme = native::wire::FecScheme::Gf8;
    const auto display = settings.get(config::kDisplay);
    abilities.wlroots = display == "auto" || display == "virtual";
    abilities.clipboard =
        display == "synthetic" ||
        clipboard::possible(
            display == "x11" ? media::DisplayKind::X11 : media::DisplayKind::Wlroots, {});
    // "auto" becomes a virtual display wherever one can be opened; the channel is agreed on before.
    abilities.cursor =
        settings.get(config::kCaptureCursor) && (display == "x11" || display == "synthetic");
    if (webui) abilities.management_port = webui->port();
    return abilities;
  };
  auto front = native::Frontend::start(
      {loop, *allow_list, *native_desk, *manager, *catalogue, *identity}, std::move(config));
  if (!front) return pass(front);
  native = std::move(*front);
  status.ports.native = native->port();
  if (options.native_pin) {
    const auto pin =
        options.native_pin->empty() ? trust::Pin::random() : trust::Pin(*options.native_pin);
    native_pin = pin.text();
    native_desk->window().arm_without_end(pin);
  }
  return {};
}

void Host::Impl::announce() const {
  for (const auto& library : crypto::aead_libraries())
    if (!library.reason.empty())
      log::info("app", "a cipher library is not used", "library", library.name, "reason",
                library.reason);
  log::info("app", "media packets are sealed", "by", crypto::best_aead_library());
  log::info("app", "listening", "version", kVersion, "name", settings.get(config::kHostName),
            "fingerprint", identity->certificate().fingerprint());
  if (gamestream)
    log::info("app",
              "Moonlight: add this computer, choose Pair, then type its PIN here with "
              "'punktfunk-host ctl pair pin'",
              "http", status.ports.http, "https", status.ports.https, "rtsp", status.ports.rtsp);
  if (native)
    log::info("app",
              settings.get(config::kOpen)
                  ? "native clients: this host is OPEN, every device on the network gets in"
                  : "native clients: open a pairing window with 'punktfunk-host ctl pair arm', or "
                    "let a device ask for access",
              "port", status.ports.native);
  if (webui)
    log::info("app", "management", "url",
              "https://localhost:" + std::to_string(webui->port()) + "/");
}

// The last thing said at a start: where somebody who sees this for the first time goes on.
void Host::Impl::tell_ready() const {
  if (!webui) return;
  const auto url = [port = webui->port()](const std::string& host) {
    return fmt::format("https://{}:{}/", host, port);
  };
  auto console = url("localhost");
  const auto bound = net::Endpoint::parse(settings.get(config::kBindAddress), 0);
  if (bound && !bound->is_loopback()) {
    for (const auto& interface : net::interfaces())
      for (const auto& address : interface.addresses)
        if (address.is_v4() && (bound->is_any() || address.same_address(*bound)))
          console += " " + url(address.address());
  }
  if (const auto code = webui->setup_code())
    log::info("app", "ready: open the console in a browser and enter the set-up code", "console",
              console, "code", *code);
  else
    log::info("app", "ready", "console", console);
}

nlohmann::json Host::Impl::about_this_host() const {
  return {{"host_name", settings.get(config::kHostName)}, {"version", kVersion}};
}

// Opening encoders takes a while; clients are served meanwhile.
void Host::Impl::probe_back_ends(const session::ManagerConfig& config, std::function<void()> done) {
  if (!prober)
    prober.emplace(
        loop,
        // The first streams need not wait for the slowest encoder; later there is a whole offer.
        [this](const BackendStatus& so_far) {
          if (status.probed_unix == 0) take_offer(so_far);
        },
        [this](const BackendStatus& found) { take_status(found); });
  prober->ask({config, settings.get(config::kCostlyFormats)}, std::move(done));
}

void Host::Impl::take_offer(const BackendStatus& report) {
  if (!report.codecs.empty()) codecs = report.codecs;
  if (!report.formats.empty()) offer = {report.formats, report.invalidates, report.costs};
  costly_codecs = report.costly_codecs;
}

void Host::Impl::take_status(const BackendStatus& report) {
  take_offer(report);
  const bool first = status.probed_unix == 0;
  status.backends = report.backends;
  status.encoders =
      std::make_shared<const std::vector<webui::EncoderReport>>(encoder_rows(report.encoders));
  status.probed_unix = unix_now();
  status.codecs.clear();
  for (const auto codec : codecs) status.codecs.emplace_back(webui::codec_id(codec));
  status.encoder = report.encoder;
  status.hardware_encoder = report.hardware_encoder;
  status.notices = report.notices;
  events.publish("diagnostics.changed", nlohmann::json::object());
  if (first) tell_ready();
}

Host::Host(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Host>> Host::start(const config::Paths& paths, store::Database& database,
                                          config::Settings& settings, const HostOptions& options) {
  std::unique_ptr<Host> host(new Host(std::make_unique<Impl>(database, settings, options)));
  if (auto started = host->impl_->start(paths); !started) return pass(started);
  return host;
}

const std::string& Host::native_pin() const {
  return impl_->native_pin;
}

Host::~Host() {
  auto& impl = *impl_;
  // No new work, then the streams (their front end still has to say goodbye), then the rest.
  impl.loop.run_sync([&] {
    impl.events.publish("host.stopping", impl.about_this_host());
    if (impl.webui) impl.webui->stop();
    if (impl.gamestream) impl.gamestream->stop();
    if (impl.native) impl.native->stop();
  });
  if (impl.manager) impl.manager->shutdown();
  impl.loop.run_sync([&] {
    impl.webui.reset();
    impl.diagnostics.reset();
    impl.actions.reset();
    impl.gamestream.reset();
    impl.native.reset();
    impl.prober.reset();
  });
  impl.loop.stop();
}

}  // namespace pf::app
