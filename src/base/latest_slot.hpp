// LatestSlot: one place, newest wins. A producer thread publishes values; a consumer thread takes
// the newest one. A value that was displaced before anybody took it is destroyed on the producer's
// thread at the next publish. No locks, no allocation (three slots, one atomic index).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace pf {

template <class T>
class LatestSlot {
 public:
  // Producer. Returns true when an older value was displaced unseen.
  bool publish(T&& value) {
    slots_[back_] = std::move(value);
    const auto previous = middle_.exchange(back_ | kFresh, std::memory_order_acq_rel);
    back_ = previous & kIndex;
    const bool displaced = (previous & kFresh) != 0;
    slots_[back_].reset();
    return displaced;
  }
  // Consumer. The newest value, or nothing when it was taken already.
  std::optional<T> take() {
    if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) return std::nullopt;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & kIndex;
    return std::exchange(slots_[front_], std::nullopt);
  }
  // Only when both threads have stopped.
  void clear() {
    for (auto& slot : slots_) slot.reset();
    middle_.fetch_and(kIndex);
  }

 private:
  static constexpr std::uint32_t kFresh = 4;
  static constexpr std::uint32_t kIndex = 3;
  std::array<std::optional<T>, 3> slots_;
  std::uint32_t back_ = 0;
  std::atomic<std::uint32_t> middle_{1};
  std::uint32_t front_ = 2;
};

}  // namespace pf
