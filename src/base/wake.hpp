// Wake: lets one thread sleep until another signals it or a deadline passes. A futex, so signalling
// allocates nothing, takes no lock, and costs one system call only when somebody sleeps.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.hpp"

namespace pf {

class Wake {
 public:
  // Any thread, also from a C callback.
  void signal() noexcept;
  // One waiting thread. Returns at once when a signal arrived since the last wait; otherwise sleeps
  // until a signal or the deadline. True when signalled.
  bool wait_until(SteadyTime deadline) noexcept;
  void wait() noexcept;

 private:
  bool consume() noexcept { return state_.exchange(0, std::memory_order_acquire) == 1; }
  std::atomic<std::uint32_t> state_{0};  // 1 = signalled
  std::atomic<std::uint32_t> sleepers_{0};
};

}  // namespace pf
