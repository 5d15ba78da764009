// native/…: pairing of native clients
#include <algorithm>
#include <nlohmann/json.hpp>

#include "trust/native_desk.hpp"
#include "webui/access_body.hpp"
#include "webui/handlers.hpp"

namespace pf::webui::handlers {
namespace {

using nlohmann::json;

Reply plane_off() {
  return error_reply(503, "native_off", "This host does not serve native clients now.");
}

Reply no_knock() {
  return error_reply(404, "not_found", "No such device waits any more.");
}

// Never the PIN: that is told once, to whoever armed the window.
void add_window(json& out, const trust::WindowStatus& window) {
  out["armed"] = window.armed;
  if (window.left) out["expires_in_secs"] = window.left->count();
  if (!window.bound.empty()) out["fingerprint"] = window.bound;
  const auto& access = window.access;
  if (access.grants) {
    out["grants"] = *access.grants;
    out["access_level"] = trust::grant::preset_name(*access.grants);
  }
  if (access.expires_in_s) out["access_expires_in_secs"] = *access.expires_in_s;
  if (access.until_disconnect) out["until_disconnect"] = true;
}

json knock_json(const Context& context, const trust::PendingKnock& knock) {
  json out = {{"id", knock.id},
              {"name", knock.name},
              {"fingerprint", knock.fingerprint},
              {"address", knock.from.address()},
              {"source", trust::name(knock.source)},
              {"age_secs", std::max<std::int64_t>(0, knock.age.count())},
              {"connected", knock.parked}};
  // A guest whose access is over: what it had.
  if (const auto known = context.deps.allow_list.find(knock.fingerprint)) {
    out["device_id"] = known->id;
    out["grants"] = known->access.grants;
    out["access_level"] = trust::grant::preset_name(known->access.grants);
    out["until_disconnect"] = known->access.until_disconnect;
    if (known->access.expires_unix) out["expires_unix"] = *known->access.expires_unix;
    if (known->granted_unix) out["granted_unix"] = *known->granted_unix;
  }
  return out;
}

}  // namespace

std::optional<Reply> show_native_pairing(const Context& context, const Call&) {
  const auto* desk = context.deps.native_desk;
  json out = {{"enabled", desk != nullptr}, {"armed", false}};
  json recent = json::array();
  if (desk != nullptr) {
    add_window(out, desk->window().status());
    for (const auto& outcome : desk->outcomes())
      recent.push_back({{"unix_time", outcome.unix_time},
                        {"fingerprint", outcome.fingerprint},
                        {"paired", outcome.paired},
                        {"text", outcome.text}});
  }
  out["waiting"] = desk == nullptr ? 0 : desk->knocks().pending().size();
  out["recent"] = std::move(recent);
  return json_reply(200, out);
}

std::optional<Reply> arm_native_pairing(const Context& context, const Call& call) {
  auto* desk = context.deps.native_desk;
  if (desk == nullptr) return plane_off();
  const auto& body = *call.body;
  trust::ArmRequest request;
  if (const auto problem = read_access(body, request.access)) return error_reply(*problem);
  // Longer than any window, and short enough to be counted in any unit.
  constexpr std::int64_t kDay = 86'400;
  if (body.contains("ttl_secs"))
    request.ttl = std::chrono::seconds(std::min(kDay, body["ttl_secs"].get<std::int64_t>()));
  request.access.by = context.deps.allow_list.actor();
  request.bound = body.value("fingerprint", std::string());
  const auto pin = desk->window().arm(request);
  if (!pin) return error_reply(pin.error());
  json out = {{"pin", std::string(pin->text())}};
  add_window(out, desk->window().status());
  return json_reply(200, out);
}

std::optional<Reply> disarm_native_pairing(const Context& context, const Call&) {
  auto* desk = context.deps.native_desk;
  if (desk == nullptr) return plane_off();
  desk->window().disarm();
  return no_content();
}

std::optional<Reply> list_knocks(const Context& context, const Call&) {
  json list = json::array();
  if (const auto* desk = context.deps.native_desk)
    for (const auto& knock : desk->knocks().pending()) list.push_back(knock_json(context, knock));
  return json_reply(200, {{"pending", std::move(list)}});
}

std::optional<Reply> approve_knock(const Context& context, const Call& call) {
  auto* desk = context.deps.native_desk;
  if (desk == nullptr) return plane_off();
  trust::AccessChoice access;
  if (const auto problem = read_access(*call.body, access)) return error_reply(*problem);
  if (call.id > std::numeric_limits<std::uint32_t>::max()) return no_knock();
  const auto device = desk->knocks().approve(static_cast<std::uint32_t>(call.id),
                                             call.body->value("name", std::string()), access);
  if (device) return json_reply(200, device_json(context, **device));
  if (device.error().is(trust::Errc::NothingWaiting)) return no_knock();
  return error_reply(device.error());
}

std::optional<Reply> deny_knock(const Context& context, const Call& call) {
  auto* desk = context.deps.native_desk;
  if (desk == nullptr) return plane_off();
  if (call.id > std::numeric_limits<std::uint32_t>::max() ||
      !desk->knocks().deny(static_cast<std::uint32_t>(call.id)))
    return no_knock();
  return no_content();
}

}  // namespace pf::webui::handlers
