#include "encode/unit_pool.hpp"

#include <new>

namespace pf::encode {
namespace {
// The hand-over ring holds four; one is being sent and one is being written.
constexpr std::size_t kSlots = 8;
}  // namespace

bool UnitPool::Slot::resize(std::size_t bytes) noexcept {
  if (bytes > capacity_) {
    memory_.reset(static_cast<std::uint8_t*>(std::malloc(bytes)));
    capacity_ = memory_ ? bytes : 0;
  }
  size_ = bytes <= capacity_ ? bytes : 0;
  return bytes <= capacity_;
}

UnitPool* UnitPool::create(std::size_t unit_bytes) {
  auto* pool = new UnitPool();
  pool->slots_.resize(kSlots);
  for (auto& slot : pool->slots_) {
    slot.pool_ = pool;
    if (!slot.resize(unit_bytes)) {
      pool->close();
      throw std::bad_alloc();
    }
  }
  return pool;
}

UnitPool::Slot* UnitPool::take() {
  Slot* found = nullptr;
  for (auto& slot : slots_) {
    if (slot.lent_.load(std::memory_order_acquire)) continue;
    found = &slot;
    break;
  }
  if (found == nullptr) {
    found = &slots_.emplace_back();
    found->pool_ = this;
  }
  found->lent_.store(true, std::memory_order_relaxed);
  references_.fetch_add(1, std::memory_order_relaxed);
  return found;
}

void UnitPool::give_back(void* slot) noexcept {
  auto* home = static_cast<Slot*>(slot);
  auto* pool = home->pool_;
  home->lent_.store(false, std::memory_order_release);
  pool->unref();
}

void UnitPool::unref() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace pf::encode
