#include "app/doctor.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/backend_status.hpp"
#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"
#include "app/diagnostics.hpp"
#include "app/encoder_rows.hpp"
#include "app/privileges.hpp"
#include "app/session_config.hpp"
#include "app/stored_settings.hpp"
#include "config/paths.hpp"
#include "store/operator.hpp"

namespace pf::app {
namespace {

using nlohmann::json;

// Trying out encoders and devices takes a while.
constexpr auto kPatience = std::chrono::seconds(60);

json to_json(const std::vector<webui::Check>& checks) {
  json list = json::array();
  for (const auto& check : checks) {
    json one = {{"id", check.id},
                {"title", check.title},
                {"status", webui::name(check.status)},
                {"meaning", check.meaning},
                {"since_unix", check.since_unix}};
    if (!check.fix.empty()) one["fix"] = check.fix;
    if (!check.command.empty()) one["command"] = check.command;
    list.push_back(std::move(one));
  }
  return {{"checks", std::move(list)}, {"ran_unix", unix_now()}};
}

// What a host would find that was started here, with the settings that are stored for it.
Result<json> look_here() {
  const auto environment = environment_of_host(config::process_environment());
  const auto paths = config::paths(environment);
  if (!paths) return Failure(paths.error());
  // A database that cannot be read is a finding of its own.
  const auto found = settings_at_rest(*paths, environment, true);
  if (!found) return Failure(found.error());
  const auto& settings = found->settings;
  auto input = check_input(*settings, paths->state);
  if (found->database)
    if (const auto password = store::load_password(*found->database))
      input.claimed = password->has_value();
  auto report =
      probe_all_back_ends(manager_config(*paths, *settings), settings->get(config::kCostlyFormats));
  input.probed = true;
  input.status.backends = std::move(report.backends);
  input.status.encoders =
      std::make_shared<const std::vector<webui::EncoderReport>>(encoder_rows(report.encoders));
  input.status.encoder = report.encoder;
  input.status.hardware_encoder = report.hardware_encoder;
  return to_json(run_checks(input));
}

std::string mark(const std::string& status, bool colour) {
  const auto painted = [&](const char* code, const char* text) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  };
  if (status == "ok") return painted("32", "ok     ");
  if (status == "warning") return painted("33", "warning");
  if (status == "failed") return painted("31", "FAILED ");
  return painted("2", "skipped");
}

int show(const ctl::Context& context, const json& found, const std::string& talk) {
  std::string text;
  unsigned failed = 0, warnings = 0;
  for (const auto& check : found.value("checks", json::array())) {
    const auto status = check.value("status", std::string());
    failed += status == "failed" ? 1 : 0;
    warnings += status == "warning" ? 1 : 0;
    text += fmt::format("{}  {}: {}\n", mark(status, context.io.colour),
                        safe(check.value("title", std::string())),
                        safe(check.value("meaning", std::string())));
    if (check.contains("fix"))
      text += fmt::format("         {}\n", safe(check["fix"].get<std::string>()));
    if (check.contains("command"))
      text += fmt::format("         $ {}\n", safe(check["command"].get<std::string>()));
  }
  const int reported = ctl::report(
      context, found, text, fmt::format("{}{} failed, {} to look at.", talk, failed, warnings));
  return reported != kExitOk ? reported : failed != 0 ? kExitCheckFailed : kExitOk;
}

}  // namespace

int doctor(const ctl::Context& context) {
  // A host that is not there is no error here.
  std::optional<json> asked;
  std::optional<CtlError> refused;
  auto folder = context.io.folder;
  if (folder.empty())
    if (const auto paths = config::paths(environment_of_host(config::process_environment())))
      folder = paths->config;
  if (const auto client = CtlClient::open(folder)) {
    const json everything = json::object();
    auto found = client->call("POST", "/diagnostics/refresh", &everything, kPatience);
    if (found)
      asked = std::move(*found);
    else if (found.error().exit_code != kExitNotReachable)
      refused = found.error();
  }
  if (refused) return ctl::report_error(context, *refused);
  if (asked) return show(context, *asked, {});
  auto found = look_here();
  if (!found) return ctl::report_error(context, {kExitFailed, "failed", found.error().message()});
  return show(context, *found, "No host runs; this is what one would find. ");
}

}  // namespace pf::app
