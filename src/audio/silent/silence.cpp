#include "audio/silent/silence.hpp"

#include <algorithm>

#include "audio/paced_source.hpp"

namespace pf::audio::silent {

Result<std::unique_ptr<Source>> open(const Options&, const Request& request) {
  return std::unique_ptr<Source>(std::make_unique<PacedSource>(
      "none", request.speakers, [](std::uint64_t, unsigned, std::span<float> interleaved) {
        std::fill(interleaved.begin(), interleaved.end(), 0.0F);
      }));
}

}  // namespace pf::audio::silent
