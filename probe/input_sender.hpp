// Input on its way to the host: bytes of punktfunk1.md 7.5 and 7.6, and the repeating that a client
// owes because datagrams get lost. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "native/wire/hello.hpp"
#include "probe/input_action.hpp"

namespace pf::probe {

class InputSender {
 public:
  // Both get the event with its tag. `edge`: the reliable form (punktfunk2.md 9.1).
  struct Wire {
    std::function<void(ByteSpan event)> datagram;
    std::function<void(const std::array<std::uint8_t, 18>& event)> edge;
  };
  static constexpr std::chrono::milliseconds kPadRefresh{100};

  // What the host said decides the forms.
  InputSender(Wire wire, const native::wire::ServerHello& hello);

  void set_mode(const native::wire::WireMode& mode) { mode_ = mode; }
  void send(const InputAction& action, SteadyTime now);
  // Repeats what is due for pads.
  void tick(SteadyTime now);
  SteadyTime next() const;
  std::uint64_t sent() const { return sent_; }

 private:
  struct Pad {
    bool live = false;
    native::wire::GamepadKind kind = native::wire::GamepadKind::Automatic;
    PadStateAction state;
    std::uint8_t seq = 0;
    unsigned arrivals_left = 0, removals_left = 0;
  };

  void record(std::uint8_t kind, std::uint32_t code, std::int32_t x, std::int32_t y,
              std::uint32_t flags, bool edge = false);
  void rich(ByteSpan event);
  std::uint32_t surface() const;
  std::int32_t pixel_x(double x) const;
  std::int32_t pixel_y(double y) const;
  void perform(const KeyAction& a);
  void perform(const TextAction& a);
  void perform(const MoveAction& a);
  void perform(const PositionAction& a);
  void perform(const ButtonAction& a);
  void perform(const ScrollAction& a);
  void perform(const TouchAction& a);
  void perform(const PenAction& a);
  void perform(const PadArriveAction& a);
  void perform(const PadStateAction& a);
  void perform(const PadRemoveAction& a);
  void perform(const PadMotionAction& a);
  void perform(const PadTouchAction& a);
  void send_state(Pad& pad);
  void send_legacy(const PadStateAction& from, const PadStateAction& to);
  bool any_pad() const;

  Wire wire_;
  native::wire::WireMode mode_;
  bool snapshots_, scroll_v2_, edges_;
  std::array<Pad, 16> pads_{};
  std::uint16_t pen_seq_ = 0;
  std::array<double, 2> scroll_rest_{};
  std::optional<SteadyTime> refresh_;
  std::uint64_t sent_ = 0;
};

// Unicode scalar values of well-formed UTF-8; broken bytes are left out.
std::vector<std::uint32_t> code_points(std::string_view utf8);

}  // namespace pf::probe
