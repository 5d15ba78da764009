// Lines of the log as events of the kind "log", read only while somebody asked for them. Control
// thread.
#pragma once

#include <chrono>
#include <memory>

#include "base/event_loop.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

class LogEvents {
 public:
  static constexpr std::chrono::milliseconds kEvery{500};
  static constexpr std::size_t kAtOnce = 200;

  // Both must outlive the object.
  LogEvents(Executor& executor, EventBus& bus);
  ~LogEvents();

 private:
  void wanted(bool yes);
  void look();

  Executor& executor_;
  EventBus& bus_;
  std::uint64_t after_ = 0;
  std::unique_ptr<Executor::Timer> timer_;
};

}  // namespace pf::webui
