#include "encode/picture_encoder.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace pf::encode {
namespace {

constexpr std::uint32_t kSmallestSide = 16, kLargestSide = 8192;
constexpr std::uint32_t kMostKbps = std::numeric_limits<std::int32_t>::max() / 2;

bool good_side(std::uint32_t pixels) {
  return pixels >= kSmallestSide && pixels <= kLargestSide && pixels % 2 == 0;
}

}  // namespace

Result<> check(const Config& config) {
  const auto& mode = config.mode;
  if (!good_side(mode.width) || !good_side(mode.height) || mode.rate.num == 0 || mode.rate.den == 0)
    return fail(Errc::BadInput, fmt::format("mode {}", media::to_string(mode)));
  if (config.bitrate_kbps == 0 || config.bitrate_kbps > kMostKbps)
    return fail(Errc::BadInput, fmt::format("bitrate {} kb/s", config.bitrate_kbps));
  return {};
}

std::size_t share_bytes(const Config& config) {
  return static_cast<std::size_t>(config.bitrate_kbps * 125.0 / config.mode.rate.value());
}

Outcome PictureEncoder::encode(const media::VideoFrame& frame, const Directives& directives,
                               media::AccessUnit& out) noexcept {
  try {
    const Shot shot{frame.captured_ns, steady_now_ns(), false};
    return take(frame) ? code(shot, directives, out) : Outcome::Failed;
  } catch (const std::exception& e) {
    return failed(e.what());
  }
}

Outcome PictureEncoder::repeat(std::int64_t captured_ns, const Directives& directives,
                               media::AccessUnit& out) noexcept {
  try {
    return code({captured_ns, steady_now_ns(), true}, directives, out);
  } catch (const std::exception& e) {
    return failed(e.what());
  }
}

void PictureEncoder::finish(media::AccessUnit& out, media::FrameType type, media::Codec codec,
                            const Shot& shot) noexcept {
  out.type = type;
  out.codec = codec;
  out.repeat = shot.repeat;
  out.timeline = {};
  out.timeline.captured_ns = shot.captured_ns;
  out.timeline.submitted_ns = shot.submitted_ns;
  out.timeline.encoded_ns = steady_now_ns();
}

Outcome PictureEncoder::failed(const char* why) noexcept {
  try {
    log::warn("encode", "encoding failed", "encoder", name(), "reason", why);
  } catch (...) {  // nothing left to say it with
  }
  return Outcome::Failed;
}

}  // namespace pf::encode
