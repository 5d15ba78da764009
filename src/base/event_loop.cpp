#include "base/event_loop.hpp"

#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <future>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/thread.hpp"

namespace pf {
namespace asio = boost::asio;

namespace {

// Exceptions are for failed start-up, out of memory and third-party code; they stop at this edge.
void guarded(const Executor::Task& task) noexcept {
  try {
    task();
  } catch (const std::exception& e) {
    log::error("base", "a control task failed", "what", e.what());
  }
}

class AsioTimer final : public Executor::Timer {
 public:
  AsioTimer(asio::io_context& io, std::chrono::milliseconds delay, Executor::Task task)
      : state_(std::make_shared<State>(io)) {
    state_->timer.expires_after(delay);
    state_->timer.async_wait([state = state_, task = std::move(task)](auto error) {
      if (!error && !state->cancelled) guarded(task);
    });
  }
  ~AsioTimer() override {
    state_->cancelled = true;
    state_->timer.cancel();
  }

 private:
  struct State {
    explicit State(asio::io_context& io) : timer(io) {}
    asio::steady_timer timer;
    bool cancelled = false;  // the timer may have fired already but not run yet
  };
  std::shared_ptr<State> state_;
};

class AsioWatch final : public Executor::Timer {
 public:
  AsioWatch(asio::io_context& io, int fd, Executor::Task task)
      : state_(std::make_shared<State>(io)) {
    boost::system::error_code error;
    state_->descriptor.assign(::dup(fd), error);
    if (error) return;
    state_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                  [state = state_, task = std::move(task)](auto failed) {
                                    if (!failed && !state->cancelled) guarded(task);
                                  });
  }
  ~AsioWatch() override {
    state_->cancelled = true;
    boost::system::error_code ignored;
    state_->descriptor.close(ignored);
  }

 private:
  struct State {
    explicit State(asio::io_context& io) : descriptor(io) {}
    asio::posix::stream_descriptor descriptor;
    bool cancelled = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Executor::Timer> Executor::when_readable(int, Task) {
  return nullptr;
}

struct EventLoop::Impl {
  asio::io_context control{1};
  asio::io_context workers;
  asio::executor_work_guard<asio::io_context::executor_type> control_guard{control.get_executor()};
  asio::executor_work_guard<asio::io_context::executor_type> worker_guard{workers.get_executor()};
  std::vector<std::jthread> threads;
  std::thread::id control_id;
  bool stopped = false;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {
  std::promise<std::thread::id> id;
  auto ready = id.get_future();
  impl_->threads.emplace_back([this, &id] {
    name_this_thread("pf-control");
    id.set_value(std::this_thread::get_id());
    impl_->control.run();
  });
  impl_->control_id = ready.get();
  for (int i = 0; i < 2; ++i)
    impl_->threads.emplace_back([this] {
      name_this_thread("pf-worker");
      impl_->workers.run();
    });
}

EventLoop::~EventLoop() {
  stop();
}

void EventLoop::post(Task task) {
  asio::post(impl_->control, [task = std::move(task)] { guarded(task); });
}
void EventLoop::work(Task task) {
  asio::post(impl_->workers, [task = std::move(task)] { guarded(task); });
}
std::unique_ptr<Executor::Timer> EventLoop::after(std::chrono::milliseconds delay, Task task) {
  return std::make_unique<AsioTimer>(impl_->control, delay, std::move(task));
}

std::unique_ptr<Executor::Timer> EventLoop::when_readable(int fd, Task task) {
  return std::make_unique<AsioWatch>(impl_->control, fd, std::move(task));
}

void EventLoop::run_sync(Task task) {
  PF_ASSERT(!on_control_thread());
  std::promise<void> done;
  auto finished = done.get_future();
  asio::post(impl_->control, [&] {
    guarded(task);
    done.set_value();
  });
  finished.wait();
}

bool EventLoop::on_control_thread() const {
  return std::this_thread::get_id() == impl_->control_id;
}
asio::io_context& EventLoop::io() {
  return impl_->control;
}

void EventLoop::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  impl_->worker_guard.reset();
  for (std::size_t i = 1; i < impl_->threads.size(); ++i) impl_->threads[i].join();
  impl_->control_guard.reset();
  impl_->control.stop();
  impl_->threads.front().join();
}

}  // namespace pf
