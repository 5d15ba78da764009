// From inject(), which must not block, to an injector's own thread: a bounded ring and an eventfd
// that the thread can poll beside its other descriptors.
#pragma once

#include <sys/eventfd.h>

#include <atomic>
#include <optional>

#include "base/spsc_ring.hpp"
#include "base/unique_fd.hpp"
#include "input/event.hpp"

namespace pf::input {

class EventQueue {
 public:
  EventQueue() : ring_(1024), fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  bool ok() const { return static_cast<bool>(fd_); }

  // One thread at a time. When the ring is full (the other side hangs) the event is lost, and
  // take_overflow() tells the consumer, which must then let go of all that it holds.
  void push(const Event& event) noexcept {
    if (!ring_.push(Event(event))) overflow_.store(true, std::memory_order_release);
    wake();
  }
  // Any thread: makes fd() readable.
  void wake() noexcept { eventfd_write(fd_.get(), 1); }

  // The consumer.
  int fd() const { return fd_.get(); }
  void clear_wake() noexcept {
    eventfd_t count = 0;
    eventfd_read(fd_.get(), &count);
  }
  std::optional<Event> pop() { return ring_.pop(); }
  bool take_overflow() noexcept { return overflow_.exchange(false, std::memory_order_acquire); }

 private:
  SpscRing<Event> ring_;
  std::atomic<bool> overflow_{false};
  UniqueFd fd_;
};

}  // namespace pf::input
