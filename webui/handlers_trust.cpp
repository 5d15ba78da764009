#include "webui/handlers_trust.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "webui/device_json.hpp"
#include "webui/handlers.hpp"

namespace pf::webui {

using nlohmann::json;

json export_json(const trust::Device& device) {
  json credentials = json::array();
  for (const auto& credential : device.credentials)
    credentials.push_back({{"fingerprint", credential.fingerprint},
                           {"plane", trust::name(credential.plane)},
                           {"paired_unix", credential.paired_unix}});
  json out = {{"name", device.name},
              {"grants", device.access.grants},
              {"disabled", device.disabled},
              {"created_unix", device.created_unix},
              {"credentials", std::move(credentials)}};
  if (device.access.expires_unix) out["expires_unix"] = *device.access.expires_unix;
  if (device.granted_unix) out["granted_unix"] = *device.granted_unix;
  return out;
}

trust::Device import_json(const json& body) {
  trust::Device device;
  device.name = body["name"].get<std::string>();
  device.access.grants = body["grants"].get<std::uint32_t>();
  device.disabled = body["disabled"].get<bool>();
  device.created_unix = body["created_unix"].get<std::int64_t>();
  if (body.contains("expires_unix"))
    device.access.expires_unix = body["expires_unix"].get<std::int64_t>();
  if (body.contains("granted_unix")) device.granted_unix = body["granted_unix"].get<std::int64_t>();
  for (const auto& credential : body["credentials"]) {
    auto fingerprint = credential["fingerprint"].get<std::string>();
    std::transform(fingerprint.begin(), fingerprint.end(), fingerprint.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    device.credentials.push_back(
        {std::move(fingerprint),
         credential["plane"] == "native" ? trust::Plane::Native : trust::Plane::GameStream,
         credential["paired_unix"].get<std::int64_t>()});
  }
  return device;
}

}  // namespace pf::webui

namespace pf::webui::handlers {
namespace {

json entry_json(const trust::AuditEntry& entry) {
  json out = {{"id", entry.id}, {"unix_time", entry.unix_time}, {"what", entry.what},
              {"by", entry.by}, {"from", entry.from},           {"detail", entry.detail}};
  if (entry.device_id) out["device_id"] = *entry.device_id;
  if (!entry.device_name.empty()) out["device_name"] = entry.device_name;
  return out;
}

json past_json(const store::HistoryRow& row) {
  json out = {{"id", row.id},
              {"plane", trust::name(static_cast<trust::Plane>(row.plane))},
              {"device_name", row.device_name},
              {"app_title", row.app_title},
              {"mode", row.mode},
              {"started_unix", row.started_unix},
              {"duration_s", row.duration_s},
              {"end_reason", row.end_reason},
              {"end_text", row.end_text},
              {"frames_sent", row.frames_sent},
              {"frames_dropped", row.frames_dropped},
              {"bytes", row.bytes}};
  if (row.device_id) out["device_id"] = *row.device_id;
  if (!row.codec.empty()) out["codec"] = row.codec;
  if (!row.encoder.empty()) out["encoder"] = row.encoder;
  if (row.host_p50_us) out["host_p50_us"] = *row.host_p50_us;
  if (row.host_p99_us) out["host_p99_us"] = *row.host_p99_us;
  return out;
}

}  // namespace

std::optional<Reply> merge_devices(const Context& context, const Call& call) {
  const auto device = find_device(context, call.id);
  const auto other = (*call.body)["other"].get<std::uint64_t>();
  if (!device || !find_device(context, other)) return no_device();
  if (auto refused = changed_elsewhere(context, call, *device)) return refused;
  const auto merged =
      context.deps.allow_list.merge(device->id, static_cast<trust::DeviceId>(other));
  return merged ? device_reply(context, **merged) : error_reply(merged.error());
}

std::optional<Reply> split_device(const Context& context, const Call& call) {
  const auto device = find_device(context, call.id);
  if (!device) return no_device();
  if (auto refused = changed_elsewhere(context, call, *device)) return refused;
  const auto own =
      context.deps.allow_list.split(device->id, (*call.body)["fingerprint"].get<std::string>());
  return own ? device_reply(context, **own) : error_reply(own.error());
}

std::optional<Reply> show_audit(const Context& context, const Call& call) {
  const auto after = static_cast<std::int64_t>(call.number("after"));
  const auto entries =
      context.deps.allow_list.audit(after, static_cast<std::int64_t>(call.number("limit")));
  if (!entries) return error_reply(entries.error());
  json list = json::array();
  for (const auto& entry : *entries) list.push_back(entry_json(entry));
  return json_reply(
      200, {{"next", entries->empty() ? after : entries->back().id}, {"entries", std::move(list)}});
}

std::optional<Reply> show_history(const Context& context, const Call& call) {
  json list = json::array();
  if (context.deps.hooks.history) {
    const auto rows = context.deps.hooks.history(static_cast<std::int64_t>(call.number("limit")));
    if (!rows) return error_reply(rows.error());
    for (const auto& row : *rows) list.push_back(past_json(row));
  }
  return json_reply(200, {{"sessions", std::move(list)}});
}

std::optional<Reply> export_devices(const Context& context, const Call&) {
  json devices = json::array();
  const auto all = context.deps.allow_list.snapshot();
  for (const auto& [id, device] : all->devices)
    if (!device->access.until_disconnect) devices.push_back(export_json(*device));
  auto reply = json_reply(200, {{"format", "punktfunk-devices"},
                                {"version", 1},
                                {"exported_unix", unix_now()},
                                {"host_name", context.config.host_name},
                                {"devices", std::move(devices)}});
  reply.headers.emplace_back("Content-Disposition",
                             "attachment; filename=\"punktfunk-devices.json\"");
  return reply;
}

std::optional<Reply> import_devices(const Context& context, const Call& call) {
  std::vector<trust::Device> devices;
  for (const auto& device : (*call.body)["devices"]) devices.push_back(import_json(device));
  const auto count = context.deps.allow_list.import_devices(devices);
  if (!count) return error_reply(count.error());
  return json_reply(200, {{"added", count->added}, {"skipped", count->skipped}});
}

}  // namespace pf::webui::handlers
