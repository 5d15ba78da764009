// What the host says on the control stream while the session runs (punktfunk1.md 3.8,
// punktfunk2.md 5).
#include <fmt/format.h>

#include "probe/session_core.hpp"

namespace pf::probe {

namespace wire = native::wire;

void SessionCore::on_message(const wire::ControlMessage& message) {
  // Older clients lose the exchange over any other message (punktfunk1.md 4.1).
  if (phase_ == Phase::Clock && generation_ == wire::Generation::V1 &&
      !std::holds_alternative<wire::ClockEcho>(message))
    note("a message came before the clock rounds were over, which early clients do not survive");
  std::visit([this](const auto& m) { on(m); }, message);
}

void SessionCore::mode_is(const wire::WireMode& mode) {
  mode_ = mode;
  if (input_) input_->set_mode(mode);
}

void SessionCore::on(const wire::Reconfigured& m) {
  owes_mode_.reset();
  count([&](Statistics& s) { s.modes.push_back({since_start_ms(), m.accepted, m.mode}); });
  // With epochs the mode moves with its first frame; here it is only acknowledged.
  const bool epochs = (hello_.features & wire::feature::kStreamConfig) != 0;
  if (m.accepted && !epochs) mode_is(m.mode);
  if (m.mode.width == 0 || m.mode.height == 0 || m.mode.refresh_hz == 0)
    violation("control.mode", "Reconfigured names no mode");
}

void SessionCore::on(const wire::StreamConfig& m) {
  configured_.insert(m.epoch);
  unconfigured_.erase(m.epoch);
  if (m.epoch == 0) return;  // implied by the ServerHello
  if ((hello_.features & wire::feature::kStreamConfig) == 0) {
    violation("media.epoch", "an epoch without the feature");
    return;
  }
  mode_is(m.mode);
  hello_.codec = m.codec;
  count([&](Statistics& s) { s.modes.push_back({since_start_ms(), true, m.mode, m.epoch}); });
}

void SessionCore::on(const wire::BitrateChanged& m) {
  owes_bitrate_.reset();
  count([&](Statistics& s) {
    s.bitrate_kbps = m.kbps;
    ++s.bitrate_changes;
  });
  if (bitrate_) bitrate_->on_answer(m.kbps, m.reason == wire::BitrateReason::Pinned);
  const bool reads_reason = (options_.hello.details.abr_features & wire::abr_feature::kReadsReason);
  if (m.reason && !reads_reason)
    violation("control.reason", "BitrateChanged with a reason toward a client that reads none");
}

void SessionCore::on(const wire::ProbeResult& m) {
  if (test_)
    end_speed_test(m);
  else
    violation("control.probe", "a ProbeResult that nobody waits for");
}

void SessionCore::on(const wire::ShardPayloadChanged& m) {
  if (options_.hello.max_shard_payload == 0 || m.shard_payload % 2 != 0 || m.shard_payload < 512 ||
      m.shard_payload > options_.hello.max_shard_payload)
    violation("control.payload", fmt::format("shard payload {}", m.shard_payload));
  control_->send(wire::ShardPayloadAck{m.shard_payload});
  note(fmt::format("shard payload {}", m.shard_payload));
}

void SessionCore::on(const wire::ClockEcho& m) {
  switch (sync_.on_echo(m, client_ns(), steady_now())) {
    case ClockSync::Echo::Taken:
      break;
    case ClockSync::Echo::Unexpected:
      violation("clock.echo", "an echo of a probe that was not sent, or of one twice");
      break;
    case ClockSync::Echo::Impossible:
      violation("clock.echo", "the host's stamps do not fit into the round trip");
      break;
  }
  count([&](Statistics& s) {
    s.clock_offset_ns = sync_.offset_ns();
    s.clock_rtt_ns = sync_.rtt_ns();
    s.clock_floor_ns = sync_.floor_rtt_ns();
    s.clock_resyncs = sync_.resyncs();
    s.clock_rejected = sync_.rejected();
  });
  // The last round of the start: nothing else would wake us for it.
  if (phase_ == Phase::Clock && sync_.started()) begin_streaming(steady_now());
  arm();
}

void SessionCore::on(const wire::PipelineGap& m) {
  if (feedback_) feedback_->spoil();
  note(fmt::format("the host's pipeline stalled for {} ms", m.ms));
}

void SessionCore::on(const wire::LaunchOutcome& m) {
  note(fmt::format("launch outcome {}{}{}", static_cast<int>(m.kind), m.text.empty() ? "" : ": ",
                   clean_text(m.text)));
}

void SessionCore::on(const wire::AccessUpdate& m) {
  note(fmt::format("rights {:#x}, {} s left", m.grants, m.remaining_s));
}

void SessionCore::on(const wire::AudioState& m) {
  note(m.muted ? "sound muted" : "sound on");
}

void SessionCore::on(const wire::CursorShape& m) {
  count([](Statistics& s) { ++s.cursor_shapes; });
  if (m.width == 0 || m.height == 0 || m.width > wire::CursorShape::kMaxSide ||
      m.height > wire::CursorShape::kMaxSide || m.hot_x >= m.width || m.hot_y >= m.height)
    violation("cursor.shape",
              fmt::format("{}x{} with its hot spot at {},{}", m.width, m.height, m.hot_x, m.hot_y));
}

void SessionCore::on(const wire::ClipState& m) {
  const bool shared = m.enabled && (m.policy & wire::clip_policy::kText) != 0;
  if (!clipboard_ && m.enabled) violation("clipboard.state", "shared without being asked for");
  if (clipboard_) clipboard_->allow(shared);
  count([&](Statistics& s) { s.clipboard.shared = shared; });
  count_clipboard();
  note(fmt::format("clipboard {}, policy {:#x}, reason {}", m.enabled ? "on" : "off", m.policy,
                   static_cast<int>(m.reason)));
}

void SessionCore::on(const wire::PadFeature&) {
  if ((hello_.features & wire::feature::kPadWrites) == 0)
    violation("control.pad", "a pad's feature report without the feature");
}

}  // namespace pf::probe
