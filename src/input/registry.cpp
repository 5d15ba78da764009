#include <type_traits>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "input/injector.hpp"
#include "input/pad_switch.hpp"
#include "input/router.hpp"
#ifdef PF_HAVE_INPUT_X11
#include "input/x11/xtest.hpp"
#endif
#ifdef PF_HAVE_INPUT_UINPUT
#include "input/uinput/uinput_pads.hpp"
#endif
#ifdef PF_HAVE_INPUT_UHID
#include "input/uhid/uhid_pads.hpp"
#endif
#ifdef PF_HAVE_INPUT_WLR
#include "input/wlr/wlr.hpp"
#endif

namespace pf::input {
namespace {

// Performs nothing: for the generated picture, and for what has no device here.
class Nothing final : public Injector {
 public:
  ~Nothing() override {
    if (count_.value() != 0)
      log::debug("input", "events without a device", "ignored", count_.value());
  }
  const char* name() const override { return "none"; }
  void inject(const Event&) noexcept override { count_.add(); }

 private:
  metrics::Counter count_;
};

// Where there can be no pads: whoever brings one is told.
class NoPads final : public Injector {
 public:
  explicit NoPads(FeedbackSink& feedback) : feedback_(feedback) {}
  const char* name() const override { return "none"; }
  void inject(const Event& event) noexcept override {
    if (const auto* arrival = std::get_if<PadArrival>(&event))
      feedback_.on_feedback(PadPresence{arrival->pad, false});
  }

 private:
  FeedbackSink& feedback_;
};

// Pads one way, everything else the other.
class Composite final : public Injector {
 public:
  Composite(std::unique_ptr<Injector> desk, std::unique_ptr<Injector> pads)
      : desk_(std::move(desk)), pads_(std::move(pads)) {}
  const char* name() const override { return desk_->name(); }
  void inject(const Event& event) noexcept override {
    (needed_grant(event) == kGrantGamepad ? pads_ : desk_)->inject(event);
  }

 private:
  std::unique_ptr<Injector> desk_, pads_;
};

Result<std::unique_ptr<Injector>> open_desk([[maybe_unused]] const media::DisplayTarget& target,
                                            [[maybe_unused]] const Options& options,
                                            [[maybe_unused]] FeedbackSink& feedback) {
  switch (target.kind) {
    case media::DisplayKind::Synthetic:
      return std::make_unique<Nothing>();
    case media::DisplayKind::Wlroots:
#ifdef PF_HAVE_INPUT_WLR
      return wlr::open(target, options, feedback);
#else
      return fail(Errc::Unavailable, "this build has no Wayland input");
#endif
    case media::DisplayKind::X11:
#ifdef PF_HAVE_INPUT_X11
      return x11::open(target, options, feedback);
#else
      return fail(Errc::Unavailable, "this build has no X11 input");
#endif
  }
  return fail(Errc::Unavailable, "unknown kind of display");
}

std::unique_ptr<Injector> open_plain_pads(FeedbackSink& feedback) {
#ifdef PF_HAVE_INPUT_UINPUT
  auto pads = uinput::open(feedback);
  if (pads) return std::move(*pads);
  log::warn("input", "no gamepads in this session", "reason", pads.error().message());
#else
  log::warn("input", "no gamepads in this session", "reason", "built without libevdev");
#endif
  return std::make_unique<NoPads>(feedback);
}

std::unique_ptr<Injector> open_pads(const Options& options, FeedbackSink& feedback) {
  if (!options.uinput_pads) return std::make_unique<NoPads>(feedback);
  auto plain = open_plain_pads(feedback);
#ifdef PF_HAVE_INPUT_UHID
  // Without it, PlayStation pads are evdev devices like the others.
  auto dualsense = uhid::open(feedback);
  if (dualsense) return std::make_unique<PadSwitch>(std::move(*dualsense), std::move(plain));
  log::debug("input", "no whole DualSense in this session", "reason", dualsense.error().message());
#endif
  return plain;
}

}  // namespace

const char* error_room(Errc) {
  return "input";
}

const char* error_text(Errc code) {
  switch (code) {
    case Errc::Unavailable:
      return "this kind of input cannot be used here";
    case Errc::ConnectFailed:
      return "the display did not accept a connection for input";
    case Errc::ProtocolMissing:
      return "the display lacks a protocol for input";
    case Errc::DeviceFailed:
      return "an input device could not be made";
  }
  return "unknown input error";
}

Result<std::unique_ptr<Injector>> open(const media::DisplayTarget& target, const Options& options,
                                       FeedbackSink& feedback) {
  auto desk = open_desk(target, options, feedback);
  if (!desk) return pass(desk);
  return std::make_unique<Composite>(std::move(*desk), open_pads(options, feedback));
}

std::vector<ProbeReport> probe_all() {
  std::vector<ProbeReport> reports;
#ifdef PF_HAVE_INPUT_WLR
  reports.push_back({"wlr", true, {}});
#else
  reports.push_back(
      {"wlr", false, "left out of this build: it needs libwayland-dev and libxkbcommon-dev"});
#endif
#ifdef PF_HAVE_INPUT_X11
  reports.push_back({"xtest", true, {}});
#else
  reports.push_back({"xtest", false,
                     "left out of this build: it needs libxcb1-dev, libxcb-xtest0-dev and "
                     "libxcb-keysyms1-dev"});
#endif
#ifdef PF_HAVE_INPUT_UINPUT
  auto problem = uinput::problem();
  const bool usable = problem.empty();
  reports.push_back({"uinput", usable, std::move(problem)});
#else
  reports.push_back({"uinput", false, "left out of this build: it needs libevdev-dev"});
#endif
#ifdef PF_HAVE_INPUT_UHID
  auto missing = uhid::problem();
  const bool whole = missing.empty();
  reports.push_back({"uhid", whole, std::move(missing)});
#else
  reports.push_back({"uhid", false, "left out of this build"});
#endif
  return reports;
}

}  // namespace pf::input
