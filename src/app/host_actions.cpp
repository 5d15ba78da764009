#include "app/host_actions.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace pf::app {
namespace {

using webui::Action;
using webui::ActionOutcome;

// Until the answer has left and the console has seen that it begins.
constexpr std::chrono::milliseconds kFarewell{300};

constexpr std::pair<const char*, PowerAct> kPowerActs[] = {{webui::kSleep, PowerAct::Sleep},
                                                           {webui::kReboot, PowerAct::Reboot},
                                                           {webui::kShutDown, PowerAct::ShutDown}};

}  // namespace

HostActions::HostActions(Needs needs) : needs_(std::move(needs)) {
  needs_.manager.on_ended([this, alive = std::weak_ptr(alive_)](const session::EndedSession&) {
    // The session that is being told of is still in the list.
    needs_.executor.post([this, alive] {
      if (alive.lock() && waiting_since_ != 0 && needs_.manager.list().empty()) begin_restart();
    });
  });
}

void HostActions::list(std::function<void(std::vector<Action>)> done) {
  needs_.executor.work([this, alive = std::weak_ptr(alive_), &executor = needs_.executor,
                        power = needs_.power, done = std::move(done)] {
    std::vector<Action> actions;
    for (const auto& [id, act] : kPowerActs) actions.push_back({id, power->obstacle(act)});
    executor.post([this, alive, actions = std::move(actions), done]() mutable {
      if (!alive.lock()) return;
      actions.push_back({webui::kRestartHost, restart_obstacle(), waiting_since_});
      done(std::move(actions));
    });
  });
}

void HostActions::start(const std::string& id, bool when_idle,
                        std::function<void(ActionOutcome)> done) {
  for (const auto& [name, act] : kPowerActs)
    if (id == name) return perform(act, std::move(done));
  needs_.executor.post([this, alive = std::weak_ptr(alive_), when_idle, done = std::move(done)] {
    if (alive.lock()) done(restart(when_idle));
  });
}

void HostActions::perform(PowerAct act, std::function<void(ActionOutcome)> done) {
  const auto back = [alive = std::weak_ptr(alive_), &executor = needs_.executor](auto task) {
    executor.post([alive, task = std::move(task)] {
      if (alive.lock()) task();
    });
  };
  needs_.executor.work([this, back, act, power = needs_.power, done = std::move(done)] {
    auto obstacle = power->obstacle(act);
    if (!obstacle.empty()) {
      back([done, obstacle] { done({ActionOutcome::Kind::Impossible, obstacle}); });
      return;
    }
    back([this, back, act, power, done] {
      // Clients are told why; a restart or power-off takes the host down in order by itself.
      if (act == PowerAct::Sleep) needs_.manager.send_away(session::EndReason::HostStopping);
      needs_.executor.work([back, act, power, done] {
        auto performed = power->perform(act);
        back([done, performed] {
          if (performed) return done({ActionOutcome::Kind::Begins});
          done({ActionOutcome::Kind::Failed,
                fmt::format("The machine did not do it: {}. The host goes on.",
                            performed.error().context)});
        });
      });
    });
  });
}

std::string HostActions::restart_obstacle() const {
  if (needs_.program.empty()) return "This host was started in a way that cannot be repeated.";
  if (::access(needs_.program.c_str(), X_OK) == 0) return {};
  return fmt::format("The host's program {} is gone or may not be run. Install it again.",
                     needs_.program.string());
}

ActionOutcome HostActions::restart(bool when_idle) {
  if (auto obstacle = restart_obstacle(); !obstacle.empty())
    return {ActionOutcome::Kind::Impossible, std::move(obstacle)};
  if (!when_idle || needs_.manager.list().empty()) {
    begin_restart();
    return {ActionOutcome::Kind::Begins};
  }
  if (waiting_since_ == 0) waiting_since_ = unix_now();
  return {ActionOutcome::Kind::Waits};
}

void HostActions::begin_restart() {
  waiting_since_ = 0;
  if (beginning_) return;
  log::info("app", "the host starts again");
  beginning_ = needs_.executor.after(kFarewell, [this] { needs_.restart(); });
}

bool HostActions::withdraw_restart() {
  return std::exchange(waiting_since_, 0) != 0;
}

}  // namespace pf::app
