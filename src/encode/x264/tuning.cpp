#include "encode/x264/tuning.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace pf::encode::x264 {
namespace {

// Estimated time of one thread with the "auto" options, with a margin for slower machines.
constexpr double kNanosecondsPerPixel = 4.5;
constexpr double kShareOfFrameTime = 0.6;
constexpr unsigned kMostThreads = 8;
// MaxDpbMbs of level 5.1 (H.264 table A-1), which decoders of today take; and the format's limit.
constexpr std::uint64_t kDecoderMacroblocks = 184'320, kMostPictures = 16;

struct Level {
  int idc;
  std::uint32_t blocks_per_second, blocks, decoder_blocks, kbps;
};
// H.264 table A-1: MaxMBPS, MaxFS, MaxDpbMbs, MaxBR in 1000 bits (Baseline and Main; High may
// more).
constexpr Level kLevels[] = {
    {30, 40'500, 1'620, 8'100, 10'000},         {31, 108'000, 3'600, 18'000, 14'000},
    {32, 216'000, 5'120, 20'480, 20'000},       {40, 245'760, 8'192, 32'768, 20'000},
    {41, 245'760, 8'192, 32'768, 50'000},       {42, 522'240, 8'704, 34'816, 50'000},
    {50, 589'824, 22'080, 110'400, 135'000},    {51, 983'040, 36'864, 184'320, 240'000},
    {52, 2'073'600, 36'864, 184'320, 240'000},  {60, 4'177'920, 139'264, 696'320, 240'000},
    {61, 8'355'840, 139'264, 696'320, 480'000}, {62, 16'711'680, 139'264, 696'320, 800'000},
};

}  // namespace

Tuning tuning_of(const media::Mode& mode, const Options& options, unsigned cores) {
  const double pixels = static_cast<double>(mode.width) * mode.height;
  const double frame_ns = 1e9 / mode.rate.value();
  const double wanted = std::ceil(pixels * kNanosecondsPerPixel / (frame_ns * kShareOfFrameTime));
  // "ultrafast" with the small intra partitions, which text repays. The 8×8 transform with its own
  // partitions takes another 7 % of the time for 0.1 dB at best.
  Tuning tuning{"ultrafast", "partitions=i4x4:8x8dct=0", options.threads};
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

int level_of(const media::Mode& mode, unsigned kept_pictures, std::uint32_t bitrate_kbps) {
  const std::uint64_t wide = (mode.width + 15) / 16, high = (mode.height + 15) / 16;
  const auto blocks = wide * high;
  for (const auto& level : kLevels)
    if (blocks <= level.blocks && wide * wide <= 8ULL * level.blocks &&
        high * high <= 8ULL * level.blocks &&
        static_cast<double>(blocks) * mode.rate.value() <= level.blocks_per_second &&
        blocks * kept_pictures <= level.decoder_blocks && bitrate_kbps <= level.kbps)
      return level.idc;
  return kLevels[std::size(kLevels) - 1].idc;
}

}  // namespace pf::encode::x264
