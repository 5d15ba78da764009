// What a DualSense on USB says and is told: its reports as bytes, by the layout that the kernel's
// hid-playstation driver and games read. Pure; no device.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "input/event.hpp"

namespace pf::input::uhid {

inline constexpr std::uint16_t kVendor = 0x054C, kProduct = 0x0CE6, kVersion = 0x0100;
inline constexpr const char* kName = "Sony Interactive Entertainment DualSense Wireless Controller";
inline constexpr std::size_t kInputReportBytes = 64, kOutputReportBytes = 48;

using Mac = std::array<std::uint8_t, 6>;

// Which reports there are and how long. The fields that drivers read are named in it, the others
// are opaque.
std::span<const std::uint8_t> report_descriptor();

// A feature report, number first; empty when this pad has none of that number. The calibration
// makes one unit of the gyro 1/16 degree a second and 8,192 of the accelerometer one g.
Bytes feature_report(std::uint8_t number, const Mac& mac);

// All that the pad shows.
class DualSenseState {
 public:
  using Report = std::array<std::uint8_t, kInputReportBytes>;
  DualSenseState();

  void show(const PadState& state) { pad_ = state; }
  // False: nothing that this pad has (a second touch pad, a third finger, a finger that hovers).
  bool touch(const PadTouch& touch);
  void move(const PadMotion& motion);
  void battery(const PadBattery& battery);
  // Nothing is pressed, touched or tilted any more.
  void rest();

  // The next input report. `now_us`: of a steady clock, for the motion's time.
  Report report(std::uint64_t now_us);

 private:
  struct Finger {
    bool down = false;
    std::uint32_t id = 0;      // the client's
    std::uint8_t contact = 0;  // what the report calls it: 0..127, new for each touch
    std::uint16_t x = 0, y = 0;
  };
  Finger* finger(std::uint32_t id);

  PadState pad_;
  std::array<Finger, 2> fingers_{};
  std::uint8_t next_contact_ = 0;
  std::array<std::int16_t, 3> gyro_{};
  std::array<std::int16_t, 3> acceleration_{};
  std::uint8_t power_;
  std::uint8_t sequence_ = 0;
};

// What a game asked for with one output report.
struct Asked {
  std::optional<Rumble> rumble;
  std::optional<PadLight> light;
  std::optional<AdaptiveTriggers> triggers;
};
// `report`: number first. Nothing for a report that is too short or of another number.
Asked parse_output(std::uint8_t pad, ByteSpan report);

}  // namespace pf::input::uhid
