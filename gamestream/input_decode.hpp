// GameStream input packets (gamestream.md 6) to neutral events. One object per stream; it belongs
// to the thread that reads the control stream.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "input/event.hpp"

namespace pf::gamestream {

// The events of one packet, in order. Most packets are one event; a key that claims modifiers which
// are not held is pressed inside them.
class EventList {
 public:
  void add(const input::Event& event) noexcept {
    if (count_ < events_.size()) events_[count_++] = event;
  }
  std::span<const input::Event> events() const noexcept { return {events_.data(), count_}; }

 private:
  std::array<input::Event, 10> events_;
  std::size_t count_ = 0;
};

// Which modifiers the client holds by separate key events. A key-down that claims others is an
// on-screen keyboard that relies on the host to press them around the key.
class ModifierTracker {
 public:
  static constexpr std::uint8_t kShift = 1, kCtrl = 2, kAlt = 4, kMeta = 8;
  static constexpr bool is_modifier(std::uint8_t vk) noexcept { return bit(vk) != 0; }
  void key(std::uint8_t vk, bool down) noexcept;
  // The claimed modifiers that must be pressed around a key.
  std::uint8_t missing(std::uint8_t claimed) const noexcept;

 private:
  static constexpr std::uint16_t bit(std::uint8_t vk) noexcept;
  std::uint16_t held_ = 0;  // one bit per modifier key, both sides
};

struct InputCounts {
  std::uint64_t packets = 0;
  std::uint64_t events = 0;
  std::uint64_t unknown = 0;  // magics that this host does not know
  std::uint64_t invalid = 0;  // wrong size, NaN, or an impossible value
};

class InputDecoder {
 public:
  // One packet, the payload of a control message 0x0206. Invalid and unknown packets give nothing
  // and are counted.
  EventList decode(ByteSpan packet) noexcept;
  const InputCounts& counts() const noexcept { return counts_; }

 private:
  bool decode_body(std::uint32_t magic, ByteSpan body, EventList& out) noexcept;
  bool key(ByteSpan body, bool down, EventList& out) noexcept;
  bool pad_state(ByteSpan body, EventList& out) noexcept;
  bool pad_arrival(ByteSpan body, EventList& out) noexcept;

  ModifierTracker modifiers_;
  std::uint16_t pads_ = 0;  // present controllers, one bit each
  InputCounts counts_;
};

constexpr std::uint16_t ModifierTracker::bit(std::uint8_t vk) noexcept {
  switch (vk) {
    case 0x10:
    case 0xA0:
      return 0x001;
    case 0xA1:
      return 0x010;
    case 0x11:
    case 0xA2:
      return 0x002;
    case 0xA3:
      return 0x020;
    case 0x12:
    case 0xA4:
      return 0x004;
    case 0xA5:
      return 0x040;
    case 0x5B:
      return 0x008;
    case 0x5C:
      return 0x080;
    default:
      return 0;
  }
}

}  // namespace pf::gamestream
