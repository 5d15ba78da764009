#include "input/uhid/dualsense_report.hpp"

#include <algorithm>
#include <cmath>

namespace pf::input::uhid {
namespace {

constexpr std::uint8_t kInput = 0x01, kOutput = 0x02;
constexpr std::uint8_t kCalibration = 0x05, kPairing = 0x09, kFirmware = 0x20;

// Offsets into the input report.
constexpr std::size_t kSticks = 1, kTriggers = 5, kSequence = 7, kButtons = 8, kGyro = 16,
                      kAcceleration = 22, kSensorTime = 28, kFingers = 33, kPower = 53;
constexpr std::uint8_t kNoFinger = 0x80, kNoDirection = 8;
constexpr float kWidth = 1919, kHeight = 1079;
constexpr float kGyroUnits = 16;  // of a degree a second
constexpr float kAccelerationUnits = 8192 / 9.80665F;
constexpr std::int16_t kOneG = 8192, kGyroSpeed = 540;
// Charge in tenths, and above it what the charger does.
constexpr std::uint8_t kCharging = 0x10, kFull = 0x2A;

// Offsets into the output report, and the flags that say which fields count.
constexpr std::size_t kValid0 = 1, kValid1 = 2, kMotorRight = 3, kMotorLeft = 4, kRightTrigger = 11,
                      kLeftTrigger = 22, kValid2 = 39, kRed = 45;
constexpr std::uint8_t kVibration = 0x01, kHaptics = 0x02, kVibration2 = 0x04, kLightBar = 0x04;
constexpr std::uint8_t kTriggerFlags = 0x0C;

constexpr std::uint8_t kDescriptor[] = {
    0x05, 0x01,         0x09, 0x05,      0xA1, 0x01,  // a game pad
    0x85, kInput,                                     // its input report:
    0x09, 0x30,         0x09, 0x31,      0x09, 0x32,
    0x09, 0x35,         0x09, 0x33,      0x09, 0x34,  // sticks, triggers
    0x15, 0x00,         0x26, 0xFF,      0x00, 0x75,
    0x08, 0x95,         0x06, 0x81,      0x02,  // a byte each
    0x06, 0x00,         0xFF, 0x09,      0x20, 0x95,
    0x01, 0x81,         0x02,  // the sequence
    0x05, 0x01,         0x09, 0x39,      0x25, 0x07,
    0x75, 0x04,         0x95, 0x01,      0x81, 0x42,  // directions
    0x05, 0x09,         0x19, 0x01,      0x29, 0x0F,
    0x25, 0x01,         0x75, 0x01,      0x95, 0x0F,
    0x81, 0x02,  // buttons
    0x06, 0x00,         0xFF, 0x09,      0x21, 0x95,
    0x0D, 0x81,         0x02,  // 13 bits unused
    0x09, 0x22,         0x26, 0xFF,      0x00, 0x75,
    0x08, 0x95,         0x34, 0x81,      0x02,  // sensors and the rest
    0x85, kOutput,      0x09, 0x23,      0x95, kOutputReportBytes - 1,
    0x91, 0x02,  // the output report
    0x85, kCalibration, 0x09, 0x24,      0x95, 40,
    0xB1, 0x02,  // feature reports
    0x85, kPairing,     0x09, 0x25,      0x95, 19,
    0xB1, 0x02,         0x85, kFirmware, 0x09, 0x26,
    0x95, 63,           0xB1, 0x02,      0xC0};

std::uint8_t axis(std::int16_t place) {
  return static_cast<std::uint8_t>((place + 32768) >> 8);
}
// Up is positive on the wire, down in the report.
std::uint8_t axis_down(std::int16_t place) {
  return axis(place == -32768 ? std::int16_t{32767} : static_cast<std::int16_t>(-place));
}

// Clockwise from up; opposite directions cancel.
std::uint8_t direction(std::uint32_t buttons) {
  using namespace pad_button;
  const auto held = [&](std::uint32_t mask) { return (buttons & mask) != 0 ? 1 : 0; };
  const int x = held(kRight) - held(kLeft), y = held(kDown) - held(kUp);
  constexpr std::uint8_t kPlaces[3][3] = {{7, 0, 1}, {6, kNoDirection, 2}, {5, 4, 3}};
  return kPlaces[y + 1][x + 1];
}

struct Bit {
  std::uint32_t mask;
  std::uint8_t byte, bit;
};
constexpr Bit kBits[] = {
    {pad_button::kX, 0, 0x10},
    {pad_button::kA, 0, 0x20},
    {pad_button::kB, 0, 0x40},
    {pad_button::kY, 0, 0x80},
    {pad_button::kLeftShoulder, 1, 0x01},
    {pad_button::kRightShoulder, 1, 0x02},
    {pad_button::kBack, 1, 0x10},
    {pad_button::kStart, 1, 0x20},
    {pad_button::kLeftStick, 1, 0x40},
    {pad_button::kRightStick, 1, 0x80},
    {pad_button::kGuide, 2, 0x01},
    {pad_button::kTouchpad, 2, 0x02},
    {pad_button::kMisc, 2, 0x04},
};

std::int16_t units(float value, float scale) {
  return static_cast<std::int16_t>(std::clamp(std::lround(value * scale), -32768L, 32767L));
}

// The three axes from both ends.
void ends(ByteWriter& out, std::int16_t value) {
  for (int i = 0; i < 3; ++i)
    out.le(static_cast<std::uint16_t>(value)).le(static_cast<std::uint16_t>(-value));
}

Bytes calibration() {
  Bytes report{kCalibration};
  ByteWriter out(report);
  for (int i = 0; i < 3; ++i) out.le(std::uint16_t{0});  // no bias
  ends(out, static_cast<std::int16_t>(kGyroSpeed * static_cast<int>(kGyroUnits)));
  for (int i = 0; i < 2; ++i) out.le(static_cast<std::uint16_t>(kGyroSpeed));
  ends(out, kOneG);
  report.resize(41);
  return report;
}

Bytes firmware() {
  Bytes report(64);
  report[0] = kFirmware;
  store_le(report.data() + 24, std::uint32_t{0x00000413});  // hardware
  store_le(report.data() + 28, std::uint32_t{0x01000008});  // firmware
  store_le(report.data() + 44, std::uint16_t{0x0224});      // from here on drivers use vibration 2
  return report;
}

}  // namespace

std::span<const std::uint8_t> report_descriptor() {
  return kDescriptor;
}

Bytes feature_report(std::uint8_t number, const Mac& mac) {
  if (number == kCalibration) return calibration();
  if (number == kFirmware) return firmware();
  if (number != kPairing) return {};
  Bytes report{kPairing};
  report.insert(report.end(), mac.rbegin(), mac.rend());
  report.resize(20);
  return report;
}

DualSenseState::DualSenseState() : power_(kFull) {
  rest();
}

void DualSenseState::rest() {
  pad_ = {};
  fingers_ = {};
  gyro_ = {};
  // Lying flat: what a pad without news of its motion feels.
  acceleration_ = {0, kOneG, 0};
}

DualSenseState::Finger* DualSenseState::finger(std::uint32_t id) {
  const auto found = std::find_if(fingers_.begin(), fingers_.end(),
                                  [id](const Finger& one) { return one.down && one.id == id; });
  return found == fingers_.end() ? nullptr : &*found;
}

bool DualSenseState::touch(const PadTouch& touch) {
  if (touch.surface != 0) return false;
  auto* known = finger(touch.id);
  switch (touch.phase) {
    case TouchPhase::Down:
    case TouchPhase::Move: {
      if (known == nullptr) {
        const auto free = std::find_if(fingers_.begin(), fingers_.end(),
                                       [](const Finger& one) { return !one.down; });
        if (free == fingers_.end()) return false;
        known = &*free;
        *known = {true, touch.id, next_contact_};
        next_contact_ = (next_contact_ + 1) & 0x7F;
      }
      known->x = static_cast<std::uint16_t>(std::lround(std::clamp(touch.x, 0.0F, 1.0F) * kWidth));
      known->y = static_cast<std::uint16_t>(std::lround(std::clamp(touch.y, 0.0F, 1.0F) * kHeight));
      return true;
    }
    case TouchPhase::Up:
    case TouchPhase::Cancel:
      if (known != nullptr) known->down = false;
      return known != nullptr;
    case TouchPhase::CancelAll:
      for (auto& one : fingers_) one.down = false;
      return true;
    case TouchPhase::Hover:
    case TouchPhase::ButtonOnly:
    case TouchPhase::HoverLeave:
      break;
  }
  return false;
}

void DualSenseState::move(const PadMotion& motion) {
  const bool gyro = motion.kind == MotionKind::Gyro;
  const auto scale = gyro ? kGyroUnits : kAccelerationUnits;
  auto& axes = gyro ? gyro_ : acceleration_;
  axes = {units(motion.x, scale), units(motion.y, scale), units(motion.z, scale)};
}

void DualSenseState::battery(const PadBattery& battery) {
  const auto tenths = static_cast<std::uint8_t>(battery.percent > 100 ? 10 : battery.percent / 10);
  switch (battery.state) {
    case 2:
      power_ = tenths;
      break;
    case 3:
      power_ = kCharging | tenths;
      break;
    case 4:
    case 5:
      power_ = kFull;
      break;
    default:
      break;  // unknown, or none: what was said last
  }
}

DualSenseState::Report DualSenseState::report(std::uint64_t now_us) {
  Report out{};
  out[0] = kInput;
  out[kSticks] = axis(pad_.left_x);
  out[kSticks + 1] = axis_down(pad_.left_y);
  out[kSticks + 2] = axis(pad_.right_x);
  out[kSticks + 3] = axis_down(pad_.right_y);
  out[kTriggers] = pad_.left_trigger;
  out[kTriggers + 1] = pad_.right_trigger;
  out[kSequence] = sequence_++;
  out[kButtons] = direction(pad_.buttons);
  const auto add = [&out](std::size_t byte, std::uint8_t bit) {
    out[kButtons + byte] = static_cast<std::uint8_t>(out[kButtons + byte] | bit);
  };
  for (const auto& one : kBits)
    if ((pad_.buttons & one.mask) != 0) add(one.byte, one.bit);
  if (pad_.left_trigger != 0) add(1, 0x04);
  if (pad_.right_trigger != 0) add(1, 0x08);
  for (std::size_t i = 0; i < 3; ++i) {
    store_le(&out[kGyro + 2 * i], static_cast<std::uint16_t>(gyro_[i]));
    store_le(&out[kAcceleration + 2 * i], static_cast<std::uint16_t>(acceleration_[i]));
  }
  store_le(&out[kSensorTime], static_cast<std::uint32_t>(now_us * 3));  // thirds of a microsecond
  for (std::size_t i = 0; i < fingers_.size(); ++i) {
    const auto& finger = fingers_[i];
    auto* at = &out[kFingers + 4 * i];
    at[0] = static_cast<std::uint8_t>(finger.contact | (finger.down ? 0 : kNoFinger));
    at[1] = static_cast<std::uint8_t>(finger.x);
    at[2] = static_cast<std::uint8_t>(finger.x >> 8 | (finger.y & 0x0F) << 4);
    at[3] = static_cast<std::uint8_t>(finger.y >> 4);
  }
  out[kPower] = power_;
  return out;
}

Asked parse_output(std::uint8_t pad, ByteSpan report) {
  Asked asked;
  if (report.size() < kOutputReportBytes || report[0] != kOutput) return asked;
  const auto valid0 = report[kValid0], valid1 = report[kValid1], valid2 = report[kValid2];
  // A report in which nothing counts is how some programs stop the motors.
  const bool stop = valid0 == 0 && valid1 == 0 && valid2 == 0;
  if (stop || (valid0 & (kVibration | kHaptics)) != 0 || (valid2 & kVibration2) != 0)
    asked.rumble = Rumble{pad, static_cast<std::uint16_t>(report[kMotorLeft] * 257),
                          static_cast<std::uint16_t>(report[kMotorRight] * 257)};
  if ((valid1 & kLightBar) != 0)
    asked.light = PadLight{pad, report[kRed], report[kRed + 1], report[kRed + 2]};
  if ((valid0 & kTriggerFlags) != 0) {
    AdaptiveTriggers triggers;
    triggers.pad = pad;
    triggers.flags = valid0 & kTriggerFlags;
    triggers.right_type = report[kRightTrigger];
    triggers.left_type = report[kLeftTrigger];
    std::copy_n(report.begin() + kRightTrigger + 1, triggers.right.size(), triggers.right.begin());
    std::copy_n(report.begin() + kLeftTrigger + 1, triggers.left.size(), triggers.left.begin());
    asked.triggers = triggers;
  }
  return asked;
}

}  // namespace pf::input::uhid
