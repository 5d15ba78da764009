// Changing settings; host, encoders, displays
#include "webui/handlers_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "net/interfaces.hpp"
#include "webui/etag.hpp"
#include "webui/event_bus.hpp"
#include "webui/handlers.hpp"
#include "webui/host_json.hpp"

namespace pf::webui::handlers {
namespace {

// Devices without pairing, and addresses from the internet.
constexpr const char* kOpening[] = {config::kOpen.id, config::kPublicPeers.id};

using nlohmann::json;

std::string as_text(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

json format_json(const FormatReport& format) {
  json out = {{"codec", format.codec},
              {"ten_bit", format.ten_bit},
              {"full_chroma", format.full_chroma},
              {"ok", format.ok},
              {"probe_ms", format.probe_ms}};
  if (format.frame_us != 0) out["frame_us"] = format.frame_us;
  if (!format.ok) out["reason"] = format.reason;
  return out;
}

Reply settings_reply(const Context& context) {
  const auto body = settings_json(context.deps.settings);
  auto reply = json_reply(200, body);
  reply.headers.emplace_back("ETag", etag_of(body));
  return reply;
}

}  // namespace

std::optional<Reply> list_settings(const Context& context, const Call&) {
  return settings_reply(context);
}

bool opens_host(const Context&, const Call& call) {
  return std::any_of(std::begin(kOpening), std::end(kOpening), [&](const char* id) {
    const auto wanted = call.body->find(id);
    return wanted != call.body->end() && wanted->is_boolean() && wanted->get<bool>();
  });
}

std::optional<Reply> change_settings(const Context& context, const Call& call) {
  const auto& deps = context.deps;
  if (!matches(call.request, etag_of(settings_json(deps.settings))))
    return error_reply(412, "changed_elsewhere",
                       "The settings were changed elsewhere meanwhile. Look at them again before "
                       "you change them.");
  config::Changes changes;
  json ids = json::array();
  for (const auto& [id, value] : call.body->items()) {
    changes[id] = value.is_null() ? std::nullopt : std::optional(as_text(value));
    ids.push_back(id);
  }
  if (!changes.empty()) {
    if (auto changed = deps.hooks.change_settings(changes); !changed) {
      const auto& error = changed.error();
      if (error.is(config::Errc::BadValue) || error.is(config::Errc::UnknownSetting))
        return error_reply(400, "bad_value",
                           fmt::format("A value is not allowed: {}.", error.context));
      return error_reply(500, "store_failed",
                         fmt::format("The settings could not be stored: {}. Nothing has changed; "
                                     "look after the disk and try again.",
                                     error.message()));
    }
    deps.events.publish("settings.changed", {{"settings", std::move(ids)}});
  }
  return settings_reply(context);
}

std::optional<Reply> show_host(const Context& context, const Call&) {
  const auto& deps = context.deps;
  const auto parts = deps.status();
  json addresses = json::array(), macs = json::array();
  for (const auto& interface : net::interfaces()) {
    for (const auto& address : interface.addresses) addresses.push_back(address.address());
    if (!interface.mac.empty()) macs.push_back(interface.mac);
  }
  json out = {{"host_name", context.config.host_name},
              {"uniqueid", parts.unique_id},
              {"fingerprint", deps.identity.certificate().fingerprint()},
              {"version", parts.version},
              {"os", parts.os},
              {"addresses", std::move(addresses)},
              {"macs", std::move(macs)},
              {"ports", ports_json(context.port, parts.ports)},
              {"codecs", parts.codecs},
              {"gamestream", parts.gamestream},
              {"native", parts.native},
              {"open", deps.allow_list.open()}};
  // The machine's own name resolves on the local network through mDNS; the shown name need not.
  if (parts.native)
    out["deep_link"] =
        fmt::format("punktfunk://{}.local:{}", config::system_host_name(), parts.ports.native);
  return json_reply(200, out);
}

std::optional<Reply> show_encoders(const Context& context, const Call&) {
  const auto parts = context.deps.status();
  json encoders = json::array();
  if (parts.encoders)
    for (const auto& encoder : *parts.encoders) {
      json formats = json::array();
      for (const auto& format : encoder.formats) formats.push_back(format_json(format));
      json one = {{"name", encoder.name},
                  {"hardware", encoder.hardware},
                  {"in_use", encoder.name == parts.encoder},
                  {"codecs", std::move(formats)}};
      if (!encoder.device.empty()) one["device"] = encoder.device;
      encoders.push_back(std::move(one));
    }
  json out = {{"encoders", std::move(encoders)}, {"codecs", parts.codecs}};
  if (parts.encoders) out["probed_unix"] = parts.probed_unix;
  return json_reply(200, out);
}

std::optional<Reply> probe_encoders(const Context& context, const Call&) {
  context.deps.hooks.probe_again();
  return Reply{.status = 202, .body = {}, .content_type = {}};
}

std::optional<Reply> show_displays(const Context& context, const Call&) {
  json backends = json::array(), displays = json::array();
  for (const auto& report : context.deps.status().backends)
    if (report.room == "display" || report.room == "capture")
      backends.push_back(backend_json(report));
  for (const auto& info : context.deps.manager.list()) {
    if (info.display.empty()) continue;
    json one = {{"kind", info.display},
                {"mode", media::to_string(info.mode)},
                {"session_id", info.id},
                {"device_name", info.device_name},
                {"since_unix", info.started_unix}};
    if (!info.capture.empty()) one["capture"] = info.capture;
    if (info.last_frame_age_ms >= 0) one["last_frame_age_ms"] = info.last_frame_age_ms;
    displays.push_back(std::move(one));
  }
  return json_reply(
      200, {{"backends", std::move(backends)},
            {"displays", std::move(displays)},
            {"settings", {"display", "x11_display", "capture_cursor", "second_client", "demo"}}});
}

}  // namespace pf::webui::handlers
