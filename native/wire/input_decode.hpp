// Input of native clients, either generation, to neutral events: datagrams 0xC8 and 0xCC, and the
// reliable InputEdge (punktfunk1.md 7.5, 7.6). One object per connection; it belongs to the thread
// that feeds it. Grants are the router's business.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "input/event.hpp"
#include "native/wire/datagram.hpp"

namespace pf::native::wire {

struct InputCounts {
  std::uint64_t received = 0;                             // datagrams and edges
  std::uint64_t events = 0;                               // handed out
  std::array<std::uint64_t, kDropReasons + 1> dropped{};  // by Drop; whole datagrams or parts
  std::uint64_t of(Drop reason) const { return dropped[static_cast<std::size_t>(reason)]; }
};

// The evdev key of a native client's virtual key code, 0 = none. Differs from GameStream's table in
// the keys of input methods and keypad Enter.
std::uint16_t evdev_key(std::uint32_t vk) noexcept;

class InputDecoder {
 public:
  // A datagram of Tag::Input or Tag::RichInput. The events, in order, are valid until the next
  // call.
  std::span<const input::Event> decode(const Plane& plane) noexcept;
  // The 18 bytes of InputEdge.
  std::span<const input::Event> decode_edge(const std::array<std::uint8_t, 18>& event) noexcept;

  // A pen that is in range must be lifted when no batch came for this long; the caller keeps the
  // time, and calls lift_pen().
  static constexpr unsigned kPenTimeoutMs = 200;
  bool pen_in_range() const noexcept { return pen_.in_range; }
  std::span<const input::Event> lift_pen() noexcept;

  // What the client last declared for a pad, for feedback and pad audio; GamepadKind::Automatic
  // for a pad that appeared without an arrival or is not there.
  GamepadKind pad_kind(std::uint8_t pad) const noexcept {
    return pad < kPads ? pads_[pad].kind : GamepadKind::Automatic;
  }
  const InputCounts& counts() const noexcept { return counts_; }

 private:
  static constexpr std::size_t kPads = 16;
  static constexpr std::size_t kMaxEvents =
      40;  // a pen batch of 8 samples, 4 events each, and room
  struct Pad {
    bool present = false;
    bool declared = false;  // by an arrival
    GamepadKind kind = GamepadKind::Automatic;
    std::optional<std::uint8_t> seq;
    input::PadState state;
    std::array<std::uint8_t, 3> fingers{};  // per surface, one bit each
  };
  struct PenState {
    bool in_range = false;
    bool touching = false;
    std::optional<std::uint16_t> seq;
    input::Pen last;
  };
  struct Record {  // the 18 bytes
    std::uint8_t kind = 0;
    std::uint32_t code = 0;
    std::int32_t x = 0, y = 0;
    std::uint32_t flags = 0;
  };
  using Outcome = std::optional<Drop>;  // none = taken

  void add(const input::Event& event) noexcept;
  void drop(Drop reason) noexcept { ++counts_.dropped[static_cast<std::size_t>(reason)]; }
  std::span<const input::Event> finish(Outcome outcome) noexcept;

  Outcome record(ByteSpan body) noexcept;
  Outcome key(const Record& r) noexcept;
  Outcome position(const Record& r) noexcept;
  Outcome button(const Record& r) noexcept;
  Outcome scroll(const Record& r) noexcept;
  Outcome scroll_v2(const Record& r) noexcept;
  Outcome touch(const Record& r) noexcept;
  Outcome text(const Record& r) noexcept;
  Outcome pad_button(const Record& r) noexcept;
  Outcome pad_axis(const Record& r) noexcept;
  Outcome pad_state(const Record& r) noexcept;
  Outcome pad_remove(const Record& r) noexcept;
  Outcome pad_arrival(const Record& r) noexcept;

  Outcome rich(ByteSpan body) noexcept;
  Outcome touchpad(ByteReader in) noexcept;
  Outcome touchpad_ext(ByteReader in) noexcept;
  Outcome motion(ByteReader in) noexcept;
  Outcome pen(ByteReader in) noexcept;
  Outcome finger(std::uint8_t pad, std::uint8_t surface, std::uint8_t id, bool down,
                 input::PadTouch touch) noexcept;

  void plug(std::uint8_t pad) noexcept;
  void unplug(std::uint8_t pad) noexcept;
  bool newer(Pad& pad, std::uint8_t seq) noexcept;
  void pen_sample(const input::Pen& sample, bool in_range, bool touching) noexcept;
  void pen_leave() noexcept;

  std::array<input::Event, kMaxEvents> events_;
  std::size_t count_ = 0;
  std::array<Pad, kPads> pads_{};
  PenState pen_;
  std::array<std::int64_t, 2> scroll_rest_{};  // 1/256 of an event's unit, per axis
  InputCounts counts_;
};

}  // namespace pf::native::wire
