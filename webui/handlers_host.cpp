// health, openapi.json, status, logs, settings
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "trust/native_desk.hpp"
#include "webui/handlers.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

const char* level_name(log::Level level) {
  switch (level) {
    case log::Level::Debug:
      return "debug";
    case log::Level::Info:
      return "info";
    case log::Level::Warn:
      return "warn";
    default:
      return "error";
  }
}

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

json ports_json(std::uint16_t mgmt, const Ports& ports) {
  json out = {{"mgmt", mgmt}};
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

}  // namespace

std::optional<Reply> health(const Context& context, const Call&) {
  return json_reply(200, {{"status", "ok"}, {"version", context.deps.status().version}});
}

std::optional<Reply> openapi(const Context& context, const Call&) {
  return json_reply(200, openapi_document(context.deps.status().version));
}

std::optional<Reply> status(const Context& context, const Call&) {
  const auto& deps = context.deps;
  const auto parts = deps.status();
  const auto sessions = deps.manager.list();
  const auto in_state = [&](session::State state) {
    return std::count_if(sessions.begin(), sessions.end(),
                         [&](const auto& s) { return s.state == state; });
  };
  json backends = json::array();
  for (const auto& report : parts.backends) {
    json one = {{"room", report.room}, {"name", report.name}, {"usable", report.usable}};
    if (!report.reason.empty()) one["reason"] = report.reason;
    backends.push_back(std::move(one));
  }
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(deps.loop.now() - context.started);
  json out = {{"version", parts.version},
              {"host_name", context.config.host_name},
              {"fingerprint", deps.identity.certificate().fingerprint()},
              {"uptime_s", uptime.count()},
              {"gamestream", parts.gamestream},
              {"native", parts.native},
              {"open", deps.allow_list.open()},
              {"ports", ports_json(context.port, parts.ports)},
              {"sessions",
               {{"total", sessions.size()},
                {"live", in_state(session::State::Live)},
                {"detached", in_state(session::State::Detached)}}},
              {"pairing_pending", deps.desk.pending().size()},
              {"approvals_pending",
               deps.native_desk == nullptr ? 0 : deps.native_desk->knocks().pending().size()},
              {"paired_devices", deps.allow_list.snapshot()->devices.size()},
              {"unsaved_revocations", deps.allow_list.unsaved_revocations()},
              {"backends", std::move(backends)},
              {"notices", parts.notices}};
  if (!parts.encoder.empty())
    out["encoder"] = {{"name", parts.encoder}, {"hardware", parts.hardware_encoder}};
  return json_reply(200, out);
}

std::optional<Reply> show_log(const Context&, const Call& call) {
  const auto after = call.number("after");
  const auto limit = call.number("limit");
  // A reader that follows the log goes on where it was; one that just looks wants the newest.
  const bool follows = call.request.query_value("after") != nullptr;
  auto entries = log::recent(after, follows ? limit : 1000);
  if (entries.size() > limit)
    entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(limit));
  json list = json::array();
  for (const auto& entry : entries)
    list.push_back({{"seq", entry.sequence},
                    {"ts_ms", entry.unix_ms},
                    {"level", level_name(entry.level)},
                    {"target", entry.room},
                    {"msg", entry.text}});
  // Only a reader that follows the log can have missed something.
  const auto dropped = after == 0 || entries.empty() ? 0 : entries.front().sequence - after - 1;
  return json_reply(200, {{"entries", std::move(list)},
                          {"next", entries.empty() ? after : entries.back().sequence},
                          {"dropped", dropped}});
}

std::optional<Reply> list_settings(const Context& context, const Call&) {
  const auto& settings = context.deps.settings;
  json list = json::array();
  for (const auto& setting : config::table()) list.push_back(setting_json(setting, settings));
  return json_reply(200, {{"settings", std::move(list)}, {"problems", settings.problems()}});
}

}  // namespace pf::webui::handlers
