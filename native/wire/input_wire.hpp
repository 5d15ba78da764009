// The bytes of input, both directions: the 18-byte event and the rich reports (punktfunk1.md 7.5,
// 7.6). What they mean to the desktop is input_decode.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <variant>

#include "native/wire/datagram.hpp"

namespace pf::native::wire {

enum class InputKind : std::uint8_t {
  KeyDown = 0,
  KeyUp,
  MouseMove,
  MousePosition,
  ButtonDown,
  ButtonUp,
  Scroll,
  PadButton,  // legacy
  PadAxis,    // legacy
  TouchDown,
  TouchMove,
  TouchUp,
  PadState,
  PadRemove,
  PadArrival,
  Text,
  ScrollV2
};

// Field meanings depend on the kind; those that a kind does not use are 0.
struct InputRecord {
  std::uint8_t kind = 0;  // InputKind, or one this host does not know
  std::uint32_t code = 0;
  std::int32_t x = 0, y = 0;
  std::uint32_t flags = 0;
  bool operator==(const InputRecord&) const = default;
};
// The event with its tag 0xC8, for InputEdge and datagrams of generation 1.
std::array<std::uint8_t, 18> store_input(const InputRecord& record) noexcept;
std::size_t encode_input(Generation generation, const InputRecord& record,
                         MutableByteSpan out) noexcept;
Decoded<InputRecord> decode_input(const Plane& plane) noexcept;  // Tag::Input

struct PadTouchpad {
  std::uint8_t pad = 0, finger = 0;
  bool active = false;
  std::uint16_t x = 0, y = 0;  // 0..65535, origin top left
  bool operator==(const PadTouchpad&) const = default;
};
struct PadMotionReport {
  std::uint8_t pad = 0;
  std::array<std::int16_t, 3> gyro{};   // 20 per degree per second
  std::array<std::int16_t, 3> accel{};  // 10,000 per g
  bool operator==(const PadMotionReport&) const = default;
};
struct PadSurface {
  std::uint8_t pad = 0;
  std::uint8_t surface = 0;  // 0 the only one, 1 left, 2 right
  std::uint8_t finger = 0;
  bool touching = false, click = false;
  std::int16_t x = 0, y = 0;  // centre 0, right and down positive
  std::uint16_t pressure = 0;
  bool operator==(const PadSurface&) const = default;
};
// Raw report of a passed-through pad; a view into the datagram.
struct PadHidReport {
  std::uint8_t pad = 0;
  ByteSpan report;  // at most 64 bytes
};
struct PenSample {
  static constexpr std::uint8_t kInRange = 0x01, kTouching = 0x02, kBarrel1 = 0x04, kBarrel2 = 0x08,
                                kPredicted = 0x80;
  std::uint8_t state = 0;
  std::uint8_t tool = 0;            // 0 pen, 1 eraser
  float x = 0, y = 0;               // 0..1 of the picture; as received, finite or not
  std::uint16_t pressure = 0;       // 0..65535
  std::uint16_t distance = 0xFFFF;  // 0..65534, 0xFFFF = none
  std::uint8_t tilt = 0xFF;         // degrees from the normal, 0xFF = none
  std::uint16_t azimuth = 0xFFFF;   // degrees clockwise from north, 0xFFFF = none
  std::uint16_t roll = 0xFFFF;      // degrees, 0xFFFF = none
  std::uint16_t since_previous_us = 0;
  bool operator==(const PenSample&) const = default;
};
struct PenBatch {
  static constexpr std::size_t kMaxSamples = 8;
  std::uint16_t seq = 0;
  std::uint8_t count = 0;
  std::array<PenSample, kMaxSamples> samples{};  // oldest first, each the full state
  std::span<const PenSample> all() const noexcept { return {samples.data(), count}; }
};

using RichInput = std::variant<PadTouchpad, PadMotionReport, PadSurface, PadHidReport, PenBatch>;
std::size_t encode_rich_input(Generation generation, const RichInput& report,
                              MutableByteSpan out) noexcept;
Decoded<RichInput> decode_rich_input(const Plane& plane) noexcept;  // Tag::RichInput

}  // namespace pf::native::wire
