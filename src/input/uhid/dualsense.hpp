// One virtual DualSense, which the kernel drives through its user-space HID: games and the kernel's
// own driver see a real one, with motion, touch pad, light bar, battery and adaptive triggers.
// Owned and used by one thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "input/injector.hpp"
#include "input/uhid/dualsense_report.hpp"

namespace pf::input::uhid {

class DualSense {
 public:
  // `device`: /dev/uhid, freshly opened and not blocking. `pad` is the client's number; it goes
  // into the device's physical path, "punktfunk/pad<n>". No two pads of a machine may share a
  // `mac`. Error: DeviceFailed.
  static Result<std::unique_ptr<DualSense>> create(std::uint8_t pad, UniqueFd device,
                                                   const Mac& mac);
  ~DualSense();  // the device goes
  DualSense(const DualSense&) = delete;
  DualSense& operator=(const DualSense&) = delete;

  int fd() const { return device_.get(); }
  DualSenseState& state() { return state_; }
  // Tells the kernel what the state is now. False when it did not take it.
  bool send();
  // Answers the kernel, and passes on what games asked for since the last call (fd() is readable):
  // what changed, once.
  void serve(FeedbackSink& feedback);

 private:
  DualSense(std::uint8_t pad, UniqueFd device, const Mac& mac);
  bool announce();
  void output(ByteSpan report, FeedbackSink& feedback);

  std::uint8_t pad_;
  UniqueFd device_;
  Mac mac_;
  DualSenseState state_;
  Rumble rumble_;
  PadLight light_;
  bool lit_ = false;  // light_ was told
  AdaptiveTriggers triggers_;
};

}  // namespace pf::input::uhid
