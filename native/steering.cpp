#include "native/steering.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "base/overloaded.hpp"

namespace pf::native {
namespace {

using namespace std::chrono_literals;

constexpr auto kModeChangeSpacing = 500ms;
// When nothing of all that was sent arrived, the path is too narrow for them (or closed to UDP):
// what fits an IPv6 minimum MTU does fit (punktfunk1.md 6.14, punktfunk2.md 6.1).
constexpr std::uint64_t kPacketsBeforeShrink = 200;
constexpr std::uint16_t kSmallPayload = 1168;
constexpr std::size_t kLeastPayload = 512;  // newer clients take no less

session::WireShape shape_of(const Agreement& agreement, std::uint32_t audio_kbps) {
  return {agreement.shard_payload, audio_kbps};
}

session::RateControl::Config rate_config(const Agreement& agreement, std::uint32_t audio_kbps) {
  session::RateControl::Config rate;
  rate.shape = shape_of(agreement, audio_kbps);
  rate.wire_kbps = agreement.budget_kbps;
  rate.fec_percent = agreement.fec_percent;
  rate.frames_per_second = to_wire(agreement.mode).refresh_hz;
  rate.min_wire_kbps = kMinBitrateKbps;
  rate.max_wire_kbps = kMaxBitrateKbps;
  // A client that left the bitrate to us has a controller of its own, which two would fight over.
  rate.may_slow_down = !agreement.automatic_bitrate;
  return rate;
}

}  // namespace

std::uint8_t Steering::first_fec(const Agreement& agreement, std::uint32_t audio_kbps) {
  if (agreement.fec_percent == 0) return 0;  // wanted so
  const auto bursts = session::RateControl::first_fec(rate_config(agreement, audio_kbps));
  return std::max(agreement.fec_percent, static_cast<std::uint8_t>(bursts));
}

std::uint32_t Steering::encoder_kbps(const Agreement& agreement, std::uint32_t audio_kbps) {
  return session::encoder_kbps(agreement.budget_kbps, agreement.fec_percent,
                               shape_of(agreement, audio_kbps));
}

Steering::Steering(Config config, Deps deps)
    : config_(std::move(config)),
      deps_(std::move(deps)),
      rate_(rate_config(config_.agreement, config_.audio_kbps)),
      mode_(config_.agreement.mode),
      announced_(config_.agreement.mode),
      speed_test_(deps_.executor, config_.probe, config_.agreement.probes, deps_.send),
      agreed_payload_(config_.agreement.shard_payload) {}

Steering::~Steering() {
  *alive_ = false;
}

bool Steering::on_message(const wire::ControlMessage& message) {
  return std::visit(
      Overloaded{
          [&](const wire::SetBitrate& m) { return set_bitrate(m), true; },
          [&](const wire::Reconfigure& m) { return reconfigure(m), true; },
          [&](const wire::ProbeRequest& m) {
            return speed_test_.ask(m, config_.agreement.shard_payload), true;
          },
          [&](const wire::LossReport& m) { return on_loss(m.ppm), true; },
          [&](const wire::DeliveryReport& m) { return on_delivered(m.packets), true; },
          [&](const wire::ShardPayloadAck& m) { return on_payload_ack(m), true; },
          [](const auto&) { return false; },
      },
      message);
}

void Steering::set_bitrate(const wire::SetBitrate& ask) {
  const auto& decision = rate_.ask(ask.kbps);
  apply(decision);
  wire::BitrateChanged answer{decision.wire_kbps, {}};
  if (config_.agreement.reads_bitrate_reason)
    answer.reason = decision.wire_kbps == ask.kbps ? wire::BitrateReason::Granted
                                                   : wire::BitrateReason::EncoderLimit;
  deps_.send(answer);
}

void Steering::on_loss(std::uint32_t ppm) {
  // Older clients add this much when a frame was lost whole (punktfunk1.md 6.10).
  constexpr std::uint32_t kFrameLost = 50'000;
  apply(rate_.report_loss(ppm, std::exchange(frame_lost_, false) || ppm >= kFrameLost));
  session::PeerFigures figures;
  figures.loss_ppm = ppm;
  const auto fec = deps_.video->fec_percentage();
  figures.fec_percent = fec >= 0 ? static_cast<unsigned>(fec) : config_.agreement.fec_percent;
  deps_.stream->report(figures);
}

void Steering::on_round_trip(std::chrono::nanoseconds rtt) {
  session::PeerFigures figures;
  figures.rtt_us = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(rtt).count());
  deps_.stream->report(figures);
}

void Steering::on_recovery_asked(bool keyframe) {
  // A range of frames is named only by who lost them; a keyframe is also what a new decoder wants.
  if (keyframe) return rate_.recovery_asked();
  frame_lost_ = true;
  apply(rate_.frame_broken());
}

void Steering::apply(const session::RateControl::Decision& decision) {
  if (!decision.changed) return;
  if (config_.adaptive_fec) deps_.video->set_fec_percentage(decision.fec_percent);
  deps_.video->set_rate_kbps(decision.wire_kbps);
  deps_.stream->set_bitrate(decision.encoder_kbps);
  log::debug("native", "rate", "session", config_.session, "wire kbps", decision.wire_kbps,
             "encoder kbps", decision.encoder_kbps, "parity %", decision.fec_percent, "why",
             session::name(decision.reason));
}

void Steering::on_delivered(std::uint64_t packets) {
  // What the kernel refused counts as well: an interface may take no packet of this size.
  const auto& counters = deps_.video->counters;
  const auto tried = counters.packets.value() + counters.dropped_packets.value();
  if (packets != 0 || tried < kPacketsBeforeShrink) return;
  nothing_arrives();
}

// Nothing arrives at all: smaller packets once; if that does not help, say what it looks like.
void Steering::nothing_arrives() {
  if (silences_++ != 0) {
    if (silences_ == 3)
      log::warn("native",
                "the client receives no media: a firewall between here and there may block UDP, or "
                "large packets",
                "session", config_.session);
    return;
  }
  if (!config_.can_change_payload || config_.agreement.shard_payload <= kSmallPayload) return;
  blind_ = true;
  use_payload(kSmallPayload);
  log::info("native", "no media arrives; sending smaller packets", "session", config_.session,
            "payload", kSmallPayload);
}

// Smaller packets are announced and sent; larger ones wait until the client has said that it
// follows (punktfunk1.md 6.14).
void Steering::on_path(std::size_t udp_payload_bytes) {
  if (!config_.can_change_payload) return;
  auto fits = agreed_payload_;
  if (udp_payload_bytes < quic::path_search_top()) {
    const auto overhead = media::sizes(config_.generation).overhead();
    const auto room = udp_payload_bytes - std::min(udp_payload_bytes, overhead);
    fits = static_cast<std::uint16_t>(
        std::clamp<std::size_t>(room & ~std::size_t{1}, kLeastPayload, agreed_payload_));
  }
  const auto now = config_.agreement.shard_payload;
  if (fits < now) {
    use_payload(fits);
    log::info("native", "the path takes smaller packets", "session", config_.session, "payload",
              fits);
  } else if (fits > now && !blind_ && fits != growing_) {
    growing_ = fits;
    deps_.send(wire::ShardPayloadChanged{fits});
  }
}

void Steering::on_payload_ack(const wire::ShardPayloadAck& ack) {
  if (growing_ == 0 || ack.shard_payload != growing_) return;
  config_.agreement.shard_payload = std::exchange(growing_, std::uint16_t{0});
  deps_.video->set_shard_payload(config_.agreement.shard_payload);
  apply(rate_.reshape(shape_of(config_.agreement, config_.audio_kbps)));
}

void Steering::use_payload(std::uint16_t bytes) {
  growing_ = 0;
  config_.agreement.shard_payload = bytes;
  deps_.video->set_shard_payload(bytes);
  deps_.send(wire::ShardPayloadChanged{bytes});
  apply(rate_.reshape(shape_of(config_.agreement, config_.audio_kbps)));
}

void Steering::reconfigure(const wire::Reconfigure& ask) {
  const auto now = deps_.executor.now();
  const auto refuse = [this] { deps_.send(wire::Reconfigured{false, to_wire(mode_)}); };
  const auto mode = to_mode(ask.mode);
  if (!mode || (last_mode_change_ && now - *last_mode_change_ < kModeChangeSpacing))
    return refuse();
  last_mode_change_ = now;
  // Said before the first picture of the new epoch can leave; while another change is under way its
  // number is not known, and on_mode_active says it.
  if (changes_++ == 0 && *mode != mode_)
    announce_epoch(*mode, static_cast<std::uint8_t>(active_epoch_ + 1));
  deps_.sessions.reconfigure(config_.session, *mode,
                             [this, alive = alive_](const Result<pf::media::Mode>& active) {
                               if (!*alive) return;
                               --changes_;
                               if (active) mode_ = *active;
                               deps_.send(wire::Reconfigured{active.has_value(), to_wire(mode_)});
                               if (!active)
                                 log::info("native", "mode not changed", "session", config_.session,
                                           "why", active.error().message());
                             });
}

// What nobody asked for, or came out otherwise, is announced as it begins.
void Steering::on_mode_active(const pf::media::Mode& mode, std::uint8_t epoch) {
  mode_ = mode;
  active_epoch_ = epoch;
  if (epoch != epoch_ || mode != announced_) announce_epoch(mode, epoch);
}

void Steering::announce_epoch(const pf::media::Mode& mode, std::uint8_t epoch) {
  if (!config_.agreement.stream_config) return;
  epoch_ = epoch;
  announced_ = mode;
  say_config(mode, epoch);
}

void Steering::say_config(const pf::media::Mode& mode, std::uint8_t epoch) {
  wire::StreamConfig config;
  config.epoch = epoch;
  config.mode = to_wire(mode);
  config.codec = codec_bit(config_.agreement.codec);
  deps_.send(config);
}

}  // namespace pf::native
