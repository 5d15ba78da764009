#include "native/quic/datagram_port.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace pf::native::quic {

Doorbell::Doorbell() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Doorbell::~Doorbell() {
  if (fd_ >= 0) ::close(fd_);
}

void Doorbell::ring() noexcept {
  if (rung_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  // Cannot fail: the counter is at most 1.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

void Doorbell::quiet() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(fd_, &count, sizeof count);
  // After the read: a ring between the two is heard by the work that follows this call.
  rung_.exchange(false, std::memory_order_acq_rel);
}

DatagramPort::DatagramPort(std::shared_ptr<Doorbell> doorbell, std::size_t slots,
                           std::size_t slot_bytes)
    : doorbell_(std::move(doorbell)),
      slots_(std::max<std::size_t>(slots, 1)),
      slot_bytes_(std::min<std::size_t>(slot_bytes, std::numeric_limits<std::uint16_t>::max())),
      bytes_(slots_ * slot_bytes_),
      lengths_(slots_) {}

DatagramSend DatagramPort::push(ByteSpan bytes) noexcept {
  return push(bytes, {});
}

DatagramSend DatagramPort::push(ByteSpan head, ByteSpan body) noexcept {
  if (closed_.load(std::memory_order_acquire)) {
    counters_.dropped_closed.add();
    return DatagramSend::Closed;
  }
  const std::size_t total = head.size() + body.size();
  if (total > slot_bytes_ || total > max_datagram_bytes()) {
    counters_.dropped_large.add();
    return DatagramSend::TooLarge;
  }
  const auto tail = tail_.load(std::memory_order_relaxed);
  if (tail - head_.load(std::memory_order_acquire) == slots_) {
    counters_.dropped_full.add();
    return DatagramSend::QueueFull;
  }
  const std::size_t slot = static_cast<std::size_t>(tail % slots_);
  auto* const to = bytes_.data() + slot * slot_bytes_;
  if (!head.empty()) std::memcpy(to, head.data(), head.size());
  if (!body.empty()) std::memcpy(to + head.size(), body.data(), body.size());
  lengths_[slot] = static_cast<std::uint16_t>(total);
  tail_.store(tail + 1, std::memory_order_release);
  counters_.queued.add();
  doorbell_->ring();
  return DatagramSend::Queued;
}

bool DatagramPort::front(ByteSpan& out) const noexcept {
  const auto head = head_.load(std::memory_order_relaxed);
  if (head == tail_.load(std::memory_order_acquire)) return false;
  const std::size_t slot = static_cast<std::size_t>(head % slots_);
  out = ByteSpan(bytes_.data() + slot * slot_bytes_, lengths_[slot]);
  return true;
}

void DatagramPort::pop() noexcept {
  head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace pf::native::quic
