#include <algorithm>
#include <thread>

#include "encode/libav/flavour.hpp"

namespace pf::encode::libav {
namespace {

constexpr unsigned kMostThreads = 8;

const char* x265_codec_name(const media::VideoFormat& format) {
  return format.codec == media::Codec::Hevc ? "libx265" : nullptr;
}

Result<> x265_check(const Options&) {
  if (avcodec_find_encoder_by_name("libx265") == nullptr)
    return fail(Errc::Unavailable,
                "libavcodec was built without libx265; install Debian's libavcodec");
  return {};
}

void x265_tune(AVCodecContext& context, AVDictionary*& options, const Config&,
               const Options& wanted) {
  const auto threads = wanted.threads != 0
                           ? wanted.threads
                           : std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  context.gop_size = -1;
  av_dict_set(&options, "preset", "ultrafast", 0);
  av_dict_set(&options, "tune", "zerolatency", 0);
  av_dict_set(&options, "forced-idr", "1", 0);
  // One frame at a time, its rows in parallel: more would delay the output. So would slices, for
  // which libx265 keeps a picture back. No open groups of pictures and no information units but
  // parameter sets.
  const auto parameters =
      "keyint=-1:scenecut=0:open-gop=0:repeat-headers=1:annexb=1:info=0:"
      "frame-threads=1:log-level=none:pools=" +
      std::to_string(threads);
  av_dict_set(&options, "x265-params", parameters.c_str(), 0);
}

}  // namespace

// Costs several times what x264 costs: for clients that play nothing else.
const Flavour kX265{"x265",    false,   x265_codec_name, x265_check,
                    x265_tune, nullptr, Planes::Three,   Bits::Low};

}  // namespace pf::encode::libav
