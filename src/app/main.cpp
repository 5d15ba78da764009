// punktfunk-host: the command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <map>

#include "app/backup.hpp"
#include "app/bench.hpp"
#include "app/ctl.hpp"
#include "app/help.hpp"
#include "app/native_host.hpp"
#include "app/password_command.hpp"
#include "app/serve.hpp"
#include "app/tools.hpp"
#include "app/version.hpp"
#include "config/table.hpp"

namespace {

constexpr int kUsage = 2;

constexpr const char* kExamples = R"(Examples:
  punktfunk-host serve                      stream this machine's desktop and games
  punktfunk-host serve --display x11        stream the X11 desktop that runs already
  punktfunk-host ctl pair pin 1234          type the PIN that Moonlight shows
  punktfunk-host ctl pair arm               show a PIN for a native client
  punktfunk-host ctl devices list           who is paired
  punktfunk-host ctl status                 what the host is doing
)";

// One flag for each row of the settings table.
void add_setting_flags(CLI::App& command, pf::config::Values& flags) {
  for (const auto& setting : pf::config::table()) {
    const std::string id = setting.id;
    const auto flag = pf::config::flag_name(setting);
    const auto also = setting.alias == nullptr ? std::string() : std::string(",") + setting.alias;
    const auto help = std::string(setting.help) + " [" + pf::config::allowed(setting) +
                      "; default " +
                      (*setting.default_value == '\0' ? "empty" : setting.default_value) + "]";
    CLI::Option* option = nullptr;
    if (setting.kind == pf::config::Kind::Bool)
      option = command.add_flag_function(
          flag + also + ",!--no-" + flag.substr(2),
          [&flags, id](std::int64_t count) { flags[id] = count > 0 ? "true" : "false"; }, help);
    else
      option =
          command
              .add_option_function<std::string>(
                  flag + also, [&flags, id](const std::string& text) { flags[id] = text; }, help)
              ->type_name("");
    option->group(setting.group);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{std::string("Streams this machine to Moonlight and native punktfunk clients.\n\n") +
               kExamples};
  app.set_version_flag("--version", std::string("punktfunk-host ") + pf::app::kVersion);
  app.require_subcommand(1);
  pf::app::shape_help(app);

  pf::app::ServeOptions serve_options;
  auto* serve = app.add_subcommand("serve", "Run the host until it is stopped");
  serve->footer("Every option can also be set by its environment variable, PUNKTFUNK_<NAME>.");
  serve->add_option("--user", serve_options.account,
                    "The account to run as when started by root (default punktfunk, else nobody)");
  add_setting_flags(*serve, serve_options.flags);
  pf::app::ServeOptions native_options;
  const auto* native_host = pf::app::add_native_host_command(app, native_options);
  int exit_code = 0;
  pf::app::add_ctl_command(app, exit_code);
  pf::app::add_backup_commands(app, exit_code);
  pf::app::add_doctor_command(app, exit_code);
  pf::app::add_bench_command(app, exit_code);
  pf::app::add_password_command(app, exit_code);
  pf::app::add_tool_commands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForAllHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e, std::cerr, std::cerr);
    return kUsage;
  }
  serve_options.command_line.assign(argv, argv + argc);
  native_options.command_line = serve_options.command_line;
  if (serve->parsed()) return pf::app::serve(serve_options);
  if (native_host->parsed()) return pf::app::serve(native_options);
  return exit_code;
}
