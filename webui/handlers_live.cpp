#include "webui/handlers_live.hpp"

#include <nlohmann/json.hpp>

#include "trust/grants.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

using nlohmann::json;

json sample_json(const session::LiveSample& sample) {
  json out = {{"t_ms", sample.unix_ms}, {"fps", sample.fps}, {"mbps", sample.mbps}};
  const auto add = [&](const char* name, const std::optional<std::uint32_t>& value) {
    if (value) out[name] = *value;
  };
  add("loss_ppm", sample.loss_ppm);
  add("host_p50_us", sample.host_p50_us);
  add("host_p99_us", sample.host_p99_us);
  add("encode_p50_us", sample.encode_p50_us);
  add("encode_p99_us", sample.encode_p99_us);
  add("rtt_us", sample.rtt_us);
  add("fec_percent", sample.fec_percent);
  add("bitrate_kbps", sample.bitrate_kbps);
  return out;
}

void publish_stats(const session::Manager& manager, EventBus& events) {
  if (!events.wanted(EventBus::kStats)) return;
  json list = json::array();
  for (const auto& info : manager.list()) {
    const auto samples = manager.live(info.id);
    if (!samples || samples->empty()) continue;
    auto one = sample_json(samples->back());
    one["id"] = info.id;
    list.push_back(std::move(one));
  }
  events.publish(EventBus::kStats, {{"sessions", std::move(list)}});
}

namespace handlers {
namespace {

Reply no_session() {
  return error_reply(404, "not_found", "There is no such session.");
}

}  // namespace

std::optional<Reply> show_live(const Context& context, const Call& call) {
  const auto samples = context.deps.manager.live(call.id);
  if (!samples) return error_reply(samples.error());
  json list = json::array();
  for (const auto& sample : *samples) list.push_back(sample_json(sample));
  return json_reply(200, {{"samples", std::move(list)}});
}

std::optional<Reply> limit_session(const Context& context, const Call& call) {
  const auto& body = *call.body;
  if (body.contains("level") == body.contains("grants"))
    return error_reply(400, "bad_value", "Give either a \"level\" or \"grants\".");
  const auto info = context.deps.manager.find(call.id);
  if (!info) return no_session();
  auto wanted = body.value("grants", trust::grant::kAll);
  if (body.contains("level")) {
    const auto level = body["level"].get<std::string>();
    if (level == "controller") wanted = trust::grant::kPresetController;
    if (level == "view") wanted = trust::grant::kPresetView;
  }
  const auto left = context.deps.allow_list.limit_streams(info->device, wanted);
  if (!left)
    return error_reply(409, "not_connected",
                       "The device is not connected, so there is nothing to limit. Change the "
                       "rights of the device instead.");
  context.deps.events.publish("session.changed", {{"id", call.id}, {"grants", *left}});
  return json_reply(200, {{"grants", *left}, {"level", trust::grant::preset_name(*left)}});
}

std::optional<Reply> mute_session(const Context& context, const Call& call) {
  const bool muted = (*call.body)["muted"].get<bool>();
  if (auto done = context.deps.manager.set_muted(call.id, muted); !done)
    return error_reply(done.error());
  context.deps.events.publish("session.changed", {{"id", call.id}, {"muted", muted}});
  return no_content();
}

std::optional<Reply> refresh_session(const Context& context, const Call& call) {
  auto asked = context.deps.manager.request_idr(call.id);
  if (asked) return Reply{.status = 202, .body = {}, .content_type = {}};
  if (asked.error().is(session::Errc::NotAllowed))
    return error_reply(409, "not_streaming",
                       "Nothing streams in this session right now, so no picture can be sent.");
  return error_reply(asked.error());
}

}  // namespace handlers
}  // namespace pf::webui
