#include "audio/synthetic/tone.hpp"

#include <cmath>
#include <numbers>

#include "audio/paced_source.hpp"

namespace pf::audio::synthetic {
namespace {

void fill(std::uint64_t first, unsigned channels, std::span<float> interleaved) {
  // Phases of whole seconds are whole turns, so the position within one second is enough.
  const auto start = static_cast<double>(first % 48'000);
  for (std::size_t i = 0; i < interleaved.size(); ++i) {
    const auto channel = static_cast<unsigned>(i % channels);
    const auto t = (start + static_cast<double>(i / channels)) / 48'000.0;
    interleaved[i] =
        static_cast<float>(kAmplitude * std::sin(2 * std::numbers::pi * tone_hz(channel) * t));
  }
}

}  // namespace

Result<std::unique_ptr<Source>> open(const Options&, const Request& request) {
  return std::unique_ptr<Source>(
      std::make_unique<PacedSource>("synthetic", request.speakers, fill));
}

}  // namespace pf::audio::synthetic
