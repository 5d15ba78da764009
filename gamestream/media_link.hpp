// What a stream's sinks share with the control thread: where packets go, and whether they may.
// Wait-free on the media side.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "net/endpoint.hpp"
#include "net/udp_socket.hpp"
#include "session/front_end.hpp"

namespace pf::gamestream {

// A destination that one thread sets (control) and one thread follows (send or audio). Every value
// goes to a fresh place of a small ring; the control thread changes it at most a few times a
// second, so a place is never written while it is read.
class Destination {
 public:
  // Control thread. `from`: the local address that the client reached.
  void set(const net::Endpoint& to, const net::Endpoint& from) noexcept {
    const auto version = version_.load(std::memory_order_relaxed) + 1;
    places_[version % places_.size()] = {to, from};
    version_.store(version, std::memory_order_release);
  }
  bool known() const noexcept { return version_.load(std::memory_order_acquire) != 0; }

  // The following thread: takes over a newer value. False while none is known.
  bool follow(net::Route& route, std::uint32_t& seen) const noexcept {
    const auto version = version_.load(std::memory_order_acquire);
    if (version == 0) return false;
    if (version != seen) {
      const auto& place = places_[version % places_.size()];
      route.to = place.to;
      route.from = place.from;
      seen = version;
    }
    return true;
  }

 private:
  struct Place {
    net::Endpoint to, from;
  };
  std::array<Place, 16> places_{};
  std::atomic<std::uint32_t> version_{0};
};

struct MediaLink {
  Destination video, audio;
  // The gate of the stream that owns the sinks; set before media starts. Lives as long as they do.
  std::atomic<const session::Gate*> gate{nullptr};

  bool open() const noexcept {
    const auto* current = gate.load(std::memory_order_acquire);
    return current != nullptr && current->open();
  }
};

}  // namespace pf::gamestream
