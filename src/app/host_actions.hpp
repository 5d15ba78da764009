// Sleep, restart and power-off as the API offers them: of the machine through MachinePower, of the
// host by starting its program again. Control thread; the machine is asked on a worker.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "app/machine_power.hpp"
#include "base/event_loop.hpp"
#include "session/manager.hpp"
#include "webui/actions.hpp"

namespace pf::app {

class HostActions final : public webui::Actions {
 public:
  struct Needs {
    Executor& executor;
    session::Manager& manager;
    std::shared_ptr<MachinePower> power;
    // What starts again; empty = this process cannot be started again.
    std::filesystem::path program;
    // Has the process end and its program begin again. Called once.
    std::function<void()> restart;
  };
  explicit HostActions(Needs needs);

  void list(std::function<void(std::vector<webui::Action>)> done) override;
  void start(const std::string& id, bool when_idle,
             std::function<void(webui::ActionOutcome)> done) override;
  bool withdraw_restart() override;

 private:
  std::string restart_obstacle() const;
  webui::ActionOutcome restart(bool when_idle);
  void begin_restart();
  void perform(PowerAct act, std::function<void(webui::ActionOutcome)> done);

  Needs needs_;
  std::int64_t waiting_since_ = 0;
  std::unique_ptr<Executor::Timer> beginning_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace pf::app
