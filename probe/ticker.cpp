#include "probe/ticker.hpp"

#include <limits>

namespace pf::probe {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

Ticker::Ticker(std::function<void()> fire)
    : fire_(std::move(fire)), at_ns_(kNever), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  stop_.store(true, std::memory_order_release);
  wake_.signal();
}

void Ticker::arm(SteadyTime when) {
  at_ns_.store(to_ns(when), std::memory_order_release);
  wake_.signal();
}

void Ticker::run() {
  while (!stop_.load(std::memory_order_acquire)) {
    auto at = at_ns_.load(std::memory_order_acquire);
    if (at == kNever) {
      wake_.wait();
      continue;
    }
    if (steady_now_ns() < at) {
      wake_.wait_until(from_ns(at));
      continue;
    }
    // Armed anew in between: the new moment counts.
    if (at_ns_.compare_exchange_strong(at, kNever, std::memory_order_acq_rel)) fire_();
  }
}

}  // namespace pf::probe
