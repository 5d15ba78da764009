// ctl pair arm|disarm|status, pending, approve, deny, access
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"

namespace pf::app::ctl {
namespace {

using nlohmann::json;

std::string access_text(const json& window) {
  auto text = window.value("access_level", std::string());
  if (text.empty() && window.contains("access_expires_in_secs")) text = "full";
  if (window.contains("access_expires_in_secs"))
    text += ", for " + duration(window["access_expires_in_secs"].get<std::int64_t>());
  if (window.value("until_disconnect", false)) text += ", until it disconnects";
  return text.empty() ? "full; a device that was here before keeps its own" : text;
}

std::string for_whom(const json& window) {
  return window.contains("fingerprint") ? window["fingerprint"].get<std::string>()
                                        : "any device on this network";
}

std::string time_left(const json& window) {
  return window.contains("expires_in_secs")
             ? duration(window["expires_in_secs"].get<std::int64_t>())
             : "until it is used";
}

CtlError no_such_device(const std::string& device) {
  return {kExitFailed, "not_found",
          fmt::format("There is no device {}. See: punktfunk-host ctl devices list", device)};
}

// The device that `wanted` names: its number, or the beginning of a fingerprint (8 digits or more).
CtlResult<std::uint64_t> find_device(const CtlClient& client, const std::string& wanted) {
  std::uint64_t id = 0;
  const auto* end = wanted.data() + wanted.size();
  const auto parsed = std::from_chars(wanted.data(), end, id);
  if (parsed.ec == std::errc{} && parsed.ptr == end && wanted.size() < 8) return id;
  auto prefix = wanted;
  for (auto& c : prefix)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  if (prefix.size() < 8) return tl::unexpected(no_such_device(wanted));
  const auto list = client.call("GET", "/devices");
  if (!list) return tl::unexpected(list.error());
  std::optional<std::uint64_t> found;
  for (const auto& device : list->value("devices", json::array()))
    for (const auto& credential : device.value("credentials", json::array())) {
      if (!credential.value("fingerprint", std::string()).starts_with(prefix)) continue;
      const auto number = device.value("id", std::uint64_t{0});
      if (found && *found != number)
        return tl::unexpected(CtlError{kExitFailed, "several_devices",
                                       "Several devices begin like that; give more digits."});
      found = number;
    }
  if (!found) return tl::unexpected(no_such_device(wanted));
  return *found;
}

std::vector<std::string> knock_row(const json& knock) {
  return {std::to_string(knock.value("id", 0U)),
          knock.value("name", std::string()),
          knock.value("address", std::string()),
          knock.value("source", std::string()) == "lan" ? "this network" : "internet",
          knock.value("connected", false) ? "connected" : "left",
          ago(knock.value("age_secs", std::int64_t{0})),
          knock.value("fingerprint", std::string()).substr(0, 16)};
}

}  // namespace

void add_access(json& body, const AccessOptions& access) {
  if (!access.preset.empty()) body["preset"] = access.preset;
  if (access.expires_in_s) body["expires_in_secs"] = *access.expires_in_s;
  if (access.until_disconnect) body["until_disconnect"] = true;
}

int arm_pairing(const Context& context, const ArmOptions& options) {
  return with_client(context, [&](const CtlClient& client) {
    json body = json::object();
    if (options.ttl_s) body["ttl_secs"] = *options.ttl_s;
    if (!options.fingerprint.empty()) body["fingerprint"] = options.fingerprint;
    add_access(body, options.access);
    const auto window = client.call("POST", "/native/pair/arm", &body);
    if (!window) return report_error(context, window.error());
    const auto text = facts({{"PIN", window->value("pin", std::string())},
                             {"For", for_whom(*window)},
                             {"Access", access_text(*window)},
                             {"Open", time_left(*window)}},
                            context.io.colour);
    return report(context, *window, text, "Type the PIN into the client. It is good for one try.");
  });
}

int disarm_pairing(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto closed = client.call("DELETE", "/native/pair");
    if (!closed) return report_error(context, closed.error());
    return report(context, {{"armed", false}}, {}, "The PIN window is closed.");
  });
}

int show_native_pairing(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto window = client.call("GET", "/native/pair");
    if (!window) return report_error(context, window.error());
    std::vector<std::pair<std::string, std::string>> lines = {
        {"Native clients", window->value("enabled", false) ? "served" : "not served"}};
    if (window->value("armed", false)) {
      lines.insert(lines.end(), {{"PIN window", "open"},
                                 {"For", for_whom(*window)},
                                 {"Access", access_text(*window)},
                                 {"Open", time_left(*window)}});
    } else {
      lines.emplace_back("PIN window", "closed");
    }
    lines.emplace_back("Waiting", fmt::format("{} for approval", window->value("waiting", 0U)));
    std::vector<std::vector<std::string>> recent;
    for (const auto& one : window->value("recent", json::array()))
      recent.push_back({local_time(one.value("unix_time", std::int64_t{0})),
                        one.value("paired", false) ? "paired" : "not paired",
                        one.value("text", std::string())});
    auto text = facts(lines, context.io.colour);
    if (!recent.empty())
      text += "\n" + table({"WHEN", "RESULT", "WHAT"}, recent, context.io.colour);
    return report(context, *window, text);
  });
}

int list_pending(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto list = client.call("GET", "/native/pending");
    if (!list) return report_error(context, list.error());
    std::vector<std::vector<std::string>> rows;
    for (const auto& knock : list->value("pending", json::array()))
      rows.push_back(knock_row(knock));
    return report(context, *list,
                  table({"ID", "NAME", "ADDRESS", "FROM", "STATE", "CAME", "FINGERPRINT"}, rows,
                        context.io.colour),
                  rows.empty() ? "No device waits for approval." : "");
  });
}

int approve_pending(const Context& context, std::uint64_t id, const ApproveOptions& options) {
  return with_client(context, [&](const CtlClient& client) {
    json body = json::object();
    if (!options.name.empty()) body["name"] = options.name;
    add_access(body, options.access);
    const auto device = client.call("POST", fmt::format("/native/pending/{}/approve", id), &body);
    if (!device) {
      auto error = device.error();
      if (error.code == "from_internet")
        error.message =
            "This device knocks from the internet. Arm a PIN that is bound to it instead: "
            "punktfunk-host ctl pair arm --fingerprint FINGERPRINT";
      return report_error(context, error);
    }
    return report(
        context, *device, {},
        fmt::format("{} is paired as device {}.", safe(device->value("name", std::string())),
                    device->value("id", std::uint64_t{0})));
  });
}

int deny_pending(const Context& context, std::uint64_t id) {
  return with_client(context, [&](const CtlClient& client) {
    const auto denied = client.call("POST", fmt::format("/native/pending/{}/deny", id));
    if (!denied) return report_error(context, denied.error());
    return report(context, {{"denied", id}}, {}, "The device is turned away. It may ask again.");
  });
}

int set_access_of(const Context& context, const std::string& device, const std::string& preset) {
  return with_client(context, [&](const CtlClient& client) {
    const auto id = find_device(client, device);
    if (!id) return report_error(context, id.error());
    return set_access(context, *id, preset);
  });
}

}  // namespace pf::app::ctl
