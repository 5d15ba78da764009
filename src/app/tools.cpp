#include "app/tools.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/ctl_output.hpp"
#include "app/ctl_report.hpp"
#include "app/privileges.hpp"
#include "app/stored_settings.hpp"
#include "app/version.hpp"
#include "config/paths.hpp"
#include "webui/routes.hpp"

namespace pf::app {
namespace {

using nlohmann::json;

// As a host that is started now would see them.
int show_config(const ctl::Context& context, bool origin) {
  const auto environment = environment_of_host(config::process_environment());
  const auto paths = config::paths(environment);
  if (!paths)
    return ctl::report_error(context, {kExitFailed, "no_folder", paths.error().message()});
  const auto found = settings_at_rest(*paths, environment);
  if (!found)
    return ctl::report_error(context, {kExitFailed, "no_settings", found.error().message()});
  const auto& settings = found->settings;
  json list = json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& setting : config::table()) {
    const auto& now = settings->current(setting.id);
    json one = {{"id", setting.id}, {"value", now.value}, {"source", config::name(now.origin)}};
    if (!now.pinned_by.empty()) one["origin"] = now.pinned_by;
    list.push_back(std::move(one));
    std::vector<std::string> row{setting.id, now.value.empty() ? "\"\"" : now.value};
    if (origin)
      row.push_back(config::name(now.origin) +
                    (now.pinned_by.empty() ? std::string() : " (" + now.pinned_by + ")"));
    rows.push_back(std::move(row));
  }
  std::vector<std::string> heads{"SETTING", "VALUE"};
  if (origin) heads.emplace_back("FROM");
  std::string talk;
  for (const auto& problem : settings->problems()) talk += problem + ' ';
  return ctl::report(context,
                     {{"settings", std::move(list)},
                      {"config", paths->config.string()},
                      {"state", paths->state.string()}},
                     table(heads, rows, context.io.colour), talk);
}

}  // namespace

void add_tool_commands(CLI::App& app, int& exit_code) {
  struct Options {
    ctl::Context context{process_io(), false};
    bool origin = false;
    std::string shell;
  };
  const auto options = std::make_shared<Options>();

  auto* config =
      app.add_subcommand("config",
                         "The settings as a host that starts now would see them\n\n"
                         "Examples:\n"
                         "  punktfunk-host config show --origin   what is set, and by what");
  config->require_subcommand(1);
  auto* show = config->add_subcommand("show", "Every setting in force");
  show->add_flag("--origin", options->origin, "And where it comes from");
  show->add_flag("--json", options->context.json, "One JSON object on standard output");
  show->final_callback(
      [options, &exit_code] { exit_code = show_config(options->context, options->origin); });

  auto* openapi = app.add_subcommand("openapi",
                                     "The OpenAPI document of the management API\n\n"
                                     "Examples:\n"
                                     "  punktfunk-host openapi > punktfunk.json");
  openapi->final_callback([options] {
    options->context.io.out << webui::openapi_document(kVersion).dump(2) << '\n' << std::flush;
  });

  auto* complete = app.add_subcommand("completions",
                                      "A completion script for a shell\n\n"
                                      "Examples:\n"
                                      "  punktfunk-host completions bash > "
                                      "~/.local/share/bash-completion/completions/punktfunk-host");
  complete->add_option("SHELL", options->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  complete->final_callback([options, &app] {
    const auto shell = options->shell == "bash"  ? Shell::Bash
                       : options->shell == "zsh" ? Shell::Zsh
                                                 : Shell::Fish;
    options->context.io.out << completions(app, shell) << std::flush;
  });

  auto* manual =
      app.add_subcommand("man", "The manual page\n\nExamples:\n  punktfunk-host man | man -l -");
  manual->final_callback(
      [options, &app] { options->context.io.out << manual_page(app) << std::flush; });
}

}  // namespace pf::app
