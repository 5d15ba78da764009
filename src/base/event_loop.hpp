// Executor: where control code runs. One control thread runs every component of the control plane
// (HTTP, RTSP, timers, trust, session manager), so control objects need no locks; slow work goes to
// the worker pool and comes back by post(). See README.md for why this replaced two threads with
// strands.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "base/clock.hpp"

namespace boost::asio {
class io_context;
}

namespace pf {

class Executor {
 public:
  using Task = std::function<void()>;
  // Destroying it cancels the timer; the task then never runs. Control thread only.
  class Timer {
   public:
    virtual ~Timer() = default;
  };

  virtual ~Executor() = default;
  // Any thread. Tasks run in order on the control thread.
  virtual void post(Task task) = 0;
  // Any thread. Runs on one of the worker threads; for bounded slow calls.
  virtual void work(Task task) = 0;
  // Control thread. The handle must be kept: it is the timer.
  [[nodiscard]] virtual std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                                                     Task task) = 0;
  virtual SteadyTime now() const = 0;
  // Control thread. Runs `task` once when `fd` becomes readable (a pidfd: when the process ended).
  // The descriptor is duplicated. Null where an executor has no descriptors (tests in virtual
  // time).
  [[nodiscard]] virtual std::unique_ptr<Timer> when_readable(int fd, Task task);
};

// The real thing: one control thread and two workers over Boost.Asio.
class EventLoop final : public Executor {
 public:
  EventLoop();
  ~EventLoop() override;

  void post(Task task) override;
  void work(Task task) override;
  std::unique_ptr<Timer> after(std::chrono::milliseconds delay, Task task) override;
  SteadyTime now() const override { return steady_now(); }
  std::unique_ptr<Timer> when_readable(int fd, Task task) override;

  // Posts `task` and waits for it. Never from the control thread.
  void run_sync(Task task);
  bool on_control_thread() const;
  // For the rooms that own sockets (net, gamestream, webui).
  boost::asio::io_context& io();

  // Finishes queued work, then stops both pools. Idempotent. Not from the control thread.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf
