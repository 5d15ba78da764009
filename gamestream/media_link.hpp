// What a stream's sinks share with the control thread: where packets go, and whether they may.
// Wait-free on the media side.
#pragma once

#include <atomic>

#include "net/destination.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

struct MediaLink {
  net::Destination video, audio;
  // The gate of the stream that owns the sinks; set before media starts. Lives as long as they do.
  std::atomic<const session::Gate*> gate{nullptr};

  bool open() const noexcept {
    const auto* current = gate.load(std::memory_order_acquire);
    return current != nullptr && current->open();
  }
};

}  // namespace pf::gamestream
