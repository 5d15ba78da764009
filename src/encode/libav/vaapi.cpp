#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <vector>

#include "encode/libav/backend.hpp"
#include "encode/libav/flavour.hpp"
#include "encode/libav/log.hpp"

extern "C" {
#include <libavutil/hwcontext.h>
}

namespace pf::encode::libav {
namespace {

const char* vaapi_codec_name(const media::VideoFormat& format) {
  if (format.yuv444) return nullptr;
  switch (format.codec) {
    case media::Codec::H264:
      return format.ten_bit ? nullptr : "h264_vaapi";
    case media::Codec::Hevc:
      return "hevc_vaapi";
    case media::Codec::Av1:
      return "av1_vaapi";  // libavcodec has it from Debian 13 on
  }
  return nullptr;
}

const char* vaapi_profile(const Config& config) {
  if (config.codec == media::Codec::H264) return "high";
  return config.codec == media::Codec::Hevc && config.colour.ten_bit ? "main10" : "main";
}

Result<> vaapi_check(const Options& options) {
  const auto node = render_node(options);
  if (node.empty())
    return fail(Errc::Unavailable,
                "no render node /dev/dri/renderD*: no GPU with a loaded driver; in a container "
                "run with --device /dev/dri");
  if (access(node.c_str(), R_OK | W_OK) != 0) {
    const int error = errno;
    const auto* fix = error == EACCES ? "; add the user to the group that owns it (render)" : "";
    return fail(Errc::Unavailable,
                "render node " + node + ": " + std::generic_category().message(error) + fix);
  }
  return {};
}

Result<AVBufferRef*> vaapi_device(const Options& options) {
  const auto node = render_node(options);
  AVBufferRef* device = nullptr;
  const Complaints complaints;
  const int result =
      av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VAAPI, node.c_str(), nullptr, 0);
  if (result < 0)
    return fail(Errc::Unavailable, "no VA-API driver for " + node + ": " +
                                       describe(result, complaints) +
                                       "; install the GPU's driver (Debian: mesa-va-drivers or "
                                       "intel-media-va-driver)");
  return device;
}

void vaapi_tune(AVCodecContext& context, AVDictionary*& options, const Config& config,
                const Options&) {
  // Some drivers keep the period in 16 bits; an IDR every nine minutes does no harm.
  context.gop_size = std::numeric_limits<std::int16_t>::max();
  av_dict_set(&options, "async_depth", "1", 0);
  av_dict_set(&options, "rc_mode", "CBR", 0);
  if (config.codec != media::Codec::Av1) av_dict_set(&options, "sei", "0", 0);
  av_dict_set(&options, "profile", vaapi_profile(config), 0);
}

}  // namespace

std::string render_node(const Options& options) {
  if (!options.vaapi_device.empty()) return options.vaapi_device;
  std::vector<std::string> nodes;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/dri", ignored))
    if (entry.path().filename().string().starts_with("renderD"))
      nodes.push_back(entry.path().string());
  return nodes.empty() ? std::string() : *std::min_element(nodes.begin(), nodes.end());
}

const Flavour kVaapi{"vaapi", false, vaapi_codec_name, vaapi_check, vaapi_tune, vaapi_device};

}  // namespace pf::encode::libav
