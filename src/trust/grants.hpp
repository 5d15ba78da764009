// Access grants (trust-and-console.md 2.2): one bit per thing that a device may do.
#pragma once

#include <cstdint>
#include <string>

namespace pf::trust::grant {

inline constexpr std::uint32_t kGamepad = 0x01;
inline constexpr std::uint32_t kPointer = 0x02;   // mouse, scroll, touch, pen
inline constexpr std::uint32_t kKeyboard = 0x04;  // keys and committed text
inline constexpr std::uint32_t kClipboard = 0x08;
inline constexpr std::uint32_t kMicrophone = 0x10;
inline constexpr std::uint32_t kLaunch = 0x20;
inline constexpr std::uint32_t kPower = 0x40;
inline constexpr std::uint32_t kManageGames = 0x80;
inline constexpr std::uint32_t kAll = 0xFF;

inline constexpr std::uint32_t kPresetFull = kAll;
inline constexpr std::uint32_t kPresetController = kGamepad;
inline constexpr std::uint32_t kPresetView = 0;

// "full", "controller", "view" or "custom".
const char* preset_name(std::uint32_t grants);

}  // namespace pf::trust::grant
