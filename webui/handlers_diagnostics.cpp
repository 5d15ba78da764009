#include "webui/handlers_diagnostics.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "webui/diagnostics.hpp"
#include "webui/handlers.hpp"
#include "webui/handlers_settings.hpp"
#include "webui/host_json.hpp"
#include "webui/prometheus.hpp"
#include "webui/redact.hpp"

namespace pf::webui {

const char* name(CheckStatus status) {
  switch (status) {
    case CheckStatus::Ok:
      return "ok";
    case CheckStatus::Warning:
      return "warning";
    case CheckStatus::Failed:
      return "failed";
    case CheckStatus::Skipped:
      return "skipped";
  }
  return "skipped";
}

namespace handlers {
namespace {

using nlohmann::json;

constexpr std::size_t kAllLines = 1000;

int badness(CheckStatus status) {
  switch (status) {
    case CheckStatus::Failed:
      return 0;
    case CheckStatus::Warning:
      return 1;
    case CheckStatus::Ok:
      return 2;
    case CheckStatus::Skipped:
      return 3;
  }
  return 3;
}

json checks_json(const Context& context) {
  auto checks = context.deps.hooks.diagnostics->checks();
  std::stable_sort(checks.begin(), checks.end(), [](const Check& a, const Check& b) {
    return badness(a.status) < badness(b.status);
  });
  json list = json::array();
  for (const auto& check : checks) {
    json one = {{"id", check.id},
                {"title", check.title},
                {"status", name(check.status)},
                {"meaning", check.meaning},
                {"since_unix", check.since_unix}};
    if (!check.fix.empty()) one["fix"] = check.fix;
    if (!check.command.empty()) one["command"] = check.command;
    list.push_back(std::move(one));
  }
  json out = {{"checks", std::move(list)}};
  if (const auto ran = context.deps.hooks.diagnostics->ran_unix(); ran != 0) out["ran_unix"] = ran;
  return out;
}

// Knows every name that could be in a log of this host.
Redactor redactor(const Context& context) {
  std::vector<std::string> names{context.config.host_name, config::system_host_name()};
  const auto all = context.deps.allow_list.snapshot();
  for (const auto& [id, device] : all->devices) names.push_back(device->name);
  for (const auto& info : context.deps.manager.list()) names.push_back(info.device_name);
  return Redactor(std::move(names));
}

std::string line_of(const log::Entry& entry) {
  const auto seconds = std::chrono::sys_time(std::chrono::milliseconds(entry.unix_ms));
  const char* level = entry.level == log::Level::Error  ? "ERROR"
                      : entry.level == log::Level::Warn ? "WARN "
                      : entry.level == log::Level::Info ? "INFO "
                                                        : "DEBUG";
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z {} {} {}", seconds, level, entry.room, entry.text);
}

// Every text in it, keys apart.
void redact_all(json& value, Redactor& redact) {
  if (value.is_string()) {
    value = redact(value.get_ref<const std::string&>());
  } else if (value.is_structured()) {
    for (auto& inner : value) redact_all(inner, redact);
  }
}

// What a route of this table answers, as JSON.
json answer_of(Handler handler, const Context& context, const Call& call) {
  const auto reply = handler(context, call);
  return reply ? json::parse(reply->body, nullptr, false) : json();
}

http::Fields as_file(const char* name) {
  return {{"Content-Disposition", fmt::format("attachment; filename=\"{}\"", name)}};
}

}  // namespace

std::optional<Reply> show_checks(const Context& context, const Call&) {
  return json_reply(200, checks_json(context));
}

std::optional<Reply> refresh_checks(const Context& context, const Call& call) {
  const bool known = context.deps.hooks.diagnostics->refresh(
      call.body->value("id", std::string()),
      [&context, later = call.later] { later(json_reply(200, checks_json(context))); });
  if (!known) return error_reply(404, "not_found", "There is no such check.");
  return std::nullopt;
}

std::optional<Reply> download_log(const Context& context, const Call&) {
  auto redact = redactor(context);
  std::string text;
  for (const auto& entry : log::recent(0, kAllLines)) text += redact(line_of(entry)) + '\n';
  return Reply{.status = 200,
               .body = std::move(text),
               .content_type = "text/plain; charset=utf-8",
               .headers = as_file("punktfunk-log.txt")};
}

std::optional<Reply> support_bundle(const Context& context, const Call& call) {
  auto redact = redactor(context);
  utsname system{};
  ::uname(&system);
  json lines = json::array();
  for (const auto& entry : log::recent(0, kAllLines)) lines.push_back(line_of(entry));
  json bundle = {{"v", 1},
                 {"made_unix", unix_now()},
                 {"status", answer_of(status, context, call)},
                 {"encoders", answer_of(show_encoders, context, call)},
                 {"diagnostics", checks_json(context)},
                 {"sessions", answer_of(list_sessions, context, call)},
                 {"settings", settings_json(context.deps.settings)["settings"]},
                 {"kernel", fmt::format("{} {}", system.release, system.machine)},
                 {"os", context.deps.status().os},
                 {"log", std::move(lines)}};
  redact_all(bundle, redact);
  auto reply = json_reply(200, bundle);
  reply.headers = as_file("punktfunk-support.json");
  return reply;
}

std::optional<Reply> metrics(const Context& context, const Call&) {
  return Reply{.status = 200,
               .body = prometheus_text(context),
               .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

std::optional<Reply> alive(const Context&, const Call&) {
  return json_reply(200, {{"status", "ok"}});
}

std::optional<Reply> ready(const Context& context, const Call&) {
  const auto parts = context.deps.status();
  if (parts.probed_unix == 0)
    return error_reply(503, "starting", "The host is still finding out what this machine can do.");
  if (parts.encoder.empty())
    return error_reply(503, "no_encoder", "No video encoder works on this machine.");
  if (!parts.gamestream && !parts.native)
    return error_reply(503, "nothing_served", "Neither Moonlight nor native clients are served.");
  return json_reply(200, {{"status", "ready"}});
}

}  // namespace handlers
}  // namespace pf::webui
