#include "encode/x264/tuning.hpp"

#include <algorithm>
#include <cmath>

namespace pf::encode::x264 {
namespace {

// Estimated time of one thread with the "auto" options, with a margin for slower machines.
constexpr double kNanosecondsPerPixel = 4.5;
constexpr double kShareOfFrameTime = 0.6;
constexpr unsigned kMostThreads = 8;
// MaxDpbMbs of level 5.1 (H.264 table A-1), which decoders of today take; and the format's limit.
constexpr std::uint64_t kDecoderMacroblocks = 184'320, kMostPictures = 16;

}  // namespace

Tuning tuning_of(const media::Mode& mode, const Options& options, unsigned cores) {
  const double pixels = static_cast<double>(mode.width) * mode.height;
  const double frame_ns = 1e9 / mode.rate.value();
  const double wanted = std::ceil(pixels * kNanosecondsPerPixel / (frame_ns * kShareOfFrameTime));
  // "ultrafast" with the small intra partitions and the 8×8 transform, which text repays most.
  Tuning tuning{"ultrafast", "partitions=i8x8,i4x4:8x8dct=1", options.threads};
  if (tuning.threads == 0)
    tuning.threads =
        std::clamp(static_cast<unsigned>(wanted), 1U, std::clamp(cores, 1U, kMostThreads));
  if (options.x264_preset != "auto" && !options.x264_preset.empty())
    tuning = {options.x264_preset, "", tuning.threads};
  return tuning;
}

unsigned kept_pictures(const media::Mode& mode, std::uint32_t max_references) {
  const auto blocks = [](std::uint32_t pixels) { return (std::uint64_t{pixels} + 15) / 16; };
  const auto fitting = kDecoderMacroblocks / (blocks(mode.width) * blocks(mode.height));
  const auto most = max_references == 0 ? kMostPictures : std::uint64_t{max_references};
  return static_cast<unsigned>(
      std::clamp(std::min(fitting, most), std::uint64_t{1}, kMostPictures));
}

}  // namespace pf::encode::x264
