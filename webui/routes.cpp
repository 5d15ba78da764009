#include "webui/routes.hpp"

#include <charconv>

#include "webui/handlers.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {
namespace {

using namespace schemas;

std::vector<Route> make_routes() {
  return {
      {"GET",
       "/health",
       "getHealth",
       "Whether the host answers.",
       true,
       handlers::health,
       {{200, "It does.", &kHealth}}},
      {"GET",
       "/openapi.json",
       "getOpenapi",
       "This document.",
       true,
       handlers::openapi,
       {{200, "OpenAPI 3.1.", &kDocument}}},
      {"GET",
       "/status",
       "getStatus",
       "The host at a glance.",
       false,
       handlers::status,
       {{200, "Its status.", &kStatus}}},
      {"GET",
       "/sessions",
       "listSessions",
       "Every session.",
       false,
       handlers::list_sessions,
       {{200, "The sessions.", &kSessions}}},
      {"GET",
       "/sessions/{id}",
       "getSession",
       "One session.",
       false,
       handlers::show_session,
       {{200, "The session.", &kSession}, {404, "There is no such session.", &kError}}},
      {"DELETE",
       "/sessions/{id}",
       "stopSession",
       "End a session and its application. Answers when everything has been taken down.",
       false,
       handlers::stop_session,
       {{204, "It has ended."}, {404, "There is no such session.", &kError}}},
      {"GET",
       "/pair",
       "getPairing",
       "Pairing requests that wait, and how the last ones ended.",
       false,
       handlers::show_pairing,
       {{200, "The requests.", &kPairing}}},
      {"POST",
       "/pair/pin",
       "enterPin",
       "Hand over the PIN that a client shows.",
       false,
       handlers::enter_pin,
       {{202, "The PIN went to the request.", &kPinAccepted},
        {400, "The PIN or the identity is malformed.", &kError},
        {409, "Nothing waits, that request is gone, or several wait and none was named.", &kError}},
       &kPinEntry},
      {"GET",
       "/native/pair",
       "getNativePairing",
       "The PIN window of native clients, without its PIN, and how the last pairings ended.",
       false,
       handlers::show_native_pairing,
       {{200, "The window.", &kNativePairing}}},
      {"DELETE",
       "/native/pair",
       "disarmNativePairing",
       "Close the PIN window.",
       false,
       handlers::disarm_native_pairing,
       {{204, "It is closed."}, {503, "Native clients are not served.", &kError}}},
      {"POST",
       "/native/pair/arm",
       "armNativePairing",
       "Open the PIN window. Its PIN is in the answer, once; the first attempt uses it up.",
       false,
       handlers::arm_native_pairing,
       {{200, "The window and its PIN.", &kNativeArmed},
        {400, "A value is not allowed.", &kError},
        {503, "Native clients are not served.", &kError}},
       &kNativeArm},
      {"GET",
       "/native/pending",
       "listNativePending",
       "Native devices that wait for approval.",
       false,
       handlers::list_knocks,
       {{200, "The devices.", &kKnocks}}},
      {"POST",
       "/native/pending/{id}/approve",
       "approveNative",
       "Pair a waiting device and let it in.",
       false,
       handlers::approve_knock,
       {{200, "The device.", &kDevice},
        {400, "A value is not allowed; it goes on waiting.", &kError},
        {404, "It does not wait any more.", &kError},
        {409, "It knocks from the internet, or is disabled.", &kError},
        {500, "The change could not be stored; it goes on waiting.", &kError},
        {503, "Native clients are not served.", &kError}},
       &kKnockApproval},
      {"POST",
       "/native/pending/{id}/deny",
       "denyNative",
       "Turn a waiting device away. It may ask again.",
       false,
       handlers::deny_knock,
       {{204, "It is turned away."},
        {404, "It does not wait any more.", &kError},
        {503, "Native clients are not served.", &kError}}},
      {"GET",
       "/devices",
       "listDevices",
       "Every paired device.",
       false,
       handlers::list_devices,
       {{200, "The devices.", &kDevices}}},
      {"GET",
       "/devices/{id}",
       "getDevice",
       "One paired device.",
       false,
       handlers::show_device,
       {{200, "The device.", &kDevice}, {404, "There is no such device.", &kError}}},
      {"PATCH",
       "/devices/{id}",
       "changeDevice",
       "Rename a device or change its access. Running streams follow at once.",
       false,
       handlers::change_device,
       {{200, "The device as it is now.", &kDevice},
        {400, "A value is not allowed.", &kError},
        {404, "There is no such device.", &kError},
        {500, "The change could not be stored.", &kError}},
       &kDeviceChange},
      {"DELETE",
       "/devices/{id}",
       "revokeDevice",
       "Revoke a device. Its streams end at once; it has to pair again.",
       false,
       handlers::revoke_device,
       {{204, "It is out."},
        {404, "There is no such device.", &kError},
        {500, "It is out, but that could not be stored yet.", &kError}}},
      {"GET",
       "/apps",
       "listApps",
       "Every application.",
       false,
       handlers::list_apps,
       {{200, "The applications.", &kApps}}},
      {"POST",
       "/apps",
       "addApp",
       "Add an application.",
       false,
       handlers::add_app,
       {{201, "The application with its number.", &kApp},
        {400, "A value is not allowed.", &kError},
        {500, "The change could not be stored.", &kError}},
       &kNewApp},
      {"DELETE",
       "/apps/{id}",
       "removeApp",
       "Remove an application.",
       false,
       handlers::remove_app,
       {{204, "It is gone."},
        {404, "There is no such application.", &kError},
        {409, "The Desktop always exists.", &kError},
        {500, "The change could not be stored.", &kError}}},
      {"GET",
       "/logs",
       "getLog",
       "The newest lines of the log.",
       false,
       handlers::show_log,
       {{200, "The lines.", &kLog}},
       nullptr,
       {{"after", "Only lines after this number, from there on; without it the newest lines.", 0,
         0x7FFFFFFFFFFFFFFF, 0},
        {"limit", "At most this many.", 1, 1000, 1000}}},
      {"GET",
       "/settings",
       "listSettings",
       "Every setting, what is in force and why.",
       false,
       handlers::list_settings,
       {{200, "The settings.", &kSettings}}},
  };
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = path.find('/');
    out.push_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  return out;
}

}  // namespace

const std::vector<Route>& routes() {
  static const auto table = make_routes();
  return table;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Match match(std::string_view method, std::string_view path) {
  Match result;
  if (!path.starts_with('/')) return result;
  const auto asked = segments(path);
  for (const auto& route : routes()) {
    const auto wanted = segments(route.path);
    if (wanted.size() != asked.size()) continue;
    bool fits = true;
    std::uint64_t id = 0;
    bool bad_id = false;
    for (std::size_t i = 0; i < wanted.size() && fits; ++i) {
      if (wanted[i] == "{id}") {
        const auto number = parse_number(asked[i]);
        bad_id = !number;
        id = number.value_or(0);
      } else {
        fits = wanted[i] == asked[i];
      }
    }
    if (!fits) continue;
    result.allowed.push_back(route.method);
    if (method == route.method) {
      result.route = &route;
      result.id = id;
      result.bad_id = bad_id;
    }
  }
  return result;
}

std::uint64_t Call::number(std::string_view name) const {
  for (const auto& parameter : route->query) {
    if (parameter.name != name) continue;
    const auto* text = request.query_value(name);
    if (text == nullptr) return parameter.fallback;
    return parse_number(*text).value_or(parameter.fallback);
  }
  PF_ASSERT(!"a query parameter that the route does not declare");
  return 0;
}

}  // namespace pf::webui
