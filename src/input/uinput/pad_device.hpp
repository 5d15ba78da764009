// One virtual gamepad in the kernel. Owned and used by one thread.
#pragma once

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "input/injector.hpp"
#include "input/uinput/force_feedback.hpp"
#include "input/uinput/pad_translate.hpp"

namespace pf::input::uinput {

class PadDevice {
 public:
  // `pad` is the client's number; it goes into the device's physical path, "punktfunk/pad<n>", by
  // which a udev rule can tell our pads from real ones. Error: DeviceFailed.
  static Result<std::unique_ptr<PadDevice>> create(std::uint8_t pad, PadKind kind);
  ~PadDevice();
  PadDevice(const PadDevice&) = delete;
  PadDevice& operator=(const PadDevice&) = delete;

  // Brings the device to `state`. False when the kernel took it only partly.
  bool show(const PadState& state);

  int fd() const;
  const char* node() const;  // "/dev/input/event7", for the log; may be empty
  // Serves what games asked of the device since the last call (fd() is readable).
  void serve_feedback(std::int64_t now_ms);
  // The motors' levels when they differ from the last answer.
  std::optional<MotorLevels> changed_levels(std::int64_t now_ms);
  std::optional<std::int64_t> next_change_ms(std::int64_t now_ms) const {
    return effects_.next_change_ms(now_ms);
  }

 private:
  struct Handles;
  PadDevice(const PadProfile& profile, std::unique_ptr<Handles> handles);
  void answer_upload(std::uint32_t request, std::int64_t now_ms);
  void answer_erase(std::uint32_t request);

  const PadProfile& profile_;
  std::unique_ptr<Handles> handles_;
  PadState shown_;
  ForceFeedback effects_;
  MotorLevels told_;
};

}  // namespace pf::input::uinput
