// An Executor in virtual time on the calling thread: tasks and timers run when the test says so.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "base/event_loop.hpp"

namespace pf::test {

class VirtualExecutor final : public Executor {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void work(Task task) override { tasks_.push_back(std::move(task)); }
  SteadyTime now() const override { return now_; }
  std::unique_ptr<Timer> after(std::chrono::milliseconds delay, Task task) override {
    auto state = std::make_shared<State>(State{now_ + delay, std::move(task), false});
    timers_.push_back(state);
    return std::make_unique<Handle>(std::move(state));
  }

  // Everything that is ready now, and what that makes ready.
  void run() {
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  void advance(std::chrono::milliseconds by) {
    const auto until = now_ + by;
    run();
    for (;;) {
      std::erase_if(timers_, [](const auto& t) { return t->done; });
      const auto next =
          std::min_element(timers_.begin(), timers_.end(),
                           [](const auto& a, const auto& b) { return a->at < b->at; });
      if (next == timers_.end() || (*next)->at > until) break;
      const auto state = *next;
      now_ = std::max(now_, state->at);
      state->done = true;
      state->task();
      run();
    }
    now_ = until;
  }
  std::size_t timers() const {
    return static_cast<std::size_t>(
        std::count_if(timers_.begin(), timers_.end(), [](const auto& t) { return !t->done; }));
  }

 private:
  struct State {
    SteadyTime at;
    Task task;
    bool done;
  };
  struct Handle final : Timer {
    explicit Handle(std::shared_ptr<State> s) : state(std::move(s)) {}
    ~Handle() override { state->done = true; }
    std::shared_ptr<State> state;
  };
  SteadyTime now_{std::chrono::hours(1)};
  std::deque<Task> tasks_;
  std::vector<std::shared_ptr<State>> timers_;
};

}  // namespace pf::test
