#include <nlohmann/json.hpp>

#include "probe/statistics.hpp"

namespace pf::probe {
namespace {

using nlohmann::json;

json quantiles(const Samples& s, double scale) {
  if (s.empty()) return nullptr;
  const auto at = [&](double q) { return static_cast<double>(s.quantile(q)) / scale; };
  return {{"count", s.count()}, {"mean", s.mean() / scale},
          {"p50", at(0.5)},     {"p95", at(0.95)},
          {"p99", at(0.99)},    {"max", static_cast<double>(s.max()) / scale}};
}
json in_ms(const Samples& us) {
  return quantiles(us, 1000);
}

template <class T>
json maybe(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json mode_json(const native::wire::WireMode& m) {
  return {{"width", m.width}, {"height", m.height}, {"hz", m.refresh_hz}};
}

json hello_json(const native::wire::ServerHello& h) {
  return {{"mode", mode_json(h.mode)},
          {"codec", h.codec},
          {"bit_depth", h.bit_depth},
          {"colour", {h.colour.primaries, h.colour.transfer, h.colour.matrix, h.colour.full_range}},
          {"chroma", h.chroma_format},
          {"bitrate_kbps", h.bitrate_kbps},
          {"fec_percent", h.fec_percent},
          {"shard_payload", h.shard_payload},
          {"data_per_block", h.max_data_per_block},
          {"suite", h.suite ? json(static_cast<int>(*h.suite)) : json(nullptr)},
          {"host_caps", h.host_caps},
          {"host_caps2", h.host_caps2},
          {"features", h.features >> 32U},
          {"audio",
           {{"channels", h.audio_channels},
            {"codec", static_cast<int>(h.audio_codec)},
            {"rate_hz", h.audio_rate_hz},
            {"bits", h.audio_bits},
            {"layout", h.audio_layout}}},
          {"grants", maybe(h.grants)},
          {"expires_in_s", h.expires_in_s},
          {"management_port", h.management_port}};
}

json video_json(const Statistics& s) {
  const auto& v = s.video;
  const double seconds = static_cast<double>(v.last_us - v.first_us) / 1e6;
  const auto rate = [&](std::uint64_t bytes) {
    return seconds > 0 ? static_cast<double>(bytes) * 8e-6 / seconds : 0.0;
  };
  return {{"frames", v.frames},
          {"clean", v.clean},
          {"held", v.held},
          {"late", v.late},
          {"lost", v.lost},
          {"key_frames", v.key_frames},
          {"anchors", v.anchors},
          {"repeats", v.repeats},
          {"bytes", v.bytes},
          {"largest_bytes", v.largest},
          {"mbps", rate(v.bytes)},
          {"wire_mbps", rate(s.packets.bytes)},
          {"fps", seconds > 0 ? static_cast<double>(v.frames - 1) / seconds : 0.0},
          {"first_packet_ms", maybe(v.first_packet_ms)},
          {"first_frame_ms", maybe(v.first_frame_ms)},
          {"interval_ms", in_ms(v.interval_us)},
          {"latency_ms", in_ms(v.latency_us)},
          {"recovery_ms", quantiles(v.recovery_ms, 1)}};
}

json packets_json(const Statistics& s) {
  json rejected = json::object();
  for (std::size_t i = 1; i < std::size(s.packets.rejected); ++i)
    if (s.packets.rejected[i] != 0)
      rejected[native::media::name(static_cast<native::media::PacketCheck>(i))] =
          s.packets.rejected[i];
  return {{"datagrams", s.packets.datagrams},
          {"bytes", s.packets.bytes},
          {"malformed", s.packets.malformed},
          {"forged", s.packets.forged},
          {"replayed", s.packets.replayed},
          {"rejected", rejected},
          {"probe", s.packets.probe_packets},
          {"shards", s.shards.shards},
          {"repaired", s.shards.repaired},
          {"late", s.shards.late},
          {"surplus", s.shards.surplus},
          {"duplicates", s.shards.duplicates},
          {"stale", s.shards.stale},
          {"old_epoch", s.shards.old_epoch},
          {"inconsistent", s.shards.inconsistent},
          {"bad_frames", s.shards.bad_frames},
          {"early_losses", s.shards.early_losses},
          {"missing",
           {{"head", s.shards.missing_head},
            {"middle", s.shards.missing_middle},
            {"tail", s.shards.missing_tail}}},
          {"forced_drops", s.forced_drops},
          {"foreign", s.foreign_packets},
          {"queue_drops", s.queue_drops}};
}

json speed_test_json(const SpeedTest& t) {
  json out = {{"target_kbps", t.target_kbps},           {"asked_ms", t.asked_ms},
              {"received_packets", t.received_packets}, {"received_frames", t.received_frames},
              {"received_mbps", t.received_mbps},       {"result", nullptr}};
  if (t.result)
    out["result"] = {{"bytes", t.result->bytes},
                     {"units", t.result->access_units},
                     {"duration_ms", t.result->duration_ms},
                     {"wire_packets", t.result->wire_packets},
                     {"send_drops", t.result->send_drops}};
  return out;
}

}  // namespace

json to_json(const Statistics& s) {
  json out;
  out["alpn"] = s.alpn;
  out["generation"] = s.alpn == native::wire::kAlpnV2 ? 2 : 1;
  out["host_fingerprint"] = s.host_fingerprint;
  out["session"] = s.hello ? hello_json(*s.hello) : json(nullptr);
  out["setup_ms"] = {{"connected", maybe(s.connected_ms)},
                     {"hello", maybe(s.hello_ms)},
                     {"ready", maybe(s.ready_ms)}};
  out["pendings"] = s.pendings;
  out["streamed_ms"] = s.streamed_ms;
  out["video"] = video_json(s);
  out["packets"] = packets_json(s);
  out["host_ms"] = {{"reports", s.timing.reports},          {"unmatched", s.timing.unmatched},
                    {"total", in_ms(s.timing.host_us)},     {"queue", in_ms(s.timing.queue_us)},
                    {"encode", in_ms(s.timing.encode_us)},  {"pace", in_ms(s.timing.pace_us)},
                    {"network", in_ms(s.timing.network_us)}};
  out["audio"] = {{"packets", s.audio.packets},
                  {"bytes", s.audio.bytes},
                  {"gaps", s.audio.gaps},
                  {"recovered", s.audio.recovered},
                  {"late", s.audio.late},
                  {"silent", s.audio.silent},
                  {"first_ms", maybe(s.audio.first_ms)},
                  {"interval_ms", in_ms(s.audio.interval_us)}};
  out["clock"] = {
      {"offset_ms",
       s.clock_offset_ns ? json(static_cast<double>(*s.clock_offset_ns) / 1e6) : json(nullptr)},
      {"rtt_ms", static_cast<double>(s.clock_rtt_ns) / 1e6},
      {"floor_rtt_ms", static_cast<double>(s.clock_floor_ns) / 1e6},
      {"resyncs", s.clock_resyncs},
      {"rejected", s.clock_rejected},
      {"unanswered", s.clock_unanswered}};
  out["quic"] = {{"rtt_ms", static_cast<double>(s.quic.smoothed_rtt.count()) / 1e6},
                 {"min_rtt_ms", static_cast<double>(s.quic.min_rtt.count()) / 1e6},
                 {"datagrams_sent", s.quic.datagrams_sent},
                 {"datagrams_received", s.quic.datagrams_received},
                 {"datagrams_lost", s.quic.datagrams_lost},
                 {"datagrams_dropped", s.quic.datagrams_dropped}};
  auto& windows = out["loss_windows"] = json::array();
  for (const auto& w : s.windows)
    windows.push_back({{"at_ms", w.at_ms}, {"ppm", w.ppm}, {"packets", w.packets}});
  out["asks"] = {{"keyframe", s.keyframe_asks},
                 {"range", s.range_asks},
                 {"shard_lists", s.shard_asks},
                 {"shards", s.shards_asked},
                 {"frames_filled", s.video.filled}};
  out["sent"] = {
      {"input", s.input_events}, {"microphone", s.microphone_packets}, {"punches", s.punches}};
  out["received"] = {
      {"rumble", s.rumbles},       {"pad_output", s.pad_outputs},      {"pad_audio", s.pad_audio},
      {"cursor", s.cursor_states}, {"cursor_shapes", s.cursor_shapes}, {"hdr", s.hdr_updates}};
  const auto& clip = s.clipboard;
  out["clipboard"] = {{"shared", clip.shared},   {"offered", clip.offered},
                      {"fetched", clip.fetched}, {"served", clip.served},
                      {"refused", clip.refused}, {"received_bytes", clip.received_bytes}};
  out["bitrate"] = {
      {"kbps", s.bitrate_kbps}, {"changes", s.bitrate_changes}, {"asks", s.bitrate_asks}};
  auto& modes = out["modes"] = json::array();
  for (const auto& m : s.modes)
    modes.push_back({{"at_ms", m.at_ms},
                     {"accepted", m.accepted},
                     {"mode", mode_json(m.mode)},
                     {"epoch", maybe(m.epoch)}});
  auto& tests = out["speed_tests"] = json::array();
  for (const auto& t : s.speed_tests) tests.push_back(speed_test_json(t));
  auto& notes = out["notes"] = json::array();
  for (const auto& n : s.notes) notes.push_back({{"at_ms", n.at_ms}, {"text", n.text}});
  auto& violations = out["violations"] = json::array();
  for (const auto& v : s.violations.list())
    violations.push_back({{"rule", v.rule}, {"count", v.count}, {"first", v.first}});
  return out;
}

}  // namespace pf::probe
