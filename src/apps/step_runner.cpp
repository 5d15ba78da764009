#include "apps/step_runner.hpp"

#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "apps/catalogue.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "store/apps.hpp"

namespace pf::apps {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto kExitGrace = 1s;

std::string to_json(const StepRun& step) {
  return json({{"command", step.command},
               {"environment", step.environment},
               {"folder", step.folder}})
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<StepRun> from_json(const std::string& text) {
  const auto value = json::parse(text, nullptr, false);
  if (!value.is_object() || !value.contains("command") || !value["command"].is_array())
    return std::nullopt;
  StepRun step;
  for (const auto& part : value["command"])
    if (part.is_string()) step.command.push_back(part.get<std::string>());
  if (step.command.empty()) return std::nullopt;
  if (const auto found = value.find("environment"); found != value.end() && found->is_object())
    for (const auto& [key, one] : found->items())
      if (one.is_string()) step.environment[key] = one.get<std::string>();
  if (const auto found = value.find("folder"); found != value.end() && found->is_string())
    step.folder = found->get<std::string>();
  return step;
}

}  // namespace

Result<> run_step(const StepRun& step, std::chrono::milliseconds limit) {
  ProcessOptions options;
  options.argv = step.command;
  options.environment = step.environment;
  options.cwd = step.folder;
  if (options.cwd.empty())
    if (const char* home = std::getenv("HOME"); home != nullptr && ::access(home, X_OK) == 0)
      options.cwd = home;
  if (::geteuid() == 0) {
    options.run_as = unprivileged_account();
    if (step.folder.empty()) options.cwd = "/";
  }
  const auto& program = step.command.front();
  auto process = Process::spawn(options);
  if (!process) return fail(Errc::StartFailed, program + ": " + process.error().message());
  if (!process->wait(limit)) {
    process->terminate(kExitGrace);
    return fail(Errc::StartFailed, program + " took longer than " +
                                       std::to_string(limit.count() / 1000) + " s and was ended");
  }
  const auto status = process->exit_status().value_or(-1);
  // What it left running in its process group ends with `process`, like the group of an
  // application.
  if (status != 0)
    return fail(Errc::StartFailed, program + " ended with " + std::to_string(status));
  return {};
}

Result<std::int64_t> UndoJournal::remember(const StepRun& undo) {
  auto id = store::add_undo(database_, to_json(undo));
  if (!id) return fail(Errc::StoreFailed, id.error().message());
  return id;
}

void UndoJournal::forget(std::int64_t id) {
  if (auto done = store::forget_undo(database_, id); !done)
    log::warn("apps", "a command after an application may run once more", "what",
              done.error().message());
}

Result<std::vector<UndoJournal::Left>> UndoJournal::left() {
  auto rows = store::load_undos(database_);
  if (!rows) return pass(rows);
  std::vector<Left> found;
  for (const auto& row : *rows) {
    if (auto step = from_json(row.step_json))
      found.push_back({row.id, std::move(*step)});
    else
      forget(row.id);
  }
  return found;
}

}  // namespace pf::apps
