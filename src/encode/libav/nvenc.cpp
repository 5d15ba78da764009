#include <dlfcn.h>

#include <limits>

#include "encode/libav/flavour.hpp"

namespace pf::encode::libav {
namespace {

const char* nvenc_codec_name(const media::VideoFormat& format) {
  switch (format.codec) {
    case media::Codec::H264:
      return format.ten_bit ? nullptr : "h264_nvenc";
    case media::Codec::Hevc:
      return "hevc_nvenc";
    case media::Codec::Av1:  // libavcodec has it from Debian 13 on; the hardware codes Main only
      return format.yuv444 ? nullptr : "av1_nvenc";
  }
  return nullptr;
}

// Null where the pixel format decides.
const char* nvenc_profile(const Config& config) {
  const auto& colour = config.colour;
  if (config.codec == media::Codec::Av1) return nullptr;
  if (config.codec == media::Codec::H264) return colour.yuv444 ? "high444p" : "high";
  if (colour.yuv444) return "rext";
  return colour.ten_bit ? "main10" : "main";
}

bool can_load(const char* library) {
  void* handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) return false;
  dlclose(handle);
  return true;
}

Result<> nvenc_check(const Options&) {
  const bool cuda = can_load("libcuda.so.1"), encode = can_load("libnvidia-encode.so.1");
  if (!cuda)
    return fail(Errc::Unavailable,
                std::string("no NVIDIA driver: libcuda.so.1") +
                    (encode ? "" : " and libnvidia-encode.so.1") +
                    " not found; install the driver with its encode library, in a container run "
                    "with --gpus all and NVIDIA_DRIVER_CAPABILITIES=compute,video,utility");
  if (!encode)
    return fail(Errc::Unavailable,
                "the NVIDIA driver's libnvidia-encode.so.1 not found; install the driver's encode "
                "library (Debian: libnvidia-encode1), in a container add video to "
                "NVIDIA_DRIVER_CAPABILITIES");
  return {};
}

// Options of libavcodec's nvenc: ultra low latency, constant bitrate, every frame out at once.
void nvenc_tune(AVCodecContext& context, AVDictionary*& options, const Config& config,
                const Options&) {
  context.gop_size = std::numeric_limits<int>::max();
  context.keyint_min = std::numeric_limits<int>::max();
  av_dict_set(&options, "preset", "p3", 0);
  av_dict_set(&options, "tune", "ull", 0);
  av_dict_set(&options, "rc", "cbr", 0);
  av_dict_set(&options, "delay", "0", 0);
  av_dict_set(&options, "zerolatency", "1", 0);
  av_dict_set(&options, "forced-idr", "1", 0);
  av_dict_set(&options, "rc-lookahead", "0", 0);
  if (const auto* profile = nvenc_profile(config)) av_dict_set(&options, "profile", profile, 0);
}

}  // namespace

const Flavour kNvenc{"nvenc", true, nvenc_codec_name, nvenc_check, nvenc_tune, nullptr};

}  // namespace pf::encode::libav
