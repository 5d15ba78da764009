// A destination that one thread sets and another follows while packets flow. No locks; setting is
// wait-free, and following repeats itself only when it was overtaken.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "net/endpoint.hpp"
#include "net/udp_socket.hpp"

namespace pf::net {

// Every value goes to the next place of a small ring, so a reader is disturbed only when the ring
// went round while it read; it notices by the version and reads again.
class Destination {
 public:
  // The setting thread. `from`: the local address that the peer reached.
  void set(const Endpoint& to, const Endpoint& from) noexcept {
    const auto version = version_.load(std::memory_order_relaxed) + 1;
    auto& place = places_[version % places_.size()];
    begun_.store(version, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    store(place.to, to);
    store(place.from, from);
    version_.store(version, std::memory_order_release);
  }
  // Any thread.
  bool known() const noexcept { return version_.load(std::memory_order_acquire) != 0; }

  // The following thread: takes over a newer value; `seen` is its own memory, 0 at first. False
  // while none is known.
  bool follow(Route& route, std::uint32_t& seen) const noexcept {
    for (;;) {
      const auto version = version_.load(std::memory_order_acquire);
      if (version == 0) return false;
      if (version == seen) return true;
      const auto& place = places_[version % places_.size()];
      const auto to = load(place.to);
      const auto from = load(place.from);
      std::atomic_thread_fence(std::memory_order_acquire);
      // The place is written again only by a set() that is a whole ring ahead.
      if (begun_.load(std::memory_order_relaxed) - version >= places_.size()) continue;
      route.to = to;
      route.from = from;
      seen = version;
      return true;
    }
  }

 private:
  using Raw = std::array<std::uint64_t, 3>;
  using Words = std::array<std::atomic<std::uint64_t>, 3>;
  struct Place {
    Words to{}, from{};
  };

  static void store(Words& words, const Endpoint& value) noexcept {
    const auto raw = std::bit_cast<Raw>(value);
    for (std::size_t i = 0; i < raw.size(); ++i) words[i].store(raw[i], std::memory_order_relaxed);
  }
  static Endpoint load(const Words& words) noexcept {
    Raw raw;
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = words[i].load(std::memory_order_relaxed);
    return std::bit_cast<Endpoint>(raw);
  }

  std::array<Place, 16> places_{};
  std::atomic<std::uint32_t> begun_{0};    // the newest version whose writing has started
  std::atomic<std::uint32_t> version_{0};  // the newest complete one; 0 = none
};

}  // namespace pf::net
