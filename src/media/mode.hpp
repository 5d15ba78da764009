// What a client asked to see: size and exact rational rate.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pf::media {

__extension__ using WideUnsigned = unsigned __int128;

struct Rational {
  std::uint32_t num = 60;
  std::uint32_t den = 1;  // 60000/1001 for NTSC rates
  bool operator==(const Rational&) const = default;
  double value() const { return static_cast<double>(num) / den; }
};

struct Mode {
  std::uint32_t width = 1280;  // pixels, even
  std::uint32_t height = 720;  // pixels, even
  Rational rate{60, 1};        // frames per second
  bool operator==(const Mode&) const = default;
  // Duration of `count` frames, exact in nanoseconds (no accumulated rounding).
  std::chrono::nanoseconds frames(std::uint64_t count) const {
    const auto num = static_cast<WideUnsigned>(count) * rate.den * 1'000'000'000U;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(num / rate.num));
  }
};

std::string to_string(const Mode& mode);  // "1280x720@60", "1920x1080@59.94"

}  // namespace pf::media
