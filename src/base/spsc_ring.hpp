// A bounded ring between exactly one producer thread and one consumer thread: no locks, no
// allocation after construction.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace pf {

template <class T>
class SpscRing {
 public:
  explicit SpscRing(std::size_t capacity) : slots_(capacity + 1) {}

  // Producer. False (and `value` untouched) when the ring is full.
  bool push(T&& value) {
    const auto tail = tail_.load(std::memory_order_relaxed);
    const auto next = advance(tail);
    if (next == head_.load(std::memory_order_acquire)) return false;
    slots_[tail] = std::move(value);
    tail_.store(next, std::memory_order_release);
    return true;
  }
  // Consumer.
  std::optional<T> pop() {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> value(std::move(slots_[head]));
    slots_[head] = T{};  // releases what the value owned on the consumer's side
    head_.store(advance(head), std::memory_order_release);
    return value;
  }
  // Either side; exact only for the caller's own direction.
  std::size_t size() const {
    const auto tail = tail_.load(std::memory_order_acquire);
    const auto head = head_.load(std::memory_order_acquire);
    return tail >= head ? tail - head : tail + slots_.size() - head;
  }
  std::size_t capacity() const { return slots_.size() - 1; }

 private:
  std::size_t advance(std::size_t index) const {
    return index + 1 == slots_.size() ? 0 : index + 1;
  }
  std::vector<T> slots_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace pf
