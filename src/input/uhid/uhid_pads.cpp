#include "input/uhid/uhid_pads.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "input/pad_thread.hpp"
#include "input/uhid/dualsense.hpp"

namespace pf::input::uhid {
namespace {

// Capabilities of an arrival (gamestream.md 6), and how often motion is wanted.
constexpr std::uint16_t kAccelerometer = 0x10, kGyroscope = 0x20, kMotionHz = 100;

UniqueFd open_device() {
  return UniqueFd(::open("/dev/uhid", O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

// Drivers tell pads apart by this address: chosen at random, marked as locally administered.
Mac random_mac() {
  Mac mac{};
  if (::getrandom(mac.data(), mac.size(), 0) != static_cast<ssize_t>(mac.size())) mac = {};
  mac[0] = static_cast<std::uint8_t>((mac[0] & 0xFC) | 0x02);
  return mac;
}

class UhidPads {
 public:
  static constexpr const char* kName = "uhid";
  static constexpr const char* kThread = "pf-uhid";

  explicit UhidPads(FeedbackSink& feedback) : feedback_(feedback) {}

  int fd(std::size_t pad) const { return pads_[pad] ? pads_[pad]->fd() : -1; }
  int timeout_ms() const { return -1; }
  void serve(std::size_t pad, bool readable) {
    if (pads_[pad] && readable) pads_[pad]->serve(feedback_);
  }
  void rest() {
    for (auto& pad : pads_) {
      if (!pad) continue;
      pad->state().rest();
      pad->send();
    }
  }

  bool perform(const PadArrival& arrival) {
    if (arrival.pad >= kPads || pads_[arrival.pad]) return true;
    auto made = DualSense::create(arrival.pad, open_device(), random_mac());
    feedback_.on_feedback(PadPresence{arrival.pad, made.has_value()});
    if (!made) {
      log::warn("input", "gamepad not created", "pad", arrival.pad, "reason",
                made.error().message());
      return true;
    }
    pads_[arrival.pad] = std::move(*made);
    log::info("input", "gamepad created", "pad", arrival.pad, "as", uhid::kName);
    ask_motion(arrival.pad, arrival.capabilities);
    return true;
  }
  bool perform(const PadRemoval& removal) {
    if (removal.pad >= kPads || !pads_[removal.pad]) return true;
    pads_[removal.pad].reset();
    feedback_.on_feedback(PadPresence{removal.pad, false});
    return true;
  }
  bool perform(const PadState& state) {
    return change(state.pad, [&](DualSenseState& shown) { return shown.show(state), true; });
  }
  bool perform(const PadTouch& touch) {
    return change(touch.pad, [&](DualSenseState& shown) { return shown.touch(touch); });
  }
  bool perform(const PadMotion& motion) {
    return change(motion.pad, [&](DualSenseState& shown) { return shown.move(motion), true; });
  }
  bool perform(const PadBattery& battery) {
    return change(battery.pad, [&](DualSenseState& shown) { return shown.battery(battery), true; });
  }
  template <class Other>
  bool perform(const Other&) {
    return false;
  }

 private:
  // Clients send motion only when asked.
  void ask_motion(std::uint8_t pad, std::uint16_t capabilities) {
    if ((capabilities & kAccelerometer) != 0)
      feedback_.on_feedback(MotionRequest{pad, MotionKind::Acceleration, kMotionHz});
    if ((capabilities & kGyroscope) != 0)
      feedback_.on_feedback(MotionRequest{pad, MotionKind::Gyro, kMotionHz});
  }

  template <class Change>
  bool change(std::uint8_t pad, Change&& change) {
    return pad < kPads && pads_[pad] && change(pads_[pad]->state()) && pads_[pad]->send();
  }

  FeedbackSink& feedback_;
  std::array<std::unique_ptr<DualSense>, kPads> pads_;
};

}  // namespace

std::string problem_text(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "/dev/uhid does not exist, so PlayStation pads go without motion, touch pad, light "
             "and "
             "trigger effects: load the kernel module with 'modprobe uhid' (and list it in "
             "/etc/modules-load.d/); in a container add '--device /dev/uhid'";
    case EACCES:
    case EPERM:
      return "/dev/uhid may not be opened by this user, so PlayStation pads go without motion, "
             "touch pad, light and trigger effects: install the udev rule 'KERNEL==\"uhid\", "
             "SUBSYSTEM==\"misc\", TAG+=\"uaccess\", GROUP=\"input\", MODE=\"0660\"' and log in "
             "again; in a container add '--device /dev/uhid' and the group that owns it";
    default:
      return fmt::format("/dev/uhid cannot be opened: {}", std::strerror(error));
  }
}

std::string problem() {
  return open_device() ? std::string() : problem_text(errno);
}

Result<std::unique_ptr<Injector>> open(FeedbackSink& feedback) {
  if (auto text = problem(); !text.empty()) return fail(Errc::Unavailable, std::move(text));
  return PadThread<UhidPads>::start(feedback);
}

}  // namespace pf::input::uhid
