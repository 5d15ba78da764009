// What a stream's sinks share with the control thread: where packets go, and whether they may.
// Wait-free on the media side.
#pragma once

#include <atomic>
#include <cstdint>

#include "net/destination.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

struct MediaLink {
  net::Destination video, audio;
  // The gate of the stream that owns the sinks; set before media starts. Lives as long as they do.
  std::atomic<const session::Gate*> gate{nullptr};

  // Unit index minus frame number on the wire (both wrap): what the client names is what the
  // encoder knows. Written by the send thread with each frame.
  std::atomic<std::uint32_t> index_offset{0};
  // Parity share of the next frame in percent, and packets sent so far (parity included).
  std::atomic<unsigned> fec_percent{0};
  std::atomic<std::uint64_t> packets_sent{0};
  std::uint32_t unit_index(std::uint64_t frame) const noexcept {
    return static_cast<std::uint32_t>(frame) + index_offset.load(std::memory_order_acquire);
  }

  bool open() const noexcept {
    const auto* current = gate.load(std::memory_order_acquire);
    return current != nullptr && current->open();
  }
};

}  // namespace pf::gamestream
