#include "gamestream/frontend.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/log.hpp"
#include "gamestream/api.hpp"
#include "gamestream/control.hpp"
#include "gamestream/control_messages.hpp"
#include "gamestream/launch.hpp"
#include "gamestream/media_ports.hpp"
#include "gamestream/peer.hpp"
#include "gamestream/rtsp_dialogue.hpp"
#include "gamestream/rtsp_server.hpp"
#include "gamestream/stream.hpp"
#include "http/server.hpp"
#include "net/advert.hpp"

namespace pf::gamestream {
namespace {

// gamestream.md 1.1, relative to the base port.
constexpr int kHttpsOffset = -5, kVideoOffset = 9, kControlOffset = 10, kAudioOffset = 11,
              kRtspOffset = 21;
// S of ANNOUNCE counts the RTP header (7.2).
constexpr std::uint32_t kPacketHeader = 16;
// Traffic classes for clients that allow tagging: CS5 for video, CS6 for audio.
constexpr std::uint8_t kVideoDscp = 40, kAudioDscp = 48;

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) return "punktfunk";
  return name.data();
}

// One client on its way from SETUP to the end of its stream.
struct Running {
  TicketPtr ticket;
  std::shared_ptr<MediaLink> link;
  std::shared_ptr<session::Stream> stream;  // null before PLAY
  std::shared_ptr<void> mark;               // with the stream: its device is not gone
  std::shared_ptr<ControlCounts> counts = std::make_shared<ControlCounts>();
};

}  // namespace

struct Frontend::Impl {
  Impl(const FrontendDeps& d, FrontendConfig c) : deps(d), config(std::move(c)), launches(d.loop) {}

  Result<> open();
  Result<> open_media(const net::Endpoint& bind);
  Result<> open_rtsp(const net::Endpoint& bind);
  Result<> open_http();
  void announce_service();
  std::uint16_t port(int offset) const {
    return config.base_port == 0 ? std::uint16_t{0}
                                 : static_cast<std::uint16_t>(config.base_port + offset);
  }
  Offer offer() const { return config.offer ? config.offer() : Offer{}; }

  const EncryptionPolicy& encryption(const LaunchTicket& ticket) const {
    return ticket.client.is_private() ? config.policy.encryption_lan : config.policy.encryption_wan;
  }

  void launched(TicketPtr ticket);
  void withdrawn(session::SessionId session);
  void expired(const LaunchTicket* ticket);
  ControlId set_up(const TicketPtr& ticket);
  Result<> play(const TicketPtr& ticket, const Announce& announce, const std::string& host);
  Result<std::unique_ptr<GsVideoSink>> video_sink(const Running& running, const Announce& announce,
                                                  const session::StreamConfig& stream) const;
  Result<std::unique_ptr<GsAudioSink>> audio_sink(const Running& running, const Announce& announce,
                                                  const session::StreamConfig& stream) const;
  Adaptation::Config adaptation(const Announce& announce,
                                const session::StreamConfig& stream) const;
  void connected(ControlId id);
  void lost(ControlId id, ControlLoss loss);
  void moved(ControlId id, const net::Endpoint& to);
  void ended(ControlId id);
  void drop(ControlId id);
  void drop_leftovers();
  ControlId find(const LaunchTicket* ticket) const;

  FrontendDeps deps;
  FrontendConfig config;
  Ports ports;
  Launches launches;
  std::map<ControlId, Running> streams;
  ControlId next_id = 1;
  std::unique_ptr<MediaPorts> media;
  std::unique_ptr<Control> control;
  std::unique_ptr<RtspDialogues> dialogues;
  std::unique_ptr<Api> api;
  // Last, so that they go first: their handlers use all of the above.
  std::unique_ptr<RtspServer> rtsp;
  std::unique_ptr<http::Server> http, https;
  std::unique_ptr<net::Advert> advert;
};

// -- listeners -----------------------------------------------------------------------------------

Result<> Frontend::Impl::open() {
  if (config.base_port != 0 &&
      (config.base_port <= -kHttpsOffset || config.base_port > 65535 - kRtspOffset))
    return fail(Errc::ListenFailed,
                "base port " + std::to_string(config.base_port) + ": choose one from 6 to 65514");
  const auto bind = net::Endpoint::parse(config.bind_address, 0);
  if (!bind) return Failure(bind.error());
  if (config.host_name.empty()) config.host_name = machine_name();
  if (auto opened = open_media(*bind); !opened) return opened;
  if (auto opened = open_rtsp(*bind); !opened) return opened;
  if (auto opened = open_http(); !opened) return opened;
  if (config.mdns) announce_service();
  return {};
}

Result<> Frontend::Impl::open_media(const net::Endpoint& bind) {
  const auto at = [&](int offset) {
    auto endpoint = bind;
    endpoint.set_port(port(offset));
    return endpoint;
  };
  auto opened = MediaPorts::open(deps.loop, at(kVideoOffset), at(kAudioOffset));
  if (!opened) return pass(opened);
  media = std::move(*opened);
  Control::Events events;
  events.connected = [this](ControlId id) { connected(id); };
  events.lost = [this](ControlId id, ControlLoss loss) { lost(id, loss); };
  events.moved = [this](ControlId id, const net::Endpoint& to) { moved(id, to); };
  auto started = Control::start(deps.loop, at(kControlOffset), std::move(events));
  if (!started) return pass(started);
  control = std::move(*started);
  ports.video = media->port(MediaKind::Video);
  ports.audio = media->port(MediaKind::Audio);
  ports.control = control->port();
  return {};
}

Result<> Frontend::Impl::open_rtsp(const net::Endpoint& bind) {
  RtspDialogues::Hooks hooks;
  hooks.waiting = [this] { return launches.waiting(); };
  hooks.description = [this](const LaunchTicket& ticket) {
    return describe(offer().at(ticket.mode), encryption(ticket));
  };
  hooks.check = [this](const LaunchTicket& ticket, const Announce& announce) {
    return check_announce(announce, offer().at(ticket.mode), encryption(ticket));
  };
  hooks.set_up = [this](const TicketPtr& ticket) { set_up(ticket); };
  hooks.play = [this](const TicketPtr& ticket, const Announce& announce, const std::string& host) {
    return play(ticket, announce, host);
  };
  dialogues = std::make_unique<RtspDialogues>(
      std::move(hooks), RtspDialogues::Ports{ports.video, ports.audio, ports.control});
  RtspServer::Config listen;
  listen.bind = bind;
  listen.bind.set_port(port(kRtspOffset));
  auto server =
      RtspServer::listen(deps.loop, listen, [this](ByteSpan bytes, const net::Endpoint& remote) {
        return dialogues->on_bytes(bytes, remote);
      });
  if (!server) return pass(server);
  rtsp = std::move(*server);
  ports.rtsp = rtsp->port();
  return {};
}

Result<> Frontend::Impl::open_http() {
  http::ServerConfig plain;
  plain.name = "gamestream-http";
  plain.bind_address = config.bind_address;
  plain.port = port(0);
  auto tls = plain;
  tls.name = "gamestream-https";
  tls.port = port(kHttpsOffset);
  tls.tls = http::TlsIdentity{deps.identity.certificate_pem(), deps.identity.key_pem()};
  // Requests are handled on this thread, so none comes before the Api below exists.
  auto opened = http::Server::listen(deps.loop, std::move(plain),
                                     [this](auto exchange) { api->handle_plain(exchange); });
  if (!opened) return pass(opened);
  http = std::move(*opened);
  opened = http::Server::listen(deps.loop, std::move(tls),
                                [this](auto exchange) { api->handle_tls(exchange); });
  if (!opened) return pass(opened);
  https = std::move(*opened);
  ports.http = http->port();
  ports.https = https->port();

  ApiConfig settings;
  settings.host_name = config.host_name;
  settings.unique_id = config.unique_id;
  settings.http_port = ports.http;
  settings.https_port = ports.https;
  settings.rtsp_port = ports.rtsp;
  api = std::make_unique<Api>(
      std::move(settings),
      ApiDeps{.executor = deps.loop,
              .allow_list = deps.allow_list,
              .desk = deps.desk,
              .sessions = deps.sessions,
              .catalogue = deps.catalogue,
              .identity = deps.identity,
              .codec_support = [this] { return offer().codec_mask(); },
              .launched = [this](TicketPtr ticket) { launched(std::move(ticket)); },
              .withdrawn = [this](session::SessionId session) { withdrawn(session); },
              .hdr_support = [this] { return offer().hdr(); }});
  return {};
}

void Frontend::Impl::announce_service() {
  advert = net::make_advert();
  // 1.2: the instance name is at most 63 bytes; no TXT record is read.
  advert->publish({{config.host_name.substr(0, 63), "_nvstream._tcp", ports.http, {}}});
}

// -- one client, step by step --------------------------------------------------------------------

void Frontend::Impl::launched(TicketPtr ticket) {
  const auto* raw = ticket.get();
  launches.add(std::move(ticket), [this, raw] { expired(raw); });
  drop_leftovers();
}

void Frontend::Impl::withdrawn(session::SessionId session) {
  launches.remove(session);
  drop_leftovers();
}

// Nobody connected the control stream within the launch's time. The application, if it runs
// already, stays for a while: the client may try again by resuming.
void Frontend::Impl::expired(const LaunchTicket* ticket) {
  const auto id = find(ticket);
  if (id == 0) return;
  const bool playing = streams.at(id).stream != nullptr;
  log::warn("gamestream", "the client did not connect its control stream", "session",
            ticket->session, "udp port", ports.control);
  control->forget(id);
  const auto session = ticket->session;
  drop(id);
  if (playing) deps.sessions.detach(session);
}

ControlId Frontend::Impl::find(const LaunchTicket* ticket) const {
  for (const auto& [id, running] : streams)
    if (running.ticket.get() == ticket) return id;
  return 0;
}

ControlId Frontend::Impl::set_up(const TicketPtr& ticket) {
  if (const auto known = find(ticket.get()); known != 0) return known;
  const auto id = next_id++;
  auto& running = streams[id];
  running.ticket = ticket;
  running.link = std::make_shared<MediaLink>();
  media->expect(id, ticket->ping_payload, ticket->client, running.link);
  return id;
}

Result<> Frontend::Impl::play(const TicketPtr& ticket, const Announce& announce,
                              const std::string& host) {
  const auto id = set_up(ticket);
  auto& running = streams.at(id);
  auto wanted = stream_config(announce, host, config.policy.fec_percent);
  const bool hdr = ticket->hdr && wanted.video.colour.ten_bit;
  if (hdr) {
    wanted.video.colour.hdr = true;
    wanted.video.colour.matrix = media::Matrix::Bt2020;
  }
  auto video = video_sink(running, announce, wanted);
  if (!video) return pass(video);
  auto audio = audio_sink(running, announce, wanted);
  if (!audio) return pass(audio);
  auto peer = std::make_shared<Peer>(*control, id, [this, id](session::EndReason) { ended(id); });
  auto stream = deps.sessions.attach(ticket->session, wanted, std::move(*video), std::move(*audio),
                                     std::move(peer));
  if (!stream) return pass(stream);

  running.stream = *stream;
  running.mark = ticket->lease->mark_stream();
  running.link->gate.store(&running.stream->gate(), std::memory_order_release);
  ControlExpect expect;
  expect.id = id;
  expect.key = ticket->rikey;
  expect.scheme = announce.encrypts_control_v2() ? ControlScheme::A : ControlScheme::B;
  expect.legacy = announce.legacy_control();
  expect.key_id = ticket->rikeyid;
  expect.connect_data = ticket->connect_data;
  expect.uses_connect_data = announce.uses_connect_data();
  expect.client = ticket->client;
  expect.stream = running.stream;
  expect.link = running.link;
  expect.adapt = adaptation(announce, wanted);
  expect.counts = running.counts;
  expect.greeting = hdr_mode_message(hdr, hdr ? wire_metadata(media::kMappedSdr) : HdrMetadata{});
  control->expect(std::move(expect));
  media->start(id, !announce.uses_connect_data(), [stream = running.stream](MediaKind kind) {
    if (kind == MediaKind::Video)
      stream->start_video();
    else
      stream->start_audio();
  });
  return {};
}

Result<std::unique_ptr<GsVideoSink>> Frontend::Impl::video_sink(
    const Running& running, const Announce& announce, const session::StreamConfig& stream) const {
  GsVideoSink::Config sink;
  sink.packets.packet_size = announce.packet_size;
  sink.packets.fec_percentage = config.policy.fec_percent;
  sink.packets.min_parity = announce.min_fec_packets;
  if (announce.legacy_control()) sink.packets.max_blocks = 1;
  if (announce.encrypts_video()) sink.packets.key = running.ticket->rikey;
  sink.frame_interval = stream.video.mode.frames(1);
  sink.dscp = announce.video_qos ? kVideoDscp : std::uint8_t{0};
  sink.socket = media->socket(MediaKind::Video);
  sink.link = running.link;
  return GsVideoSink::create(std::move(sink));
}

Result<std::unique_ptr<GsAudioSink>> Frontend::Impl::audio_sink(
    const Running& running, const Announce& announce, const session::StreamConfig& stream) const {
  GsAudioSink::Config sink;
  sink.packets.packet_duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(stream.audio_duration);
  if (announce.encrypts_audio()) sink.packets.key = running.ticket->rikey;
  sink.packets.key_id = running.ticket->rikeyid;
  sink.dscp = announce.audio_qos ? kAudioDscp : std::uint8_t{0};
  sink.socket = media->socket(MediaKind::Audio);
  sink.link = running.link;
  return GsAudioSink::create(std::move(sink));
}

Adaptation::Config Frontend::Impl::adaptation(const Announce& announce,
                                              const session::StreamConfig& stream) const {
  Adaptation::Config adapt;
  adapt.encoder_kbps = stream.video.bitrate_kbps;
  adapt.audio_kbps = audio_kbps(stream.audio);
  // An old client names only what the encoder may take.
  adapt.total_kbps =
      announce.configured_kbps != 0
          ? announce.configured_kbps
          : adapt.encoder_kbps * (100 + config.policy.fec_percent) / 100 + adapt.audio_kbps;
  adapt.fec_percent = config.policy.fec_percent;
  adapt.payload_bytes = announce.packet_size - kPacketHeader;
  adapt.frames_per_second = announce.max_fps;
  adapt.reports_fec = announce.reports_fec();
  adapt.follow_fec = config.policy.adaptive_fec;
  adapt.follow_bitrate = config.policy.adaptive_bitrate;
  return adapt;
}

void Frontend::Impl::connected(ControlId id) {
  const auto found = streams.find(id);
  if (found == streams.end()) return;
  const auto session = found->second.ticket->session;
  launches.remove(session);
  log::info("gamestream", "client connected", "session", session);
}

void Frontend::Impl::moved(ControlId id, const net::Endpoint& to) {
  const auto found = streams.find(id);
  if (found == streams.end()) return;
  log::info("gamestream", "the client speaks from another place", "session",
            found->second.ticket->session, "address", to.to_string());
  media->moved(id, to);
}

void Frontend::Impl::lost(ControlId id, ControlLoss loss) {
  const auto found = streams.find(id);
  if (found == streams.end()) return;
  constexpr const char* kWords[] = {"?", "it left", "nothing heard for 10 s",
                                    "a control message did not verify"};
  const auto session = found->second.ticket->session;
  log::info("gamestream", "client gone", "session", session, "why",
            kWords[static_cast<std::size_t>(loss)]);
  drop(id);
  deps.sessions.detach(session);
}

// The session has ended this stream; the peer has said goodbye already.
void Frontend::Impl::ended(ControlId id) {
  drop(id);
}

void Frontend::Impl::drop(ControlId id) {
  const auto found = streams.find(id);
  if (found == streams.end()) return;
  const auto& running = found->second;
  const auto& counts = *running.counts;
  if (running.stream)
    log::info("gamestream", "stream over", "session", running.ticket->session, "idr requests",
              counts.idr_requests.value(), "losses named", counts.invalidations.value(),
              "slow downs", counts.slow_downs.value(), "loss reports", counts.loss_reports.value(),
              "lost blocks", counts.lost_blocks.value(), "input", counts.input_events.value(),
              "input refused", counts.input_invalid.value());
  // A newer ticket of the same session may wait already; only this stream's own is withdrawn.
  const auto waiting = launches.waiting();
  if (std::find(waiting.begin(), waiting.end(), running.ticket) != waiting.end())
    launches.remove(running.ticket->session);
  media->forget(id);
  streams.erase(found);
}

// Dialogues that never came to PLAY and whose launch waits no more.
void Frontend::Impl::drop_leftovers() {
  const auto waiting = launches.waiting();
  std::vector<ControlId> gone;
  for (const auto& [id, running] : streams)
    if (!running.stream &&
        std::find(waiting.begin(), waiting.end(), running.ticket) == waiting.end())
      gone.push_back(id);
  for (const auto id : gone) drop(id);
}

// -- the object ----------------------------------------------------------------------------------

Frontend::Frontend(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Frontend>> Frontend::start(const FrontendDeps& deps, FrontendConfig config) {
  auto impl = std::make_unique<Impl>(deps, std::move(config));
  if (auto opened = impl->open(); !opened) return pass(opened);
  return std::unique_ptr<Frontend>(new Frontend(std::move(impl)));
}

Frontend::~Frontend() = default;

const Frontend::Ports& Frontend::ports() const {
  return impl_->ports;
}

void Frontend::set_policy(const StreamPolicy& policy) {
  impl_->config.policy = policy;
}

void Frontend::stop() {
  auto& impl = *impl_;
  impl.advert.reset();
  impl.rtsp.reset();
  impl.http.reset();
  impl.https.reset();
  std::vector<session::SessionId> live;
  for (const auto& [id, running] : impl.streams)
    if (running.stream) live.push_back(running.ticket->session);
  for (const auto session : live) impl.deps.sessions.end(session, session::EndReason::HostStopping);
}

}  // namespace pf::gamestream
