// The thread that drives one session's gamepads in the kernel: events come to it through a queue,
// and the devices' descriptors wake it.
#pragma once

#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/thread.hpp"
#include "input/event_queue.hpp"
#include "input/injector.hpp"

namespace pf::input {

inline constexpr std::size_t kPads = 16;  // of one session (gamestream.md 6)

// `Pads` makes and drives the devices. The thread alone calls it, apart from its construction:
//   static constexpr const char* kName, *kThread;  // of the injector; at most 15 characters
//   bool perform(const E&) for each kind of event  // false: these devices cannot, or not fully
//   void rest();                   // events were lost: nothing may stay held
//   int fd(std::size_t pad) const; // readable when the device wants serve(); -1 = none
//   int timeout_ms() const;        // when to call serve() at the latest; -1 = never
//   void serve(std::size_t pad, bool readable);
template <class Pads>
class PadThread final : public Injector {
 public:
  // Unavailable when the process has no descriptor left.
  template <class... Arguments>
  static Result<std::unique_ptr<Injector>> start(Arguments&&... arguments) {
    std::unique_ptr<PadThread> made(new PadThread(std::forward<Arguments>(arguments)...));
    if (!made->queue_.ok())
      return fail(Errc::Unavailable, fmt::format("{} has no descriptor to wait on", Pads::kName));
    made->thread_ = std::jthread([self = made.get()] { self->run(); });
    return made;
  }

  ~PadThread() override {
    stop_.store(true, std::memory_order_release);
    queue_.wake();
    if (thread_.joinable()) thread_.join();
    if (ignored_.value() != 0)
      log::debug("input", "virtual gamepads cannot perform some events", "ignored",
                 ignored_.value());
  }

  const char* name() const override { return Pads::kName; }
  void inject(const Event& event) noexcept override { queue_.push(event); }

 private:
  template <class... Arguments>
  explicit PadThread(Arguments&&... arguments) : pads_(std::forward<Arguments>(arguments)...) {}

  void run() noexcept {
    name_this_thread(Pads::kThread);
    while (!stop_.load(std::memory_order_acquire)) {
      std::array<pollfd, kPads + 1> fds{};
      fds[kPads] = {queue_.fd(), POLLIN, 0};
      for (std::size_t i = 0; i < kPads; ++i) fds[i] = {pads_.fd(i), POLLIN, 0};
      ::poll(fds.data(), fds.size(), pads_.timeout_ms());
      queue_.clear_wake();
      drain();
      for (std::size_t i = 0; i < kPads; ++i) pads_.serve(i, (fds[i].revents & POLLIN) != 0);
    }
    drain();
  }

  void drain() {
    while (const auto event = queue_.pop())
      std::visit(
          [this](const auto& e) {
            if (!pads_.perform(e)) ignored_.add();
          },
          *event);
    if (queue_.take_overflow()) pads_.rest();
  }

  EventQueue queue_;
  metrics::Counter ignored_;
  std::atomic<bool> stop_{false};
  Pads pads_;
  std::jthread thread_;
};

}  // namespace pf::input
