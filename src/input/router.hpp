// The one door between a front end's input events and a session's injector. It checks the gate and
// the live grant mask before each event, remembers what is held, and lets go of it when the right
// to hold it ends. It changes no event and invents none but releases.
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "input/injector.hpp"

namespace pf::input {

// Bits of the grant mask that this room reads; the values are those of trust's grants.
inline constexpr std::uint32_t kGrantGamepad = 0x01, kGrantPointer = 0x02, kGrantKeyboard = 0x04;

// The grant an event needs: keys and text KEYBOARD; mouse, touch and pen POINTER; pads GAMEPAD.
std::uint32_t needed_grant(const Event& event) noexcept;

// Counts since construction.
struct RouterCounts {
  std::uint64_t accepted = 0;         // reached the injector
  std::uint64_t redundant = 0;        // down of something held, up of something not held
  std::uint64_t invalid = 0;          // no such key, pad or touch slot
  std::uint64_t after_close = 0;      // arrived at a shut gate
  std::uint64_t refused_gamepad = 0;  // not granted, by class
  std::uint64_t refused_pointer = 0;
  std::uint64_t refused_keyboard = 0;
  std::uint64_t released = 0;  // releases that the router made itself
};

// Thread-safe. Calls reach the injector one at a time. `injector` and `grants` must outlive it.
class Router {
 public:
  Router(Injector& injector, const std::atomic<std::uint32_t>& grants)
      : injector_(injector), grants_(grants) {}

  // Any thread; never waits for more than one injection by another thread. Does not allocate.
  void handle(const Event& event) noexcept;

  // Any thread, wait-free. Once it has returned, at most the one event that handle() had already
  // begun with reaches the injector; the gate never opens again. Releases still pass.
  void close_gate() noexcept { open_.store(false, std::memory_order_seq_cst); }
  bool gate_open() const noexcept { return open_.load(std::memory_order_seq_cst); }

  // Lets go of every held key, button, touch, pen and pad; works on a shut gate too. When it
  // follows close_gate() on the same thread, nothing is held afterwards, and nothing can be.
  void release_all() noexcept;

  // Lets go of what the grant mask no longer covers. handle() does the same whenever it finds the
  // mask narrower than before; call this from whoever narrowed it, so that it need not wait for
  // the next event.
  void grants_changed() noexcept;

  // CLOCK_MONOTONIC ns just after the injector took the last accepted event; 0 = none yet.
  std::int64_t last_accepted_ns() const noexcept {
    return last_accepted_ns_.load(std::memory_order_acquire);
  }
  RouterCounts counts() const noexcept;

 private:
  static constexpr std::size_t kKeys = 0x300;  // KEY_CNT of linux/input-event-codes.h
  static constexpr std::size_t kPads = 16;
  static constexpr std::size_t kTouches = 32;

  enum class Verdict { Pass, Redundant, Invalid };
  struct TouchSlot {
    bool down = false;
    Touch last;
  };
  struct Pad {
    bool active = false;  // its last state was not neutral
    std::array<bool, 8> touch_down{};
    std::array<PadTouch, 8> touch{};
  };

  // Each updates what is held and says whether the event may go on.
  Verdict track(const Key& key) noexcept;
  Verdict track(const PointerButton& button) noexcept;
  Verdict track(const Touch& touch) noexcept;
  Verdict track(const Pen& pen) noexcept;
  Verdict track(const PadArrival& arrival) noexcept;
  Verdict track(const PadRemoval& removal) noexcept;
  Verdict track(const PadState& state) noexcept;
  Verdict track(const PadTouch& touch) noexcept;
  Verdict track(const PadMotion& motion) noexcept;
  Verdict track(const PadBattery& battery) noexcept;
  template <class Other>
  Verdict track(const Other&) noexcept {
    return Verdict::Pass;  // holds nothing: motion, scroll, text
  }

  void narrow(std::uint32_t mask) noexcept;
  void release(std::uint32_t classes) noexcept;
  void release_keys() noexcept;
  void release_pointer() noexcept;
  void release_pads() noexcept;
  void release_one(const Event& event) noexcept;
  void count_refused(std::uint32_t grant) noexcept;

  Injector& injector_;
  const std::atomic<std::uint32_t>& grants_;
  std::atomic<bool> open_{true};
  std::atomic<std::int64_t> last_accepted_ns_{0};

  std::mutex mutex_;  // everything below; held for one injection, which never blocks
  std::uint32_t seen_mask_ = 0;
  std::bitset<kKeys> keys_;
  std::bitset<8> buttons_;
  std::array<TouchSlot, kTouches> touches_{};
  Pen pen_;
  bool pen_in_use_ = false;
  std::array<Pad, kPads> pads_{};

  std::atomic<std::uint64_t> accepted_{0}, redundant_{0}, invalid_{0}, after_close_{0},
      refused_gamepad_{0}, refused_pointer_{0}, refused_keyboard_{0}, released_{0};
};

}  // namespace pf::input
