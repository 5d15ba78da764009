// From an admitted client to a running stream: negotiation, keys, sinks, media path
// (punktfunk1.md 3.3, 4.2, 6.1; punktfunk2.md 4.2, 6 to 8).
#include <algorithm>
#include <array>
#include <charconv>

#include "base/log.hpp"
#include "crypto/digest.hpp"
#include "media/hdr.hpp"
#include "native/client.hpp"
#include "native/client_label.hpp"
#include "native/peer.hpp"
#include "native/video_sink.hpp"
#include "native/wire/datagram.hpp"

namespace pf::native {
namespace {

using namespace std::chrono_literals;
constexpr auto kReady = 10s;
// Until the client's first punch; one that got no clock answer starts two seconds late.
constexpr auto kPunchWait = 4500ms;
// Generation 1: nothing unasked between Start and the end of the clock rounds.
constexpr auto kClockRounds = 500ms;
// QUIC's search for the path's MTU is looked at so often, and for so long after the path is new. It
// has come to rest when it found nothing new for a while: it tries each size three times.
constexpr auto kPathLook = 1s, kPathWatch = 20s;
constexpr auto kPathRest = 3s;
constexpr int kPathRestRoundTrips = 30;
// Packets kept for clients that ask for single ones again: a tenth of a second at 40 Mb/s, and no
// more than a processor's own cache holds.
constexpr std::size_t kKeptForResend = 512 * 1024;
constexpr std::size_t kAudioSlots = 64, kTimingSlots = 64, kCursorSlots = 16, kSlotBytes = 1472;
constexpr std::string_view kExporterLabel = "EXPORTER-punktfunk/2 media";

// A title by what clients may call it: "app:12", "12" or its name.
const apps::App* find_title(const apps::Catalogue& catalogue, std::string_view wanted) {
  auto number = wanted;
  if (number.starts_with("app:")) number.remove_prefix(4);
  std::uint32_t id = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), id);
  if (parsed.ec == std::errc{} && parsed.ptr == number.data() + number.size())
    if (const auto* app = catalogue.find(id)) return app;
  const auto& apps = catalogue.apps();
  const auto found = std::find_if(apps.begin(), apps.end(),
                                  [&](const apps::App& app) { return app.title == wanted; });
  return found == apps.end() ? nullptr : &*found;
}

const apps::App& desktop(const apps::Catalogue& catalogue) {
  const auto& apps = catalogue.apps();
  const auto found = std::find_if(apps.begin(), apps.end(), [](const apps::App& app) {
    return app.title == apps::kDesktopTitle;
  });
  return found == apps.end() ? apps.front() : *found;
}

// punktfunk1.md 7.11: with every keyframe.
void send_hdr(wire::Generation generation, quic::DatagramPort& port) noexcept {
  const auto& known = pf::media::kMappedSdr;
  const auto point = [](const pf::media::Chromaticity& c) {
    return wire::HdrMetadata::Chromaticity{c.x, c.y};
  };
  wire::HdrMetadata body;
  body.red = point(known.red);
  body.green = point(known.green);
  body.blue = point(known.blue);
  body.white = point(known.white);
  body.max_luminance = known.max_luminance_nits * 10'000;
  body.min_luminance = known.min_luminance_10000th_nit;
  body.max_content_light = known.max_content_light_nits;
  body.max_frame_average_light = known.max_frame_average_light_nits;
  std::array<std::uint8_t, 64> datagram{};
  const auto bytes = wire::encode_hdr(generation, body, datagram);
  if (bytes != 0) port.push(ByteSpan(datagram.data(), bytes));
}

std::uint32_t audio_kbps(const Agreement& agreement) {
  if (agreement.audio_format.kind != audio::Format::Kind::Opus)
    return 48 * agreement.audio.channels() *
           (agreement.audio_format.kind == audio::Format::Kind::Pcm24 ? 24 : 16);
  const auto bps = audio::opus_layout(agreement.audio).bitrate_bps;
  return bps / 1000 * (agreement.redundant_audio ? 2 : 1);
}

}  // namespace

const apps::App& Client::wanted_app(std::string& note) const {
  if (hello_.launch.empty()) return desktop(deps_.catalogue);
  if (const auto* app = find_title(deps_.catalogue, hello_.launch)) return *app;
  note = "This host has no such title.";
  return desktop(deps_.catalogue);
}

void Client::negotiate_session() {
  const auto abilities = deps_.config.abilities ? deps_.config.abilities() : HostAbilities{};
  auto agreed = negotiate(hello_, abilities, carrier_);
  if (!agreed) return close(wire::CloseCode::SetupFailed, agreed.error().context);
  agreement_ = *agreed;
  const auto tier = audio::best_tier(agreement_.audio.speakers, agreement_.budget_kbps,
                                     agreement_.redundant_audio);
  agreement_.redundant_audio = tier.redundant;
  agreement_.audio.bitrate_bps = audio::tier_bitrate_bps(agreement_.audio.speakers, tier.tier);

  if (deps_.config.adaptive_fec)
    agreement_.fec_percent = Steering::first_fec(agreement_, audio_kbps(agreement_));

  if (!wants_probes_only()) {
    auto session = take_session(wanted_app(launch_note_));
    if (!session) {
      if (session.error().is(session::Errc::InUse))
        return close(wire::CloseCode::Busy, session.error().context);
      log::warn("native", "no session for the client", "device", name_, "why",
                session.error().message());
      return close(wire::CloseCode::SetupFailed, "The host could not start a session.");
    }
    session_ = *session;
  }
  clock_.emplace();
  numbers_ = std::make_shared<media::PacketNumbers>();
  video_ = std::make_shared<media::VideoLink>();
  reply_ = answer(hello_, agreement_, abilities);
  answer_hello();
}

// The device's waiting session when it wants the same application, else a new one.
Result<session::SessionId> Client::take_session(const apps::App& app) {
  auto own = lease();
  if (!own) return pass(own);
  const auto waiting = deps_.sessions.find_device(lease_->device());
  if (waiting && waiting->state == session::State::Detached) {
    // A session of its Moonlight client ends: what that client was told of it does not fit this
    // one.
    if (waiting->plane == trust::Plane::Native &&
        (hello_.launch.empty() || waiting->app_id == app.id)) {
      auto resumed =
          deps_.sessions.prepare_resume(waiting->id, std::move(*own), agreement_.mode,
                                        agreement_.audio.speakers, facts_.peer.address());
      if (!resumed) return pass(resumed);
      resumed_ = adopted_ = true;
      return waiting->id;
    }
    deps_.sessions.end(waiting->id, session::EndReason::Replaced);
  }
  const auto met = deps_.sessions.contest(app, lease_->device());
  adopted_ = met.policy != apps::SecondClient::Separate &&
             std::any_of(met.others.begin(), met.others.end(), [&](auto id) {
               const auto other = deps_.sessions.find(id);
               return other && other->app_id == app.id;
             });
  session::Launch launch;
  launch.lease = std::move(*own);
  launch.plane = trust::Plane::Native;
  launch.app = app;
  launch.mode = agreement_.mode;
  launch.speakers = agreement_.audio.speakers;
  launch.client_address = facts_.peer.address();
  return deps_.sessions.reserve(std::move(launch));
}

void Client::answer_hello() {
  phase_ = Phase::AwaitReady;
  deadline(kReady, &Client::timed_out);
  const auto access = lease_->access();
  reply_.grants = access.grants;
  reply_.expires_in_s = access.remaining_s;
  if (carrier_.generation == wire::Generation::V1) {
    auto at = facts_.local;
    at.set_port(deps_.config.media_port);
    auto punch = PunchSocket::open(
        deps_.loop, at, facts_.peer,
        [this](const net::Endpoint& from, const net::Endpoint& local) { media_path(from, local); });
    if (!punch) {
      log::warn("native", "no media port", "why", punch.error().message());
      return close(wire::CloseCode::SetupFailed, "The host could not open its media port.");
    }
    punch_ = std::move(*punch);
    reply_.udp_port = punch_->port();
    crypto::random_bytes(reply_.key);
    crypto::random_bytes(reply_.salt);
    if (agreement_.suite == wire::Suite::ChaCha20Poly1305) crypto::random_bytes(reply_.chacha_key);
  } else {
    crypto::random_bytes(reply_.session_id);
    reply_.clock_origin_ns = clock_->origin_ns();
  }
  to_link([self = weak(), reply = reply_, clock = *clock_, hub = deps_.hub,
           ref = facts_.ref](Link& link) {
    auto* connection = link.connection();
    if (connection == nullptr) return;
    Prepared prepared;
    if (connection->alpn() == wire::kAlpnV2 &&
        !connection->export_key(kExporterLabel, reply.session_id, prepared.exporter))
      return link.close(wire::CloseCode::SetupFailed, "");
    prepared.audio = connection->open_datagram_port(kAudioSlots, kSlotBytes);
    prepared.timing = connection->open_datagram_port(kTimingSlots, 64);
    if ((reply.host_caps & wire::host_cap::kCursor) != 0)
      prepared.cursor = connection->open_datagram_port(kCursorSlots, 32);
    link.set_clock(clock);
    link.expect_extensions((reply.host_caps2 & wire::host_cap2::kExt) != 0);
    hub->to_client(ref, [prepared](Client& client) { client.on_prepared(prepared); });
    link.send(reply);
    link.hold_messages();
  });
}

void Client::on_prepared(Prepared prepared) {
  prepared_ = std::move(prepared);
}

Result<media::Keys> Client::keys() const {
  const auto suite = agreement_.suite;
  if (carrier_.generation == wire::Generation::V2)
    return media::Keys::v2(suite, prepared_->exporter);
  if (agreement_.suite == wire::Suite::ChaCha20Poly1305)
    return media::Keys::v1(suite, reply_.chacha_key, reply_.salt);
  return media::Keys::v1(suite, reply_.key, reply_.salt);
}

void Client::on_ready(const wire::Ready& ready) {
  if (!prepared_) return close(wire::CloseCode::SetupFailed, "");
  deadline_.reset();
  announced_port_ = ready.client_udp_port;
  if (carrier_.generation == wire::Generation::V1) {
    hello_.details = ready.details;
    deps_.allow_list.touch(lease_->fingerprint(), facts_.peer, client_info(hello_.details.label));
  }
  agreement_.reads_bitrate_reason =
      (hello_.details.abr_features & wire::abr_feature::kReadsReason) != 0;
  const bool probes = wants_probes_only();
  if (auto attached = probes ? serve_probes() : attach(); !attached) {
    log::warn("native", "the stream could not be started", "device", name_, "why",
              attached.error().message());
    const auto session = std::exchange(session_, std::nullopt);
    if (session) deps_.sessions.end(*session, session::EndReason::EncoderFailed);
    return close(wire::CloseCode::SetupFailed, "The host could not start the stream.");
  }
  if (probes) return;
  phase_ = Phase::Streaming;
  stream_mark_ = lease_->mark_stream();
  greet();
  watch_path();
  log::info("native", "streaming", "session", *session_, "device", name_, "mode",
            to_string(agreement_.mode), "codec", pf::media::name(agreement_.codec), "wire kbps",
            agreement_.budget_kbps, "client", hello_.details.label);
}

Result<> Client::attach() {
  auto secret = keys();
  if (!secret) return pass(secret);
  const auto socket = punch_ ? punch_->socket() : deps_.socket;

  auto packets = packet_config();
  if (carrier_.generation == wire::Generation::V2) packets.resend_bytes = kKeptForResend;
  VideoSinkConfig sink{.base = {.packets = packets,
                                .keys = *secret,
                                .numbers = numbers_,
                                .clock = *clock_,
                                .frame_interval = agreement_.mode.frames(1),
                                .rate_kbps = agreement_.budget_kbps,
                                .mark_repeats = true,
                                .socket = socket,
                                .link = video_}};
  if (agreement_.host_timing)
    sink.base.timings = std::make_shared<TimingSender>(carrier_.generation, prepared_->timing);
  sink.epochs = agreement_.stream_config;
  sink.on_mode = [hub = deps_.hub, ref = facts_.ref](const pf::media::Mode& mode,
                                                     std::uint8_t epoch) {
    hub->to_client(ref, [mode, epoch](Client& client) { client.on_mode_active(mode, epoch); });
  };
  if (agreement_.colour.hdr)
    sink.on_keyframe = [generation = carrier_.generation, port = prepared_->timing] {
      send_hdr(generation, *port);
    };
  // The client leaves the window in which it happened out of its reports.
  sink.on_gap = [hub = deps_.hub, ref = facts_.ref](std::chrono::milliseconds gap) {
    const auto ms = static_cast<std::uint32_t>(gap.count());
    hub->to_client(ref, [ms](Client& client) { client.send(wire::PipelineGap{ms}); });
  };
  auto video = make_video_sink(std::move(sink));
  if (!video) return pass(video);
  auto audio = std::make_unique<NativeAudioSink>(NativeAudioSink::Config{
      carrier_.generation, agreement_.audio_format.kind != audio::Format::Kind::Opus,
      agreement_.redundant_audio, *clock_, prepared_->audio, video_});
  auto peer = std::make_shared<Peer>(deps_.hub, facts_.ref);

  session::StreamConfig config;
  config.video.codec = agreement_.codec;
  config.video.mode = agreement_.mode;
  config.video.colour = agreement_.colour;
  config.video.bitrate_kbps = Steering::encoder_kbps(agreement_, audio_kbps(agreement_));
  config.audio = agreement_.audio;
  config.audio_format = agreement_.audio_format;
  config.audio_duration = agreement_.audio_packet;
  if (agreement_.cursor) {
    cursor_ = std::make_shared<CursorRelay>(CursorRelay::Config{
        carrier_.generation, agreement_.mode, prepared_->cursor, video_,
        [hub = deps_.hub, ref = facts_.ref](wire::CursorShape shape) {
          hub->to_client(ref, [shape = std::move(shape)](Client& client) { client.send(shape); });
        }});
    config.pointer = cursor_;
  }
  auto stream = deps_.sessions.attach(*session_, config, std::move(*video), std::move(audio),
                                      std::move(peer));
  if (!stream) return pass(stream);
  stream_ = *stream;
  video_->set_gate(&stream_->gate());
  rumble_ = std::make_unique<RumbleRelay>(deps_.loop, carrier_.generation, [this](ByteSpan bytes) {
    to_link([copy = Bytes(bytes.begin(), bytes.end())](Link& link) { link.send_datagram(copy); });
  });

  Steering::Config steering{.agreement = agreement_,
                            .generation = carrier_.generation,
                            .adaptive_fec = deps_.config.adaptive_fec,
                            .audio_kbps = audio_kbps(agreement_),
                            .can_change_payload = hello_.max_shard_payload != 0,
                            .session = *session_,
                            .probe = burst_config(*secret)};
  steering_ = std::make_unique<Steering>(
      std::move(steering),
      Steering::Deps{deps_.loop, deps_.sessions, stream_, video_,
                     [this](const wire::ControlMessage& message) { send(message); }});
  // Generation 2 has its path already, but only pf-quic may set it: media starts behind that, or
  // the first picture would have nowhere to go.
  const bool has_path = carrier_.generation == wire::Generation::V2;
  to_link([stream = stream_, link_to = video_, has_path](Link& link) {
    link.attach({stream, link_to});
    if (!has_path) return;
    stream->start_video();
    stream->start_audio();
  });
  if (!has_path) deadline(kPunchWait, &Client::fall_back_to_announced_port);
  return {};
}

// Generation 1: the client has shown where its media socket is.
void Client::media_path(const net::Endpoint& to, const net::Endpoint& from) {
  if (!stream_ && !speed_test_) return;  // an early punch; they are repeated
  const bool first = !video_->destination.known();
  video_->destination.set(to, from);
  if (!first || !stream_) return;
  deadline_.reset();
  stream_->start_video();
  stream_->start_audio();
}

// No punch came through: the port that the client named is the best guess (punktfunk1.md 6.1).
void Client::fall_back_to_announced_port() {
  deadline_.reset();
  if (announced_port_ == 0) return;
  auto to = facts_.peer;
  to.set_port(announced_port_);
  media_path(to, facts_.local);
}

// Packets that are too large for the path are lost, all of them.
void Client::watch_path() {
  path_looks_ = path_same_ = 0;
  path_bytes_ = 0;
  look_at_path();
}

void Client::look_at_path() {
  path_timer_ = deps_.loop.after(kPathLook, [this] {
    to_link([hub = deps_.hub, ref = facts_.ref](Link& link) {
      if (link.connection() == nullptr) return;
      hub->to_client(ref,
                     [bytes = link.connection()->max_udp_payload_bytes(),
                      rtt = link.connection()->rtt()](Client& c) { c.on_path_seen(bytes, rtt); });
    });
  });
}

void Client::on_path_seen(std::size_t udp_payload_bytes, std::chrono::nanoseconds rtt) {
  if (!steering_ || closed_) return;
  path_same_ =
      std::exchange(path_bytes_, udp_payload_bytes) == udp_payload_bytes ? path_same_ + 1 : 0;
  const bool top = udp_payload_bytes >= quic::path_search_top();
  if (top || path_same_ * kPathLook >= kPathRest + kPathRestRoundTrips * rtt)
    steering_->on_path(udp_payload_bytes);
  if (!top && ++path_looks_ * kPathLook < kPathWatch) look_at_path();
}

// The client takes the pointer, or leaves it to the picture (punktfunk1.md 3.8).
void Client::draw_pointer(const wire::CursorRender& wish) {
  if (!cursor_ || !stream_) return;
  cursor_->set_quiet(!wish.client_draws);
  stream_->draw_pointer(!wish.client_draws);
}

std::unique_ptr<Executor::Timer> Client::release_later() {
  return deps_.loop.after(kClockRounds,
                          [this] { to_link([](Link& link) { link.release_messages(); }); });
}

// What a client is told at the start, besides pictures.
void Client::greet() {
  if (carrier_.generation == wire::Generation::V2)
    steering_->announce_mode();
  else
    hold_timer_ = release_later();
  if (hello_.launch.empty()) return;
  if (launch_note_.empty())
    send(wire::LaunchOutcome{adopted_ ? wire::LaunchKind::Adopted : wire::LaunchKind::Started, ""});
  else
    send(wire::LaunchOutcome{wire::LaunchKind::Failed, launch_note_});
}

}  // namespace pf::native
