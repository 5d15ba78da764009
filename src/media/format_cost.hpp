// What coding one picture costs in a format, and whether an encoder keeps up with a mode.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "media/colour.hpp"
#include "media/mode.hpp"

namespace pf::media {

struct FormatCost {
  VideoFormat format;
  // Of one 1280x720 picture with as much motion as a desktop ever has, in microseconds.
  std::uint32_t frame_us = 0;
  bool operator==(const FormatCost&) const = default;
};

// False when `costs` names the format and coding it in that mode would leave pictures out all the
// time. The measured picture is about the worst there is, hence some allowance.
inline bool keeps_up(const std::vector<FormatCost>& costs, const VideoFormat& format,
                     const Mode& mode) {
  const auto found = std::find_if(costs.begin(), costs.end(),
                                  [&](const FormatCost& cost) { return cost.format == format; });
  if (found == costs.end()) return true;
  constexpr double kMeasuredPixels = 1280.0 * 720.0, kAllowance = 1.5;
  const double pixels = static_cast<double>(mode.width) * mode.height;
  return found->frame_us * 1e-6 * pixels / kMeasuredPixels * mode.rate.value() <= kAllowance;
}

}  // namespace pf::media
