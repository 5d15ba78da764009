// DatagramPort: how ONE thread other than pf-quic (an audio or send thread) queues QUIC datagrams
// on a connection: a ring of fixed slots, one memcpy and, when pf-quic may be asleep, one eventfd
// write.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/metrics.hpp"

namespace pf::native::quic {

// What became of a datagram.
enum class DatagramSend : std::uint8_t {
  Queued = 1,
  TooLarge,   // over max_datagram_bytes(): nothing was queued
  QueueFull,  // DatagramPort: the ring is full, this datagram was dropped
  Closed,     // the connection is gone, or its peer takes no datagrams
};

struct DatagramPortCounters {
  metrics::Counter queued;
  metrics::Counter dropped_full;
  metrics::Counter dropped_large;
  metrics::Counter dropped_closed;
};

// The doorbell of an endpoint: wakes pf-quic. Any thread; never blocks, allocates or locks.
class Doorbell {
 public:
  Doorbell();
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  int fd() const { return fd_; }  // readable after ring(); -1 when the system gave none
  void ring() noexcept;
  // pf-quic, after waking: makes the next ring() audible again.
  void quiet() noexcept;

 private:
  int fd_ = -1;
  std::atomic<bool> rung_{false};
};

// Made by Connection::open_datagram_port(). Both sides share ownership, so a producer may keep its
// port for as long as it likes: once the connection is gone every push answers Closed.
class DatagramPort {
 public:
  // `slots` datagrams of at most `slot_bytes` each.
  DatagramPort(std::shared_ptr<Doorbell> doorbell, std::size_t slots, std::size_t slot_bytes);

  // The producer thread. Wait-free; copies `bytes`.
  DatagramSend push(ByteSpan bytes) noexcept;
  // The same for a header and a body that do not lie side by side.
  DatagramSend push(ByteSpan head, ByteSpan body) noexcept;
  // Any thread. 0 = no datagrams (not yet, or no longer).
  std::size_t max_datagram_bytes() const noexcept {
    return max_bytes_.load(std::memory_order_relaxed);
  }
  const DatagramPortCounters& counters() const noexcept { return counters_; }

  // pf-quic only. False when the ring is empty; `out` is valid until pop().
  bool front(ByteSpan& out) const noexcept;
  void pop() noexcept;
  void set_max_datagram_bytes(std::size_t bytes) noexcept {
    max_bytes_.store(bytes, std::memory_order_relaxed);
  }
  void close() noexcept { closed_.store(true, std::memory_order_release); }

 private:
  std::shared_ptr<Doorbell> doorbell_;
  std::size_t slots_;
  std::size_t slot_bytes_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint16_t> lengths_;
  std::atomic<std::size_t> max_bytes_{0};
  std::atomic<bool> closed_{false};
  alignas(64) std::atomic<std::uint64_t> head_{0};  // consumer
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // producer
  DatagramPortCounters counters_;
};

}  // namespace pf::native::quic
