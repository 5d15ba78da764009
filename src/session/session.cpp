#include "session/session.hpp"

namespace pf::session {

SessionInfo describe(const Session& s) {
  SessionInfo info;
  info.id = s.id;
  info.state = s.state;
  info.plane = s.launch.plane;
  info.device = s.launch.lease ? s.launch.lease->device() : 0;
  info.device_name = s.launch.lease ? s.launch.lease->device_name() : "";
  info.fingerprint = s.launch.lease ? s.launch.lease->fingerprint() : "";
  info.client_address = s.launch.client_address;
  info.app_id = s.launch.app.id;
  info.app_title = s.launch.app.title;
  info.mode = s.launch.mode;
  info.started_unix = s.started_unix;
  info.display = s.stage->display_name;
  info.audio = s.stage->sound ? s.stage->sound->name() : "";
  info.notes = s.stage->notes;
  info.notes.insert(info.notes.end(), s.notes.begin(), s.notes.end());
  if (s.stage->owner != s.id) info.joined = s.stage->owner;
  const auto& stats = *s.stats;
  info.bitrate_kbps = static_cast<std::uint32_t>(stats.bitrate_kbps.value());
  info.frames_sent = stats.frames_sent.value();
  info.frames_dropped = stats.frames_failed.value();
  info.idr_frames = stats.idr_frames.value();
  info.sent_bytes = stats.sent_bytes.value();
  info.audio_packets = stats.audio_packets.value();
  info.input_events = stats.input_events.value();
  info.input_refused = stats.input_refused.value();
  if (const auto* const now = s.live.newest()) {
    info.frames_per_second = now->fps;
    info.megabits_per_second = now->mbps;
  }
  info.muted = s.muted;
  info.grants = s.launch.lease ? s.launch.lease->grants().load() : 0;
  info.encode_p50_us = stats.encode_us.quantile(0.5);
  info.encode_p99_us = stats.encode_us.quantile(0.99);
  info.host_p50_us = stats.host_us.quantile(0.5);
  info.host_p99_us = stats.host_us.quantile(0.99);
  if (const auto last = stats.last_frame_ns.value(); last > 0)
    info.last_frame_age_ms = (steady_now_ns() - last) / 1'000'000;
  if (s.stream) {
    const auto names = s.stream->names();
    info.capture = names.capture;
    info.encoder = names.encoder;
    info.input = names.input;
    info.hardware_encoder = names.encoder == "nvenc" || names.encoder == "vaapi";
    const auto video = s.stream->video_config();
    info.mode = video.mode;
    info.codec = video.codec;
    const auto counts = s.stream->input_counts();
    info.input_events += counts.accepted;
    info.input_refused += counts.refused_gamepad + counts.refused_keyboard + counts.refused_pointer;
  }
  return info;
}

}  // namespace pf::session
