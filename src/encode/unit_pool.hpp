// Buffers that are lent to access units and come back from whichever thread drops them. The pool
// outlives its encoder as long as a unit is abroad.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <span>

namespace pf::encode {

class UnitPool {
 public:
  class Slot {
   public:
    // Makes room; what was in it is lost. False when memory is out.
    bool resize(std::size_t bytes) noexcept;
    std::span<std::uint8_t> bytes() noexcept { return {memory_.get(), size_}; }
    std::size_t capacity() const noexcept { return capacity_; }

   private:
    friend class UnitPool;
    struct Free {
      void operator()(std::uint8_t* p) const { std::free(p); }
    };
    std::unique_ptr<std::uint8_t, Free> memory_;
    std::size_t size_ = 0, capacity_ = 0;
    std::atomic<bool> lent_{false};
    UnitPool* pool_ = nullptr;
  };

  // Worker thread. Room for what a stream keeps in flight, `unit_bytes` each, so that steady
  // streaming allocates nothing. Given up with close(), never deleted.
  static UnitPool* create(std::size_t unit_bytes);
  // The encoder lets go; the pool goes when the last slot came home.
  void close() noexcept { unref(); }
  // Encode thread. A free slot; allocates only while more units are abroad than ever before.
  Slot* take();
  // Any thread: the Release function of media::AccessUnit; `slot` is a Slot*.
  static void give_back(void* slot) noexcept;

 private:
  UnitPool() = default;
  ~UnitPool() = default;
  void unref() noexcept;
  std::deque<Slot> slots_;
  std::atomic<int> references_{1};
};

struct CloseUnitPool {
  void operator()(UnitPool* pool) const { pool->close(); }
};
using UnitPoolPtr = std::unique_ptr<UnitPool, CloseUnitPool>;

}  // namespace pf::encode
