#include <algorithm>
#include <limits>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "encode/encoder.hpp"
#include "encode/probing.hpp"
#ifdef PF_HAVE_ENCODE_AOM
#include "encode/aom/aom_encoder.hpp"
#endif
#ifdef PF_HAVE_ENCODE_LIBAV
#include "encode/libav/backend.hpp"
#endif
#ifdef PF_HAVE_ENCODE_X264
#include "encode/x264/x264_encoder.hpp"
#endif
#ifdef PF_HAVE_ENCODE_SYNTHETIC
#include "encode/synthetic/synthetic_encoder.hpp"
#endif

namespace pf::encode {
namespace {

constexpr std::uint32_t kSmallWidth = 640, kSmallHeight = 360;
constexpr std::uint32_t kWidth = 1280, kHeight = 720;
constexpr std::uint32_t kPixelRatio = kWidth * kHeight / (kSmallWidth * kSmallHeight);
constexpr std::uint64_t kMeasured = 8;
// What takes longer need not be known more exactly.
constexpr std::uint64_t kEnough = 5;
constexpr std::int64_t kSlowNs = 20'000'000;

// A picture with detail and noise everywhere, which moves as a whole from one to the next: about
// the worst that a desktop shows.
class TestPicture {
 public:
  TestPicture(std::uint32_t width, std::uint32_t height)
      : width_(width), height_(height), pixels_(std::size_t{4} * width * height) {}
  media::VideoFrame draw(std::uint64_t sequence) {
    const auto shift = static_cast<std::uint32_t>(sequence * 3);
    for (std::uint32_t y = 0; y < height_; ++y)
      for (std::uint32_t x = 0; x < width_; ++x) {
        const auto u = x + shift, v = y + shift / 2;
        const auto shade = (u ^ v) + (u * v >> 6);
        auto* pixel = &pixels_[4 * (std::size_t{y} * width_ + x)];
        for (unsigned i = 0; i < 3; ++i)
          pixel[i] =
              static_cast<std::uint8_t>(shade * (i + 1) / 2 + ((u * 7919 + v * 104729) & 15));
      }
    media::VideoFrame frame;
    frame.pixels = pixels_.data();
    frame.stride_bytes = 4 * width_;
    frame.width = width_;
    frame.height = height_;
    frame.damage = {0, 0, width_, height_};
    frame.sequence = sequence;
    return frame;
  }

 private:
  const std::uint32_t width_, height_;
  std::vector<std::uint8_t> pixels_;
};

Config config_for(const media::VideoFormat& format, std::uint32_t width, std::uint32_t height) {
  Config config;
  config.codec = format.codec;
  config.colour.ten_bit = format.ten_bit;
  config.colour.yuv444 = format.yuv444;
  config.mode = {width, height, {60, 1}};
  return config;
}

// Codes real pictures: an IDR and some that follow it. The best time of the latter, in
// microseconds.
Result<std::uint32_t> code_some(Encoder& encoder, std::uint32_t width, std::uint32_t height,
                                std::uint64_t count) {
  TestPicture picture(width, height);
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
    const auto frame = picture.draw(sequence);
    media::AccessUnit unit;
    Directives directives;
    directives.index = static_cast<std::uint32_t>(sequence);
    const auto before = steady_now_ns();
    if (encoder.encode(frame, directives, unit) != Outcome::Unit || unit.bytes().empty())
      return fail(Errc::EncodeFailed, "it opened, but gave no access unit for a test picture");
    if (sequence > 1) best = std::min(best, steady_now_ns() - before);
    const auto expected = sequence == 1 ? media::FrameType::Idr : media::FrameType::Predicted;
    if (unit.type != expected)
      return fail(Errc::EncodeFailed, "it opened, but its stream does not start with an IDR frame");
    if (sequence >= kEnough && best > kSlowNs) break;
  }
  return static_cast<std::uint32_t>(best / 1000);
}

}  // namespace

const char* error_room(Errc) {
  return "encode";
}

const char* error_text(Errc e) {
  switch (e) {
    case Errc::Unavailable:
      return "the encoder cannot be used on this machine";
    case Errc::UnsupportedCodec:
      return "the encoder does not offer this format";
    case Errc::OpenFailed:
      return "the encoder could not be opened";
    case Errc::EncodeFailed:
      return "the encoder failed";
    case Errc::BadInput:
      return "impossible encoder settings";
  }
  return "unknown encoder error";
}

const std::vector<Backend>& backends() {
  static const std::vector<Backend> table{
#ifdef PF_HAVE_ENCODE_LIBAV
      {"nvenc", true, libav::open_nvenc},
      {"vaapi", true, libav::open_vaapi},
#endif
#ifdef PF_HAVE_ENCODE_X264
      {"x264", false, x264::open_x264},
#endif
#ifdef PF_HAVE_ENCODE_LIBAV
      {"x265", false, libav::open_x265},
#endif
#ifdef PF_HAVE_ENCODE_AOM
      {"aom", false, aom::open_aom},
#endif
#ifdef PF_HAVE_ENCODE_SYNTHETIC
      {"synthetic", false, synthetic::open_synthetic},
#endif
  };
  return table;
}

const std::vector<media::VideoFormat>& known_formats() {
  using media::Codec;
  static const std::vector<media::VideoFormat> all{
      {Codec::H264, false, false}, {Codec::H264, false, true}, {Codec::Hevc, false, false},
      {Codec::Hevc, true, false},  {Codec::Hevc, false, true}, {Codec::Hevc, true, true},
      {Codec::Av1, false, false},  {Codec::Av1, true, false},  {Codec::Av1, false, true},
      {Codec::Av1, true, true}};
  return all;
}

std::string name(const media::VideoFormat& format) {
  return fmt::format("{}{}{}", media::name(format.codec), format.ten_bit ? " 10 bit" : "",
                     format.yuv444 ? " 4:4:4" : "");
}

namespace {

// Libraries and a lack of memory may throw: an encoder that does not open, like any other.
Result<std::unique_ptr<Encoder>> open_one(const Backend& backend, const Config& config,
                                          const Options& options) {
  try {
    return backend.open(config, options);
  } catch (const std::exception& e) {
    return fail(Errc::OpenFailed, e.what());
  }
}

}  // namespace

FormatReport try_out(const Backend& backend, const media::VideoFormat& format,
                     const Options& options) {
  FormatReport report;
  report.format = format;
  const auto before = steady_now_ns();
  const auto measure = [&]() -> Result<std::uint32_t> {
    // Small first: most of what does not work fails here, and cheaply. What software needs grows
    // with the pixels, so that is all that it is asked; cards have their own rules.
    auto small = open_one(backend, config_for(format, kSmallWidth, kSmallHeight), options);
    if (!small) return pass(small);
    const auto count = backend.hardware ? std::uint64_t{2} : kMeasured;
    auto coded = code_some(**small, kSmallWidth, kSmallHeight, count);
    if (!coded || !backend.hardware)
      return coded ? Result<std::uint32_t>(*coded * kPixelRatio) : std::move(coded);
    small->reset();
    auto encoder = open_one(backend, config_for(format, kWidth, kHeight), options);
    if (!encoder) return pass(encoder);
    return code_some(**encoder, kWidth, kHeight, kMeasured);
  };
  const auto measured = measure();
  report.probe_ms = static_cast<std::uint32_t>((steady_now_ns() - before) / 1'000'000);
  report.ok = measured.has_value();
  if (measured)
    report.frame_us = *measured;
  else
    report.reason = measured.error().context;
  return report;
}

void probe_each(const Options& options, const std::function<void(EncoderReport)>& known,
                const std::stop_token& stop) {
  for (const auto& backend : backends()) {
    EncoderReport report;
    report.name = backend.name;
    report.hardware = backend.hardware;
#ifdef PF_HAVE_ENCODE_LIBAV
    if (report.name == "vaapi") report.device = libav::render_node(options);
#endif
    for (const auto& format : known_formats()) {
      if (stop.stop_requested()) return;
      report.formats.push_back(try_out(backend, format, options));
    }
    if (report.formats.front().ok) {
      const auto encoder = open_one(
          backend, config_for(report.formats.front().format, kSmallWidth, kSmallHeight), options);
      report.invalidates = encoder && (*encoder)->invalidates();
    }
    known(std::move(report));
  }
}

std::vector<EncoderReport> probe_report(const Options& options) {
  std::vector<EncoderReport> reports;
  probe_each(options, [&](EncoderReport report) { reports.push_back(std::move(report)); });
  return reports;
}

Result<std::unique_ptr<Encoder>> open(const Options& options, const Config& config,
                                      std::vector<std::string>* notes) {
  const bool automatic = options.backend == "auto" || options.backend.empty();
  const auto note = [&](std::string text) {
    log::debug("encode", text);
    if (notes != nullptr) notes->push_back(std::move(text));
  };
  std::string tried;
  const auto attempt = [&](const Backend& backend) -> std::unique_ptr<Encoder> {
    const bool failed = std::find(options.without.begin(), options.without.end(), backend.name) !=
                        options.without.end();
    auto encoder = failed ? Result<std::unique_ptr<Encoder>>(fail(Errc::EncodeFailed))
                          : open_one(backend, config, options);
    if (encoder) return std::move(*encoder);
    auto text = fmt::format("{}: {}", backend.name, encoder.error().message());
    if (!tried.empty()) tried += "; ";
    tried += text;
    note(std::move(text));
    return nullptr;
  };
  bool known = automatic;
  for (const auto& backend : backends()) {
    if (options.backend != backend.name) continue;
    known = true;
    if (auto encoder = attempt(backend)) return encoder;
  }
  if (!known) note(fmt::format("there is no encoder called \"{}\"", options.backend));
  for (const auto& backend : backends()) {
    if (options.backend == backend.name || std::string_view(backend.name) == "synthetic") continue;
    if (auto encoder = attempt(backend)) return encoder;
  }
  return fail(Errc::Unavailable,
              fmt::format("no encoder for {} at {} ({})", media::name(config.codec),
                          media::to_string(config.mode), tried));
}

}  // namespace pf::encode
