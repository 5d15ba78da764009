// The application of a session: its commands before, its start, its end.
#include <fmt/format.h>
#include <unistd.h>

#include "apps/launcher.hpp"
#include "apps/process_tree.hpp"
#include "session/manager_impl.hpp"

namespace pf::session {
namespace {

using namespace std::chrono_literals;

// A launcher that ends well within this time has given the application to a process that runs
// already, where it cannot be watched.
constexpr auto kHandOver = 10s;
constexpr auto kTreeWatch = 2s;  // while only descendants of what was started run

// What commands and applications are told about who they run for (src/apps/README.md).
std::map<std::string, std::string> client_environment(const Session& s) {
  const auto& launch = s.launch;
  const auto grants = launch.lease->grants().load();
  return {{apps::kSessionVariable, mark_of(s.stage->id)},
          {"PUNKTFUNK_CLIENT_NAME", launch.lease->device_name()},
          {"PUNKTFUNK_CLIENT_ADDRESS", launch.client_address},
          {"PUNKTFUNK_CLIENT_PLANE", trust::name(launch.plane)},
          {"PUNKTFUNK_CLIENT_RIGHTS", trust::grant::preset_name(grants)},
          {"PUNKTFUNK_CLIENT_GRANTS", std::to_string(grants)},
          {"PUNKTFUNK_MODE", media::to_string(launch.mode)},
          {"PUNKTFUNK_WIDTH", std::to_string(launch.mode.width)},
          {"PUNKTFUNK_HEIGHT", std::to_string(launch.mode.height)},
          {"PUNKTFUNK_FPS", fmt::format("{:g}", launch.mode.rate.value())},
          {"PUNKTFUNK_APP_ID", std::to_string(launch.app.id)},
          {"PUNKTFUNK_APP_TITLE", launch.app.title}};
}

}  // namespace

std::string mark_of(SessionId stage) {
  return std::to_string(::getpid()) + '-' + std::to_string(stage);
}

// The application needs to know both where to show its picture and where to play its sound.
void ManagerImpl::start_app(const StagePtr& stage) {
  const auto* const owner = get(stage->owner);
  if (stage->app_started || !stage->display || !stage->sound_done || owner == nullptr) return;
  stage->app_started = true;
  auto app = stage->app;
  const bool demo = app.command.empty();
  if (demo && stage->target.kind == media::DisplayKind::Wlroots) app.command = settings()->demo;
  auto environment = stage->target.environment;
  if (stage->sound)
    for (const auto& [key, value] : stage->sound->environment())
      environment.insert_or_assign(key, value);
  environment.merge(client_environment(*owner));
  if (!demo) tell_game(*stage, Stage::Game::Launching);
  prepare(stage, {std::move(app), std::move(environment), demo}, 0);
}

// One command after the other; how each is taken back is on disk before it runs.
void ManagerImpl::prepare(const StagePtr& stage, AppStart start, std::size_t index) {
  if (index == start.app.prepare.size()) return launch_app(stage, start);
  const auto& step = start.app.prepare[index];
  const auto run_of = [&](const std::vector<std::string>& command) {
    return apps::StepRun{command, start.environment, start.app.working_directory};
  };
  if (!step.undo.empty()) {
    apps::UndoJournal::Left undo{0, run_of(step.undo)};
    if (auto* const journal = settings()->journal) {
      const auto id = journal->remember(undo.undo);
      if (!id) return preparation_failed(*stage, id.error());
      undo.id = *id;
    }
    stage->undos.push_back(std::move(undo));
  }
  stage->preparing = true;
  work([this, stage, run = run_of(step.run), start = std::move(start), index] {
    auto done = attempt([&] { return apps::run_step(run); });
    back([this, stage, start, index, done] {
      stage->preparing = false;
      if (stage->over) return settle_stage(*stage);
      if (!*done) return preparation_failed(*stage, done->error());
      prepare(stage, start, index + 1);
    });
  });
}

void ManagerImpl::preparation_failed(Stage& stage, const Error& error) {
  tell_game_exited(stage, GameEnd::Failed);
  stage.notes.push_back(error.message());
  log::error("session", "a command before the application failed", "session", stage.owner, "what",
             error.message());
  end_all(stage, EndReason::AppExited);
}

void ManagerImpl::launch_app(const StagePtr& stage, const AppStart& start) {
  if (start.app.command.empty()) return;  // the Desktop as it is
  stage->app_since = executor_.now();
  stage->preparing = true;
  work([this, stage, app = start.app, environment = start.environment, demo = start.demo] {
    auto started = attempt([&] { return apps::launch(app, environment); });
    back([this, stage, started, demo] {
      stage->preparing = false;
      if (*started) {
        stage->process = std::move(started->value());
        if (!demo) tell_game(*stage, Stage::Game::Running);
      } else {
        tell_game_exited(*stage, GameEnd::Failed);
        stage->notes.push_back(started->error().message());
        log::error("session", "the application did not start", "session", stage->owner, "what",
                   started->error().message());
      }
      if (stage->over) return settle_stage(*stage);
      if (demo) return;
      if (!*started) return end_all(*stage, EndReason::AppExited);
      stage->app_watch =
          executor_.when_readable(stage->process.exit_fd(), [this, stage] { app_exited(stage); });
    });
  });
}

// The process that was started has ended; what it started in turn may go on.
void ManagerImpl::app_exited(const StagePtr& stage) {
  if (stage->over) return;
  const auto keep = stage;  // the watch refers to it
  keep->app_watch.reset();
  if (keep->process.exit_status() == 0 && executor_.now() - keep->app_since < kHandOver &&
      apps::hands_over(keep->app)) {
    log::info("session", "the launcher handed the application over", "session", keep->owner);
    keep->game = Stage::Game::LetGo;
    return;
  }
  work([this, keep] {
    const bool runs = apps::session_runs(mark_of(keep->id));
    back([this, keep, runs] {
      if (keep->over) return;
      if (!runs) return app_ended(*keep);
      keep->app_watch = executor_.after(kTreeWatch, [this, keep] { app_exited(keep); });
    });
  });
}

void ManagerImpl::app_ended(Stage& stage) {
  log::info("session", "the application ended", "session", stage.owner, "status",
            stage.process.exit_status().value_or(-1));
  tell_game_exited(stage, GameEnd::Ended, stage.process.exit_status());
  end_all(stage, EndReason::AppExited);
}

}  // namespace pf::session
