#include <algorithm>
#include <cmath>
#include <thread>

#include "encode/libav/flavour.hpp"

namespace pf::encode::libav {
namespace {

// Estimated time of one thread with the "auto" options, with a margin for slower machines.
constexpr double kNanosecondsPerPixel = 4.5;
constexpr double kShareOfFrameTime = 0.6;
constexpr unsigned kMostThreads = 8;

const char* x264_codec_name(media::Codec codec) {
  return codec == media::Codec::H264 ? "libx264" : nullptr;
}

Result<> x264_check(const Options&) {
  if (avcodec_find_encoder_by_name("libx264") == nullptr)
    return fail(Errc::Unavailable,
                "libavcodec was built without libx264; install Debian's libavcodec");
  return {};
}

void x264_tune(AVCodecContext& context, AVDictionary*& options, const Config& config,
               const Options& wanted) {
  const auto tuning = x264_tuning(config.mode, wanted, std::thread::hardware_concurrency());
  context.thread_count = static_cast<int>(tuning.threads);
  context.thread_type = FF_THREAD_SLICE;  // frame threads would delay the output
  if (config.slices > 1)
    context.slices = static_cast<int>(std::max(config.slices, tuning.threads));
  else
    context.slices = 0;
  av_dict_set(&options, "preset", tuning.preset.c_str(), 0);
  av_dict_set(&options, "tune", "zerolatency", 0);
  av_dict_set(&options, "forced-idr", "1", 0);
  std::string parameters = "keyint=infinite:scenecut=0:annexb=1:repeat-headers=1";
  if (!tuning.parameters.empty()) parameters += ":" + tuning.parameters;
  av_dict_set(&options, "x264-params", parameters.c_str(), 0);
}

}  // namespace

X264Tuning x264_tuning(const media::Mode& mode, const Options& options, unsigned cores) {
  const double pixels = static_cast<double>(mode.width) * mode.height;
  const double frame_ns = 1e9 / mode.rate.value();
  const double wanted = std::ceil(pixels * kNanosecondsPerPixel / (frame_ns * kShareOfFrameTime));
  // "ultrafast" with the small intra partitions and the 8×8 transform, which text repays most.
  X264Tuning tuning{"ultrafast", "partitions=i8x8,i4x4:8x8dct=1", options.threads};
  if (tuning.threads == 0)
    tuning.threads =
        std::clamp(static_cast<unsigned>(wanted), 1U, std::clamp(cores, 1U, kMostThreads));
  if (options.x264_preset != "auto" && !options.x264_preset.empty())
    tuning = {options.x264_preset, "", tuning.threads};
  return tuning;
}

const Flavour kX264{"x264", true, x264_codec_name, x264_check, x264_tune, nullptr};

}  // namespace pf::encode::libav
