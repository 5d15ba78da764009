// Input of native clients, either generation, to neutral events: datagrams 0xC8 and 0xCC, and the
// reliable InputEdge (punktfunk1.md 7.5, 7.6). One object per connection; it belongs to the thread
// that feeds it. Nothing here allocates. Grants are the router's business.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "input/event.hpp"
#include "native/wire/datagram.hpp"
#include "native/wire/input_wire.hpp"

namespace pf::native::wire {

struct InputCounts {
  std::uint64_t received = 0;                             // datagrams and edges
  std::uint64_t events = 0;                               // handed out
  std::array<std::uint64_t, kDropReasons + 1> dropped{};  // datagrams, by Drop
  std::uint64_t of(Drop reason) const { return dropped[static_cast<std::size_t>(reason)]; }
};

// The evdev key of a native client's virtual key code, 0 = none. Differs from GameStream's table in
// the keys of input methods, Yen and keypad Enter.
std::uint16_t evdev_key(std::uint32_t vk) noexcept;

class InputDecoder {
 public:
  // A datagram of Tag::Input or Tag::RichInput. The events, in order, are valid until the next
  // call. What must have no effect is dropped and counted.
  std::span<const input::Event> decode(const Plane& plane) noexcept;
  // The 18 bytes of InputEdge.
  std::span<const input::Event> decode_edge(const std::array<std::uint8_t, 18>& event) noexcept;

  // A pen in range must be lifted when no batch came for this long. The caller keeps the time, from
  // the last call that gave pen events, and calls lift_pen().
  static constexpr unsigned kPenTimeoutMs = 200;
  bool pen_in_range() const noexcept { return pen_.in_range; }
  std::span<const input::Event> lift_pen() noexcept;

  // What the client declared a pad to be; Automatic for one that appeared without an arrival or is
  // not there.
  GamepadKind pad_kind(std::uint8_t pad) const noexcept {
    return pad < kPads ? pads_[pad].kind : GamepadKind::Automatic;
  }
  bool pad_present(std::uint8_t pad) const noexcept { return pad < kPads && pads_[pad].present; }
  // What the client's arrival declared for pad audio (0xD1).
  bool pad_has_haptics(std::uint8_t pad) const noexcept {
    return pad < kPads && pads_[pad].haptics;
  }
  bool pad_has_speaker(std::uint8_t pad) const noexcept {
    return pad < kPads && pads_[pad].speaker;
  }
  const InputCounts& counts() const noexcept { return counts_; }

 private:
  static constexpr std::size_t kPads = 16;
  static constexpr std::size_t kFingers = 8;
  static constexpr std::size_t kSurfaces = 3;
  static constexpr std::size_t kMaxEvents = 40;  // 8 pen samples of at most 4 events, and room

  struct Pad {
    bool present = false;
    bool declared = false;  // by an arrival; else its first state made it
    bool haptics = false, speaker = false;
    GamepadKind kind = GamepadKind::Automatic;
    std::optional<std::uint8_t> seq;                // of states and removals; outlives the pad
    input::PadState state;                          // assembled from legacy events
    std::array<std::uint8_t, kSurfaces> fingers{};  // down, one bit each
  };
  struct PenState {
    bool in_range = false, touching = false;
    std::optional<std::uint16_t> seq;
    input::Pen last;
  };
  using Outcome = std::optional<Drop>;  // nothing = taken

  void add(const input::Event& event) noexcept;
  std::span<const input::Event> finish(Outcome outcome) noexcept;

  Outcome on_record(const InputRecord& r) noexcept;
  Outcome on_key(const InputRecord& r) noexcept;
  Outcome on_position(const InputRecord& r) noexcept;
  Outcome on_button(const InputRecord& r) noexcept;
  Outcome on_scroll(const InputRecord& r) noexcept;
  Outcome on_scroll_v2(const InputRecord& r) noexcept;
  void add_scroll(std::uint32_t axis, std::int64_t amount) noexcept;
  Outcome on_touch(const InputRecord& r) noexcept;
  Outcome on_text(const InputRecord& r) noexcept;
  Outcome on_pad_button(const InputRecord& r) noexcept;
  Outcome on_pad_axis(const InputRecord& r) noexcept;
  Outcome on_pad_state(const InputRecord& r) noexcept;
  Outcome on_pad_remove(const InputRecord& r) noexcept;
  Outcome on_pad_arrival(const InputRecord& r) noexcept;

  Outcome on(const PadTouchpad& report) noexcept;
  Outcome on(const PadMotionReport& report) noexcept;
  Outcome on(const PadSurface& report) noexcept;
  Outcome on(const PadHidReport& report) noexcept;
  Outcome on(const PenBatch& batch) noexcept;
  Outcome finger(input::PadTouch touch, bool down) noexcept;

  void plug(std::uint8_t index, GamepadKind kind) noexcept;
  void unplug(std::uint8_t index) noexcept;
  void emit_state(std::uint8_t index) noexcept;
  static bool accept(Pad& pad, std::uint8_t seq) noexcept;
  void pen_sample(const PenSample& sample) noexcept;
  void pen_phase(input::TouchPhase phase) noexcept;
  void pen_leave() noexcept;

  std::array<input::Event, kMaxEvents> events_;
  std::size_t count_ = 0;
  std::array<Pad, kPads> pads_{};
  PenState pen_;
  static constexpr std::int64_t kScrollUnit = 768;
  std::array<std::int64_t, 2> scroll_rest_{};  // vertical, horizontal; 1/kScrollUnit
  InputCounts counts_;
};

}  // namespace pf::native::wire
