// sessions
#include <nlohmann/json.hpp>

#include "trust/grants.hpp"
#include "webui/handlers.hpp"
#include "webui/host_json.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

json session_json(const session::SessionInfo& info) {
  json out = {{"id", info.id},
              {"state", session::name(info.state)},
              {"plane", trust::name(info.plane)},
              {"device_name", info.device_name},
              {"client_address", info.client_address},
              {"app_id", info.app_id},
              {"app_title", info.app_title},
              {"mode", media::to_string(info.mode)},
              {"started_unix", info.started_unix},
              {"notes", info.notes},
              {"frames_sent", info.frames_sent},
              {"frames_dropped", info.frames_dropped},
              {"idr_frames", info.idr_frames},
              {"sent_bytes", info.sent_bytes},
              {"audio_packets", info.audio_packets},
              {"input_events", info.input_events},
              {"input_refused", info.input_refused}};
  const auto add_text = [&](const char* name, const std::string& text) {
    if (!text.empty()) out[name] = text;
  };
  if (info.device > 0) out["device_id"] = info.device;  // a guest of open mode has no row
  add_text("display", info.display);
  add_text("capture", info.capture);
  add_text("encoder", info.encoder);
  add_text("audio", info.audio);
  add_text("input", info.input);
  if (!info.encoder.empty()) out["hardware_encoder"] = info.hardware_encoder;
  out["muted"] = info.muted;
  out["grants"] = info.grants;
  out["access_level"] = trust::grant::preset_name(info.grants);
  if (info.joined) out["joined"] = *info.joined;
  if (info.codec) out["codec"] = codec_id(*info.codec);
  if (info.bitrate_kbps != 0) out["bitrate_kbps"] = info.bitrate_kbps;
  // Figures of a stream that has sent nothing would be zeros that mean "not known".
  if (info.frames_sent != 0) {
    out["fps"] = info.frames_per_second;
    out["mbps"] = info.megabits_per_second;
    out["encode_p50_us"] = info.encode_p50_us;
    out["encode_p99_us"] = info.encode_p99_us;
    out["host_p50_us"] = info.host_p50_us;
    out["host_p99_us"] = info.host_p99_us;
  }
  if (info.last_frame_age_ms >= 0) out["last_frame_age_ms"] = info.last_frame_age_ms;
  return out;
}

Reply no_session() {
  return error_reply(404, "not_found", "There is no such session.");
}

}  // namespace

std::optional<Reply> list_sessions(const Context& context, const Call&) {
  json list = json::array();
  for (const auto& info : context.deps.manager.list()) list.push_back(session_json(info));
  return json_reply(200, {{"sessions", std::move(list)}});
}

std::optional<Reply> show_session(const Context& context, const Call& call) {
  const auto info = context.deps.manager.find(call.id);
  return info ? json_reply(200, session_json(*info)) : no_session();
}

std::optional<Reply> stop_session(const Context& context, const Call& call) {
  if (!context.deps.manager.find(call.id)) return no_session();
  context.deps.manager.end(call.id, session::EndReason::OperatorStop,
                           [later = call.later] { later(no_content()); });
  return std::nullopt;
}

}  // namespace pf::webui::handlers
