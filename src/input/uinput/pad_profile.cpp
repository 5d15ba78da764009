#include "input/uinput/pad_profile.hpp"

#include <linux/input-event-codes.h>

#include <array>

namespace pf::input::uinput {
namespace {

using namespace pad_button;

// xpad reports its X as BTN_X (= BTN_NORTH) and Y as BTN_Y (= BTN_WEST), whatever their place.
constexpr std::array<ButtonMap, 11> kXboxButtons{{{kA, BTN_A},
                                                  {kB, BTN_B},
                                                  {kX, BTN_X},
                                                  {kY, BTN_Y},
                                                  {kLeftShoulder, BTN_TL},
                                                  {kRightShoulder, BTN_TR},
                                                  {kBack, BTN_SELECT},
                                                  {kStart, BTN_START},
                                                  {kGuide, BTN_MODE},
                                                  {kLeftStick, BTN_THUMBL},
                                                  {kRightStick, BTN_THUMBR}}};

// The others go by place: A is the lower, B the right, X the left and Y the upper button.
constexpr std::array<ButtonMap, 11> kPlayStationButtons{{{kA, BTN_SOUTH},
                                                         {kB, BTN_EAST},
                                                         {kX, BTN_WEST},
                                                         {kY, BTN_NORTH},
                                                         {kLeftShoulder, BTN_TL},
                                                         {kRightShoulder, BTN_TR},
                                                         {kBack, BTN_SELECT},
                                                         {kStart, BTN_START},
                                                         {kGuide, BTN_MODE},
                                                         {kLeftStick, BTN_THUMBL},
                                                         {kRightStick, BTN_THUMBR}}};

constexpr std::array<ButtonMap, 12> kNintendoButtons{{{kA, BTN_SOUTH},
                                                      {kB, BTN_EAST},
                                                      {kX, BTN_WEST},
                                                      {kY, BTN_NORTH},
                                                      {kMisc, BTN_Z},  // Capture
                                                      {kLeftShoulder, BTN_TL},
                                                      {kRightShoulder, BTN_TR},
                                                      {kBack, BTN_SELECT},
                                                      {kStart, BTN_START},
                                                      {kGuide, BTN_MODE},
                                                      {kLeftStick, BTN_THUMBL},
                                                      {kRightStick, BTN_THUMBR}}};

constexpr PadProfile kXbox{"Microsoft X-Box 360 pad", 0x045E, 0x028E, 0x0110, kXboxButtons,
                           {-32768, 32767, 16, 128},  true,   0,      0};

constexpr PadProfile kPlayStation{"Sony Interactive Entertainment DualSense Wireless Controller",
                                  0x054C,
                                  0x0CE6,
                                  0x8111,
                                  kPlayStationButtons,
                                  {0, 255, 0, 0},
                                  true,
                                  BTN_TL2,
                                  BTN_TR2};

constexpr PadProfile kNintendo{
    "Nintendo Switch Pro Controller", 0x057E, 0x2009,  0x8111, kNintendoButtons,
    {-32767, 32767, 250, 500},        false,  BTN_TL2, BTN_TR2};

}  // namespace

const PadProfile& profile_of(PadKind kind) {
  switch (kind) {
    case PadKind::PlayStation:
      return kPlayStation;
    case PadKind::Nintendo:
      return kNintendo;
    case PadKind::Unknown:
    case PadKind::Xbox:
    case PadKind::Steam:
      break;
  }
  return kXbox;
}

}  // namespace pf::input::uinput
