#include "encode/libav/packet_pool.hpp"

#include <new>

namespace pf::encode::libav {
namespace {
// The hand-over ring holds four; one is being sent and one is being written.
constexpr int kInitialSlots = 8;
}  // namespace

PacketPool* PacketPool::create() {
  auto* pool = new PacketPool();
  Slot* taken[kInitialSlots];
  for (auto& slot : taken) slot = pool->take();
  for (auto* slot : taken) give_back(slot);
  return pool;
}

PacketPool::~PacketPool() {
  for (auto& slot : slots_) av_packet_free(&slot.packet);
}

void PacketPool::close() noexcept {
  unref();
}

PacketPool::Slot* PacketPool::take() {
  Slot* found = nullptr;
  for (auto& slot : slots_) {
    if (slot.lent.load(std::memory_order_acquire)) continue;
    found = &slot;
    break;
  }
  if (found == nullptr) {
    found = &slots_.emplace_back();
    found->packet = av_packet_alloc();
    if (found->packet == nullptr) {
      slots_.pop_back();
      throw std::bad_alloc();
    }
    found->pool = this;
  }
  found->lent.store(true, std::memory_order_relaxed);
  references_.fetch_add(1, std::memory_order_relaxed);
  return found;
}

void PacketPool::give_back(void* slot) noexcept {
  auto* home = static_cast<Slot*>(slot);
  auto* pool = home->pool;
  av_packet_unref(home->packet);
  home->lent.store(false, std::memory_order_release);
  pool->unref();
}

void PacketPool::unref() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace pf::encode::libav
