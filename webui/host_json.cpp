#include "webui/host_json.hpp"

#include <nlohmann/json.hpp>

namespace pf::webui {
namespace {

using nlohmann::json;

json typed(const config::Definition& setting, const std::string& text) {
  if (setting.kind == config::Kind::Bool) return text == "true";
  if (setting.kind == config::Kind::Int)
    return static_cast<std::int64_t>(std::strtoll(text.c_str(), nullptr, 10));
  return text;
}

json setting_json(const config::Definition& setting, const config::Settings& settings) {
  const auto& now = settings.current(setting.id);
  json out = {{"id", setting.id},
              {"group", setting.group},
              {"kind", config::name(setting.kind)},
              {"default", typed(setting, setting.default_value)},
              {"value", typed(setting, now.value)},
              {"source", config::name(now.origin)},
              {"env", config::environment_name(setting)},
              {"flag", config::flag_name(setting)},
              {"apply", config::name(setting.applies)},
              {"help", setting.help},
              {"allowed", config::allowed(setting)},
              {"advanced", setting.advanced},
              {"restart_pending", settings.restart_pending(setting.id)}};
  if (setting.kind == config::Kind::Int) {
    out["min"] = setting.min;
    out["max"] = setting.max;
    out["zero_allowed"] = setting.zero_allowed;
    if (*setting.unit != '\0') out["unit"] = setting.unit;
  }
  if (setting.kind == config::Kind::Text) out["max_len"] = setting.max;
  if (setting.kind == config::Kind::Enum) out["options"] = setting.options;
  if (now.stored) out["stored"] = typed(setting, *now.stored);
  if (!now.pinned_by.empty()) out["origin"] = now.pinned_by;
  return out;
}

}  // namespace

const char* codec_id(media::Codec codec) {
  switch (codec) {
    case media::Codec::H264:
      return "h264";
    case media::Codec::Hevc:
      return "hevc";
    case media::Codec::Av1:
      return "av1";
  }
  return "h264";
}

json ports_json(std::uint16_t management, const Ports& ports) {
  json out = {{"mgmt", management}};
  const auto add = [&](const char* name, std::uint16_t port) {
    if (port != 0) out[name] = port;
  };
  add("http", ports.http);
  add("https", ports.https);
  add("rtsp", ports.rtsp);
  add("video", ports.video);
  add("control", ports.control);
  add("audio", ports.audio);
  add("native", ports.native);
  return out;
}

json backend_json(const BackendReport& report) {
  json out = {{"room", report.room}, {"name", report.name}, {"usable", report.usable}};
  if (!report.reason.empty()) out["reason"] = report.reason;
  return out;
}

json settings_json(const config::Settings& settings) {
  json list = json::array();
  for (const auto& setting : config::table()) list.push_back(setting_json(setting, settings));
  return {{"settings", std::move(list)}, {"problems", settings.problems()}};
}

}  // namespace pf::webui
