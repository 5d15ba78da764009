// ctl status, sessions, apps, logs
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"
#include "base/clock.hpp"

namespace pf::app::ctl {
namespace {

using nlohmann::json;

std::string ports_text(const json& ports) {
  std::string text;
  for (const auto* name :
       {"mgmt", "http", "https", "rtsp", "video", "control", "audio", "native"}) {
    if (!ports.contains(name)) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", name, ports[name].get<unsigned>());
  }
  return text;
}

std::string native_text(const json& status) {
  if (!status.value("native", false)) return "off";
  return status.value("open", false) ? "on, open to everybody" : "on";
}

std::string encoder_text(const json& status) {
  if (!status.contains("encoder")) return "not known yet";
  const auto& encoder = status["encoder"];
  return fmt::format("{} ({})", encoder.value("name", std::string()),
                     encoder.value("hardware", false) ? "graphics card" : "processor");
}

std::string sessions_text(const json& counts) {
  const auto total = counts.value("total", 0U);
  if (total == 0) return "none";
  return fmt::format("{}, {} live, {} waiting for their client", total, counts.value("live", 0U),
                     counts.value("detached", 0U));
}

std::string picture_text(const json& session) {
  auto text = session.value("mode", std::string());
  if (session.contains("fps"))
    text += fmt::format(", {:.1f} fps, {:.1f} Mb/s", session["fps"].get<double>(),
                        session.value("mbps", 0.0));
  return text;
}

}  // namespace

int show_status(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto status = client.call("GET", "/status");
    if (!status) return report_error(context, status.error());
    auto text = facts({{"Host", status->value("host_name", std::string())},
                       {"Version", status->value("version", std::string())},
                       {"Up", duration(status->value("uptime_s", std::int64_t{0}))},
                       {"Fingerprint", status->value("fingerprint", std::string())},
                       {"Moonlight", status->value("gamestream", false) ? "on" : "off"},
                       {"Native", native_text(*status)},
                       {"Ports", ports_text(status->value("ports", json::object()))},
                       {"Encoder", encoder_text(*status)},
                       {"Sessions", sessions_text(status->value("sessions", json::object()))},
                       {"Paired", fmt::format("{} devices", status->value("paired_devices", 0U))},
                       {"Waiting", fmt::format("{} for a PIN, {} for approval",
                                               status->value("pairing_pending", 0U),
                                               status->value("approvals_pending", 0U))}},
                      context.io.colour);
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : status->value("backends", json::array()))
      rows.push_back({one.value("room", std::string()), one.value("name", std::string()),
                      one.value("usable", false) ? "yes" : "no",
                      one.value("reason", std::string())});
    if (!rows.empty())
      text += "\n" + table({"PART", "BACK END", "USABLE", "WHY NOT"}, rows, context.io.colour);
    std::string talk;
    if (status->value("unsaved_revocations", false))
      talk += "A revocation is not stored yet: look after the disk. ";
    for (const auto& notice : status->value("notices", json::array()))
      talk += notice.get<std::string>() + " ";
    if (!talk.empty()) talk.pop_back();
    return report(context, *status, text, talk);
  });
}

int list_sessions(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto list = client.call("GET", "/sessions");
    if (!list) return report_error(context, list.error());
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : list->value("sessions", json::array()))
      rows.push_back({std::to_string(one.value("id", std::uint64_t{0})),
                      one.value("state", std::string()), one.value("device_name", std::string()),
                      one.value("app_title", std::string()), picture_text(one),
                      one.value("encoder", std::string("-")),
                      ago(unix_now() - one.value("started_unix", unix_now()))});
    return report(context, *list,
                  table({"ID", "STATE", "DEVICE", "APPLICATION", "PICTURE", "ENCODER", "STARTED"},
                        rows, context.io.colour),
                  rows.empty() ? "Nobody streams." : "");
  });
}

int stop_session(const Context& context, std::uint64_t id) {
  return with_client(context, [&](const CtlClient& client) {
    // Answers when the application, the display and the devices are gone.
    const auto stopped =
        client.call("DELETE", fmt::format("/sessions/{}", id), nullptr, std::chrono::seconds(30));
    if (!stopped) return report_error(context, stopped.error());
    return report(context, {{"stopped", id}}, {}, fmt::format("Session {} has ended.", id));
  });
}

int list_apps(const Context& context) {
  return with_client(context, [&](const CtlClient& client) {
    const auto list = client.call("GET", "/apps");
    if (!list) return report_error(context, list.error());
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : list->value("apps", json::array())) {
      std::string command;
      for (const auto& part : one.value("command", json::array()))
        command += (command.empty() ? "" : " ") + part.get<std::string>();
      rows.push_back({std::to_string(one.value("id", 0U)), one.value("title", std::string()),
                      one.value("policy", std::string()), one.value("hidden", false) ? "no" : "yes",
                      command.empty() ? "-" : command});
    }
    return report(
        context, *list,
        table({"ID", "TITLE", "SECOND CLIENT", "SHOWN", "COMMAND"}, rows, context.io.colour));
  });
}

int add_app(const Context& context, const NewApp& app) {
  json body = {{"title", app.title}, {"command", app.command}};
  if (!app.working_directory.empty()) body["working_directory"] = app.working_directory;
  if (!app.policy.empty()) body["policy"] = app.policy;
  for (const auto& variable : app.environment) {
    const auto equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos)
      return report_error(context, {kExitUsage, "bad_variable",
                                    fmt::format("--env {} is not NAME=VALUE.", variable)});
    body["environment"][variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  return with_client(context, [&](const CtlClient& client) {
    const auto added = client.call("POST", "/apps", &body);
    if (!added) return report_error(context, added.error());
    return report(context, *added, fmt::format("{}\n", added->value("id", 0U)),
                  fmt::format("{} is there for clients now.", app.title));
  });
}

int remove_app(const Context& context, std::uint64_t id) {
  return with_client(context, [&](const CtlClient& client) {
    const auto removed = client.call("DELETE", fmt::format("/apps/{}", id));
    if (!removed) return report_error(context, removed.error());
    return report(context, {{"removed", id}}, {}, fmt::format("Application {} is gone.", id));
  });
}

int show_log(const Context& context, std::uint64_t after, unsigned limit) {
  return with_client(context, [&](const CtlClient& client) {
    auto path = fmt::format("/logs?limit={}", limit);
    if (after != 0) path += fmt::format("&after={}", after);
    const auto log = client.call("GET", path);
    if (!log) return report_error(context, log.error());
    std::string text;
    for (const auto& entry : log->value("entries", json::array()))
      text += safe(fmt::format(
                  "{} {:<5} {:<10} {}", local_time(entry.value("ts_ms", std::int64_t{0}) / 1000),
                  entry.value("level", std::string()), entry.value("target", std::string()),
                  entry.value("msg", std::string()))) +
              "\n";
    return report(context, *log, text);
  });
}

}  // namespace pf::app::ctl
