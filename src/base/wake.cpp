#include "base/wake.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace pf {
namespace {

long futex(std::atomic<std::uint32_t>* word, int op, std::uint32_t value, const timespec* time) {
  return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(word), op | FUTEX_PRIVATE_FLAG, value,
                 time, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

void Wake::signal() noexcept {
  state_.store(1, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) != 0) futex(&state_, FUTEX_WAKE, 1, nullptr);
}

bool Wake::wait_until(SteadyTime deadline) noexcept {
  if (consume()) return true;
  const auto ns = to_ns(deadline);
  if (ns <= steady_now_ns()) return false;
  const timespec until{static_cast<time_t>(ns / 1'000'000'000),
                       static_cast<long>(ns % 1'000'000'000)};
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  bool signalled = consume();
  while (!signalled && steady_now() < deadline) {
    futex(&state_, FUTEX_WAIT_BITSET, 0, &until);  // an absolute CLOCK_MONOTONIC time
    signalled = consume();
  }
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  return signalled;
}

void Wake::wait() noexcept {
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  while (!consume()) futex(&state_, FUTEX_WAIT_BITSET, 0, nullptr);
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace pf
