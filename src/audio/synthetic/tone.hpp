// A test tone: every channel has its own pitch, so that a test can tell their order.
#pragma once

#include "audio/source.hpp"

namespace pf::audio::synthetic {

// 997 Hz for the first channel (997 is prime: no beat with packet lengths), 110 Hz more for each.
constexpr double tone_hz(unsigned channel) {
  return 997.0 + 110.0 * channel;
}
constexpr double kAmplitude = 0.25;

Result<std::unique_ptr<Source>> open(const Options& options, const Request& request);

}  // namespace pf::audio::synthetic
