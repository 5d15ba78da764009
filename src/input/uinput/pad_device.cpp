#include "input/uinput/pad_device.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libevdev/libevdev-uinput.h>
#include <libevdev/libevdev.h>
#include <linux/uinput.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include "base/unique_fd.hpp"

namespace pf::input::uinput {
namespace {

struct FreeDevice {
  void operator()(libevdev* device) const { libevdev_free(device); }
};
struct DestroyUinput {
  void operator()(libevdev_uinput* device) const { libevdev_uinput_destroy(device); }
};

void add_axis(libevdev* device, unsigned code, std::int32_t minimum, std::int32_t maximum,
              std::int32_t fuzz, std::int32_t flat) {
  input_absinfo info{};
  info.minimum = minimum;
  info.maximum = maximum;
  info.fuzz = fuzz;
  info.flat = flat;
  info.value = minimum < 0 ? 0 : (maximum + 1) / 2;
  if (code == ABS_Z || code == ABS_RZ) info.value = 0;
  libevdev_enable_event_code(device, EV_ABS, code, &info);
}

void describe(libevdev* device, const PadProfile& profile) {
  libevdev_set_name(device, profile.name);
  libevdev_set_id_bustype(device, BUS_USB);
  libevdev_set_id_vendor(device, profile.vendor);
  libevdev_set_id_product(device, profile.product);
  libevdev_set_id_version(device, profile.version);
  const auto add_key = [&](unsigned code) {
    libevdev_enable_event_code(device, EV_KEY, code, nullptr);
  };
  for (const ButtonMap& button : profile.buttons) add_key(button.code);
  if (profile.left_trigger_button != 0) add_key(profile.left_trigger_button);
  if (profile.right_trigger_button != 0) add_key(profile.right_trigger_button);
  const StickRange& stick = profile.stick;
  for (const unsigned code : {ABS_X, ABS_Y, ABS_RX, ABS_RY})
    add_axis(device, code, stick.minimum, stick.maximum, stick.fuzz, stick.flat);
  if (profile.trigger_axes)
    for (const unsigned code : {ABS_Z, ABS_RZ}) add_axis(device, code, 0, 255, 0, 0);
  for (const unsigned code : {ABS_HAT0X, ABS_HAT0Y}) add_axis(device, code, -1, 1, 0, 0);
  libevdev_enable_event_code(device, EV_FF, FF_RUMBLE, nullptr);
  libevdev_enable_event_code(device, EV_FF, FF_GAIN, nullptr);
}

}  // namespace

struct PadDevice::Handles {
  UniqueFd fd;
  std::unique_ptr<libevdev, FreeDevice> description;
  std::unique_ptr<libevdev_uinput, DestroyUinput> device;  // goes before the descriptor
};

Result<std::unique_ptr<PadDevice>> PadDevice::create(std::uint8_t pad, PadKind kind) {
  auto handles = std::make_unique<Handles>();
  handles->fd.reset(::open("/dev/uinput", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!handles->fd)
    return fail(Errc::DeviceFailed, fmt::format("/dev/uinput: {}", std::strerror(errno)));
  handles->description.reset(libevdev_new());
  const PadProfile& profile = profile_of(kind);
  describe(handles->description.get(), profile);
  // libevdev does not hand a physical path on. Without one the pad works all the same.
  const std::string phys = fmt::format("punktfunk/pad{}", pad);
  ::ioctl(handles->fd.get(), UI_SET_PHYS, phys.c_str());
  libevdev_uinput* device = nullptr;
  const int error =
      libevdev_uinput_create_from_device(handles->description.get(), handles->fd.get(), &device);
  if (error != 0)
    return fail(Errc::DeviceFailed, fmt::format("creating a gamepad: {}", std::strerror(-error)));
  handles->device.reset(device);
  return std::unique_ptr<PadDevice>(new PadDevice(profile, std::move(handles)));
}

PadDevice::PadDevice(const PadProfile& profile, std::unique_ptr<Handles> handles)
    : profile_(profile), handles_(std::move(handles)) {}
PadDevice::~PadDevice() = default;

int PadDevice::fd() const {
  return handles_->fd.get();
}

const char* PadDevice::node() const {
  const char* path = libevdev_uinput_get_devnode(handles_->device.get());
  return path == nullptr ? "" : path;
}

bool PadDevice::show(const PadState& state) {
  const InputCodes codes = translate(profile_, shown_, state);
  shown_ = state;
  if (codes.empty()) return true;
  std::array<input_event, 24> events{};
  std::size_t count = 0;
  for (const InputCode& item : codes.items()) {
    events[count].type = item.type;
    events[count].code = item.code;
    events[count++].value = item.value;
  }
  // One write, so that no reader ever sees half a state.
  const auto bytes = static_cast<ssize_t>(count * sizeof(input_event));
  return ::write(fd(), events.data(), static_cast<std::size_t>(bytes)) == bytes;
}

void PadDevice::serve_feedback(std::int64_t now_ms) {
  input_event event{};
  while (::read(fd(), &event, sizeof event) == static_cast<ssize_t>(sizeof event)) {
    const auto request = static_cast<std::uint32_t>(event.value);
    if (event.type == EV_UINPUT && event.code == UI_FF_UPLOAD) answer_upload(request, now_ms);
    if (event.type == EV_UINPUT && event.code == UI_FF_ERASE) answer_erase(request);
    if (event.type != EV_FF) continue;
    if (event.code == FF_GAIN)
      effects_.set_gain(static_cast<std::uint16_t>(event.value));
    else
      effects_.play(event.code, event.value, now_ms);
  }
}

void PadDevice::answer_upload(std::uint32_t request, std::int64_t now_ms) {
  uinput_ff_upload upload{};
  upload.request_id = request;
  if (::ioctl(fd(), UI_BEGIN_FF_UPLOAD, &upload) != 0) return;
  upload.retval = effects_.upload(upload.effect, now_ms) ? 0 : -EINVAL;
  ::ioctl(fd(), UI_END_FF_UPLOAD, &upload);  // the game's call returns now
}

void PadDevice::answer_erase(std::uint32_t request) {
  uinput_ff_erase erase{};
  erase.request_id = request;
  if (::ioctl(fd(), UI_BEGIN_FF_ERASE, &erase) != 0) return;
  effects_.erase(static_cast<int>(erase.effect_id));
  erase.retval = 0;
  ::ioctl(fd(), UI_END_FF_ERASE, &erase);
}

std::optional<MotorLevels> PadDevice::changed_levels(std::int64_t now_ms) {
  const MotorLevels levels = effects_.levels(now_ms);
  if (levels == told_) return std::nullopt;
  told_ = levels;
  return levels;
}

}  // namespace pf::input::uinput
