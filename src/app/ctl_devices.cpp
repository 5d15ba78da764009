// ctl devices …
#include <fmt/format.h>

#include <istream>
#include <nlohmann/json.hpp>

#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"
#include "base/clock.hpp"

namespace pf::app::ctl {
namespace {

using nlohmann::json;

std::string path_of(std::uint64_t id) {
  return fmt::format("/devices/{}", id);
}

std::string state_of(const json& device) {
  if (device.value("disabled", false)) return "disabled";
  if (device.value("expired", false)) return "expired";
  if (device.contains("session_id")) return "in a session";
  return "paired";
}

std::string end_of(const json& device) {
  std::string text;
  if (device.contains("expires_unix"))
    text = local_time(device["expires_unix"].get<std::int64_t>());
  if (device.value("until_disconnect", false)) text += text.empty() ? "with it" : ", or with it";
  return text.empty() ? "never" : text;
}

std::vector<std::string> row(const json& device) {
  const auto seen = device.value("last_seen_unix", std::int64_t{0});
  std::string planes;
  for (const auto& credential : device.value("credentials", json::array())) {
    if (!planes.empty()) planes += ", ";
    planes += credential.value("plane", std::string());
  }
  return {std::to_string(device.value("id", std::int64_t{0})),
          device.value("name", std::string()),
          state_of(device),
          device.value("access_level", std::string()),
          end_of(device),
          seen == 0 ? "-" : ago(unix_now() - seen),
          device.value("last_address", std::string("-")),
          planes};
}

std::string device_table(const Context& context,
                         const std::vector<std::vector<std::string>>& rows) {
  return table({"ID", "NAME", "STATE", "ACCESS", "ENDS", "SEEN", "ADDRESS", "PROTOCOL"}, rows,
               context.io.colour);
}

int change(const Context& context, std::uint64_t id, const json& body) {
  return with_client(context, [&](const CtlClient& client) {
    const auto device = client.call("PATCH", path_of(id), &body);
    if (!device) return report_error(context, device.error());
    return report(context, *device, device_table(context, {row(*device)}));
  });
}

}  // namespace

int list_devices(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto list = client.call("GET", "/devices");
    if (!list) return report_error(context, list.error());
    std::vector<std::vector<std::string>> rows;
    for (const auto& device : list->value("devices", json::array())) rows.push_back(row(device));
    return report(context, *list, device_table(context, rows),
                  rows.empty() ? "No device is paired. Native clients: punktfunk-host ctl pair "
                                 "arm. Moonlight: choose this host there, then: punktfunk-host ctl "
                                 "pair pin PIN"
                               : "");
  });
}

int rename_device(const Context& context, std::uint64_t id, const std::string& name) {
  return change(context, id, {{"name", name}});
}

int set_access(const Context& context, std::uint64_t id, const std::string& preset) {
  return change(context, id, {{"preset", preset}});
}

int set_disabled(const Context& context, std::uint64_t id, bool disabled) {
  return change(context, id, {{"disabled", disabled}});
}

int merge_devices(const Context& context, std::uint64_t id, std::uint64_t other) {
  return with_client(context, [&](const CtlClient& client) {
    const json body = {{"other", other}};
    const auto device = client.call("POST", path_of(id) + "/merge", &body);
    if (!device) return report_error(context, device.error());
    return report(context, *device, device_table(context, {row(*device)}));
  });
}

int split_device(const Context& context, std::uint64_t id, const std::string& certificate) {
  return with_client(context, [&](const CtlClient& client) {
    const auto device = client.call("GET", path_of(id));
    if (!device) return report_error(context, device.error());
    std::vector<std::string> fitting;
    for (const auto& one : device->value("credentials", json::array())) {
      const auto fingerprint = one.value("fingerprint", std::string());
      if (one.value("plane", std::string()) == certificate || fingerprint.starts_with(certificate))
        fitting.push_back(fingerprint);
    }
    if (fitting.size() != 1)
      return report_error(
          context, {kExitUsage, "bad_certificate",
                    fitting.empty() ? "The device has no such certificate."
                                    : "Several of its certificates fit. Give more digits of the "
                                      "fingerprint; see: punktfunk-host ctl devices list --json"});
    const json body = {{"fingerprint", fitting.front()}};
    const auto own = client.call("POST", path_of(id) + "/split", &body);
    if (!own) return report_error(context, own.error());
    return report(context, *own, device_table(context, {row(*own)}));
  });
}

namespace {

// Whether a person wants it; asked on the terminal.
bool wanted(const Context& context, const std::string& question) {
  context.io.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(context.io.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

int revoke_all_devices(const Context& context, bool yes) {
  if (!yes && !context.io.may_ask)
    return report_error(context, {kExitUsage, "not_confirmed",
                                  "Nobody can be asked here. Add --yes to revoke every device."});
  if (!yes && !wanted(context,
                      "Revoke every device? All streams end at once, and all have to pair "
                      "again."))
    return report_error(context, {kExitFailed, "kept", "Every device was kept."});
  return with_client(context, [&](const CtlClient& client) {
    const auto done = client.call("DELETE", "/devices");
    if (!done) return report_error(context, done.error());
    return report(context, *done, {},
                  fmt::format("{} devices are out.", done->value("revoked", 0U)));
  });
}

int revoke_device(const Context& context, std::uint64_t id, bool yes) {
  if (!yes && !context.io.may_ask)
    return report_error(context, {kExitUsage, "not_confirmed",
                                  "Nobody can be asked here. Add --yes to revoke the device."});
  return with_client(context, [&](const CtlClient& client) {
    const auto device = client.call("GET", path_of(id));
    if (!device) return report_error(context, device.error());
    const auto name = safe(device->value("name", std::string()));
    if (!yes &&
        !wanted(context, fmt::format("Revoke {}? Its streams end at once and it has to pair "
                                     "again.",
                                     name)))
      return report_error(context, {kExitFailed, "kept", fmt::format("{} was kept.", name)});
    const auto revoked = client.call("DELETE", path_of(id));
    if (!revoked) return report_error(context, revoked.error());
    return report(context, {{"revoked", id}, {"name", name}}, {}, fmt::format("{} is out.", name));
  });
}

}  // namespace pf::app::ctl
