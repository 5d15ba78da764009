#include "apps/launcher.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/log.hpp"

namespace pf::apps {

bool hands_over(const App& app) {
  if (app.command.empty()) return false;
  const auto name = std::filesystem::path(app.command.front()).filename().string();
  static constexpr std::array kLaunchers{"steam", "lutris", "heroic", "flatpak", "xdg-open", "gio"};
  return std::find(kLaunchers.begin(), kLaunchers.end(), name) != kLaunchers.end();
}

Result<Process> launch(const App& app, const std::map<std::string, std::string>& environment) {
  if (app.command.empty()) return fail(Errc::BadEntry, app.title + " has no command");
  ProcessOptions options;
  options.argv = app.command;
  options.environment = environment;
  // The host's own desktop must not be reachable by accident from a private display.
  if (!environment.contains("DISPLAY")) options.unset.push_back("DISPLAY");
  if (!environment.contains("WAYLAND_DISPLAY")) options.unset.push_back("WAYLAND_DISPLAY");
  for (const auto& [key, value] : app.environment) options.environment[key] = value;
  options.cwd = app.working_directory;
  if (options.cwd.empty())
    if (const char* home = std::getenv("HOME"); home != nullptr && ::access(home, X_OK) == 0)
      options.cwd = home;
  if (::geteuid() == 0) {
    options.run_as = unprivileged_account();
    options.cwd = app.working_directory.empty() ? "/" : app.working_directory;
  }
  auto process = Process::spawn(options);
  if (!process) return fail(Errc::StartFailed, app.title + ": " + process.error().message());
  log::info("apps", "started", "title", app.title, "pid", process->pid());
  return process;
}

}  // namespace pf::apps
