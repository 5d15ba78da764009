#include "input/uhid/uhid_pads.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/thread.hpp"
#include "base/unique_fd.hpp"
#include "input/event_queue.hpp"
#include "input/uhid/dualsense.hpp"

namespace pf::input::uhid {
namespace {

constexpr std::size_t kPads = 16;
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

class UhidPads final : public Injector {
 public:
  explicit UhidPads(FeedbackSink& feedback) : feedback_(feedback), thread_([this] { run(); }) {}

  ~UhidPads() override {
    stop_.store(true, std::memory_order_release);
    queue_.wake();
    thread_.join();
    if (ignored_.value() != 0)
      log::debug("input", "virtual gamepads cannot perform some events", "ignored",
                 ignored_.value());
  }

  const char* name() const override { return "uhid"; }
  void inject(const Event& event) noexcept override { queue_.push(event); }

 private:
  void run() noexcept {
    name_this_thread("pf-uhid");
    while (!stop_.load(std::memory_order_acquire)) {
      std::array<pollfd, kPads + 1> fds{};
      fds[kPads] = {queue_.fd(), POLLIN, 0};
      for (std::size_t i = 0; i < kPads; ++i) fds[i] = {pads_[i] ? pads_[i]->fd() : -1, POLLIN, 0};
      ::poll(fds.data(), fds.size(), -1);
      queue_.clear_wake();
      drain();
      for (std::size_t i = 0; i < kPads; ++i)
        if (pads_[i] && (fds[i].revents & POLLIN) != 0) pads_[i]->serve(feedback_);
    }
    drain();
  }

  void drain() {
    while (const auto event = queue_.pop())
      std::visit([this](const auto& e) { perform(e); }, *event);
    if (!queue_.take_overflow()) return;
    for (auto& pad : pads_) {
      if (!pad) continue;
      pad->state().rest();
      pad->send();
    }
  }

  void perform(const PadArrival& arrival) {
    if (arrival.pad >= kPads || pads_[arrival.pad]) return;
    auto made = DualSense::create(arrival.pad, open_device(), random_mac());
    feedback_.on_feedback(PadPresence{arrival.pad, made.has_value()});
    if (!made)
      return log::warn("input", "gamepad not created", "pad", arrival.pad, "reason",
                       made.error().message());
    pads_[arrival.pad] = std::move(*made);
    log::info("input", "gamepad created", "pad", arrival.pad, "as", kName);
    ask_motion(arrival.pad, arrival.capabilities);
  }
  // Clients send motion only when asked.
  void ask_motion(std::uint8_t pad, std::uint16_t capabilities) {
    if ((capabilities & kAccelerometer) != 0)
      feedback_.on_feedback(MotionRequest{pad, MotionKind::Acceleration, kMotionHz});
    if ((capabilities & kGyroscope) != 0)
      feedback_.on_feedback(MotionRequest{pad, MotionKind::Gyro, kMotionHz});
  }
  void perform(const PadRemoval& removal) {
    if (removal.pad >= kPads || !pads_[removal.pad]) return;
    pads_[removal.pad].reset();
    feedback_.on_feedback(PadPresence{removal.pad, false});
  }
  void perform(const PadState& state) {
    change(state.pad, [&](DualSenseState& shown) { return shown.show(state), true; });
  }
  void perform(const PadTouch& touch) {
    change(touch.pad, [&](DualSenseState& shown) { return shown.touch(touch); });
  }
  void perform(const PadMotion& motion) {
    change(motion.pad, [&](DualSenseState& shown) { return shown.move(motion), true; });
  }
  void perform(const PadBattery& battery) {
    change(battery.pad, [&](DualSenseState& shown) { return shown.battery(battery), true; });
  }
  template <class Other>
  void perform(const Other&) {
    ignored_.add();
  }

  template <class Change>
  void change(std::uint8_t pad, Change&& change) {
    if (pad >= kPads || !pads_[pad] || !change(pads_[pad]->state()) || !pads_[pad]->send())
      ignored_.add();
  }

  FeedbackSink& feedback_;
  EventQueue queue_;
  metrics::Counter ignored_;
  std::atomic<bool> stop_{false};
  std::array<std::unique_ptr<DualSense>, kPads> pads_;  // the thread's own
  std::jthread thread_;
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
  return std::make_unique<UhidPads>(feedback);
}

}  // namespace pf::input::uhid
