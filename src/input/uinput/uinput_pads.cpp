#include "input/uinput/uinput_pads.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "input/pad_thread.hpp"
#include "input/uinput/pad_device.hpp"

namespace pf::input::uinput {
namespace {

std::int64_t now_ms() {
  return steady_now_ns() / 1'000'000;
}

class UinputPads {
 public:
  static constexpr const char* kName = "uinput";
  static constexpr const char* kThread = "pf-uinput";

  explicit UinputPads(FeedbackSink& feedback) : feedback_(feedback) {}

  int fd(std::size_t pad) const { return pads_[pad] ? pads_[pad]->fd() : -1; }
  // Until a rumble effect ends by itself; -1 = for ever.
  int timeout_ms() const {
    const std::int64_t now = now_ms();
    std::int64_t wait = -1;
    for (const auto& pad : pads_) {
      const auto next = pad ? pad->next_change_ms(now) : std::nullopt;
      if (next) wait = wait < 0 ? *next - now : std::min(wait, *next - now);
    }
    return static_cast<int>(std::min<std::int64_t>(wait, 60'000));
  }

  void serve(std::size_t pad, bool readable) {
    if (!pads_[pad]) return;
    if (readable) pads_[pad]->serve_feedback(now_ms());
    if (const auto levels = pads_[pad]->changed_levels(now_ms()))
      feedback_.on_feedback(Rumble{static_cast<std::uint8_t>(pad), levels->low, levels->high});
  }
  void rest() {
    for (std::size_t i = 0; i < kPads; ++i)
      if (pads_[i]) pads_[i]->show(PadState{.pad = static_cast<std::uint8_t>(i)});
  }

  bool perform(const PadArrival& arrival) {
    if (arrival.pad < kPads) failed_[arrival.pad] = false;
    device(arrival.pad, arrival.kind);
    return true;
  }
  bool perform(const PadRemoval& removal) {
    if (removal.pad >= kPads || !pads_[removal.pad]) return true;
    pads_[removal.pad].reset();
    feedback_.on_feedback(PadPresence{removal.pad, false});
    return true;
  }
  bool perform(const PadState& state) {
    PadDevice* pad = device(state.pad, PadKind::Unknown);
    return pad != nullptr && pad->show(state);
  }
  template <class Other>
  bool perform(const Other&) {
    return false;
  }

 private:
  PadDevice* device(std::uint8_t pad, PadKind kind) {
    if (pad >= kPads || failed_[pad]) return nullptr;
    if (pads_[pad]) return pads_[pad].get();
    auto made = PadDevice::create(pad, kind);
    if (!made) {
      failed_[pad] = true;  // said once; the next arrival tries again
      feedback_.on_feedback(PadPresence{pad, false});
      log::warn("input", "gamepad not created", "pad", pad, "reason", made.error().message());
      return nullptr;
    }
    pads_[pad] = std::move(*made);
    feedback_.on_feedback(PadPresence{pad, true});
    log::info("input", "gamepad created", "pad", pad, "as", profile_of(kind).name, "node",
              pads_[pad]->node());
    return pads_[pad].get();
  }

  FeedbackSink& feedback_;
  std::array<std::unique_ptr<PadDevice>, kPads> pads_;
  std::array<bool, kPads> failed_{};
};

}  // namespace

std::string problem_text(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "/dev/uinput does not exist: load the kernel module with 'modprobe uinput' (and list "
             "it in /etc/modules-load.d/); in a container add '--device /dev/uinput'";
    case EACCES:
    case EPERM:
      return "/dev/uinput may not be opened by this user: install the udev rule "
             "'KERNEL==\"uinput\", SUBSYSTEM==\"misc\", TAG+=\"uaccess\", GROUP=\"input\", "
             "MODE=\"0660\"' and log in again; in a container add '--device /dev/uinput' and the "
             "group that owns it";
    default:
      return fmt::format("/dev/uinput cannot be opened: {}", std::strerror(error));
  }
}

std::string problem() {
  const UniqueFd fd(::open("/dev/uinput", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  return fd ? std::string() : problem_text(errno);
}

Result<std::unique_ptr<Injector>> open(FeedbackSink& feedback) {
  if (auto text = problem(); !text.empty()) return fail(Errc::Unavailable, std::move(text));
  return PadThread<UinputPads>::start(feedback);
}

}  // namespace pf::input::uinput
