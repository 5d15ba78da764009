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
  return {{apps::kSessionVariable, mark_of(s.id)},
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

std::string mark_of(SessionId id) {
  return std::to_string(::getpid()) + '-' + std::to_string(id);
}

// The application needs to know both where to show its picture and where to play its sound.
void ManagerImpl::start_app(Session& s) {
  if (s.app_started || !s.display || !s.audio_done) return;
  s.app_started = true;
  auto app = s.launch.app;
  const bool demo = app.command.empty();
  if (demo && s.display->target().kind == media::DisplayKind::Wlroots)
    app.command = settings()->demo;
  auto environment = s.display->target().environment;
  if (s.audio)
    for (const auto& [key, value] : s.audio->environment())
      environment.insert_or_assign(key, value);
  environment.merge(client_environment(s));
  prepare(s, {std::move(app), std::move(environment), demo}, 0);
}

// One command after the other; how each is taken back is on disk before it runs.
void ManagerImpl::prepare(Session& s, AppStart start, std::size_t index) {
  if (index == start.app.prepare.size()) return launch_app(s, start);
  const auto& step = start.app.prepare[index];
  const auto run_of = [&](const std::vector<std::string>& command) {
    return apps::StepRun{command, start.environment, start.app.working_directory};
  };
  if (!step.undo.empty()) {
    apps::UndoJournal::Left undo{0, run_of(step.undo)};
    if (auto* const journal = settings()->journal) {
      const auto id = journal->remember(undo.undo);
      if (!id) return preparation_failed(s, id.error());
      undo.id = *id;
    }
    s.undos.push_back(std::move(undo));
  }
  s.preparing = true;
  work([this, id = s.id, run = run_of(step.run), start = std::move(start), index] {
    auto done = carry(apps::run_step(run));
    back([this, id, start, index, done] {
      auto* session = get(id);
      session->preparing = false;
      if (session->state == State::Ending) return settled(*session);
      if (!*done) return preparation_failed(*session, done->error());
      prepare(*session, start, index + 1);
    });
  });
}

void ManagerImpl::preparation_failed(Session& s, const Error& error) {
  s.notes.push_back(error.message());
  log::error("session", "a command before the application failed", "session", s.id, "what",
             error.message());
  end(s.id, EndReason::AppExited, {});
}

void ManagerImpl::launch_app(Session& s, const AppStart& start) {
  if (start.app.command.empty()) return;  // the Desktop as it is
  s.app_since = executor_.now();
  work([this, id = s.id, app = start.app, environment = start.environment, demo = start.demo] {
    auto started = carry(apps::launch(app, environment));
    back([this, id, started, demo] {
      auto* session = get(id);
      if (session == nullptr || session->state == State::Ending) {
        if (*started)
          work([this, id, started] {
            started->value().terminate(settings()->app_exit_grace);
            apps::end_session_processes(mark_of(id), settings()->app_exit_grace);
          });
        return;
      }
      if (!*started) {
        session->notes.push_back(started->error().message());
        log::error("session", "the application did not start", "session", id, "what",
                   started->error().message());
        if (!demo) end(id, EndReason::AppExited, {});
        return;
      }
      session->app = std::move(started->value());
      if (!demo)
        session->app_watch =
            executor_.when_readable(session->app.exit_fd(), [this, id] { app_exited(id); });
    });
  });
}

// The process that was started has ended; what it started in turn may go on.
void ManagerImpl::app_exited(SessionId id) {
  auto* s = get(id);
  if (s == nullptr || s->state == State::Ending) return;
  s->app_watch.reset();
  if (s->app.exit_status() == 0 && executor_.now() - s->app_since < kHandOver &&
      apps::hands_over(s->launch.app)) {
    log::info("session", "the launcher handed the application over", "session", id);
    return;
  }
  work([this, id] {
    const bool runs = apps::session_runs(mark_of(id));
    back([this, id, runs] {
      auto* session = get(id);
      if (session == nullptr || session->state == State::Ending) return;
      if (!runs) return app_ended(id);
      session->app_watch = executor_.after(kTreeWatch, [this, id] { app_exited(id); });
    });
  });
}

void ManagerImpl::app_ended(SessionId id) {
  auto* const s = get(id);
  log::info("session", "the application ended", "session", id, "status",
            s->app.exit_status().value_or(-1));
  end(id, EndReason::AppExited, {});
}

}  // namespace pf::session
