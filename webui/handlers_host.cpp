// health, openapi.json, status, logs
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "trust/native_desk.hpp"
#include "webui/handlers.hpp"
#include "webui/host_json.hpp"

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
  for (const auto& report : parts.backends) backends.push_back(backend_json(report));
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

}  // namespace pf::webui::handlers
