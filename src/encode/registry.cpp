#include <array>
#include <vector>

#include "base/log.hpp"
#include "encode/encoder.hpp"
#ifdef PF_HAVE_ENCODE_LIBAV
#include "encode/libav/backend.hpp"
#endif
#ifdef PF_HAVE_ENCODE_SYNTHETIC
#include "encode/synthetic/synthetic_encoder.hpp"
#endif

namespace pf::encode {
namespace {

using Open = Result<std::unique_ptr<Encoder>> (*)(const Config&, const Options&);

// Opens the encoder and codes two real pictures: an IDR and one that follows it.
Result<> try_out(Open open_it, media::Codec codec, const Options& options) {
  Config config;
  config.codec = codec;
  config.mode = {640, 360, {30, 1}};
  auto encoder = open_it(config, options);
  if (!encoder) return pass(encoder);
  std::vector<std::uint8_t> pixels(std::size_t{4} * config.mode.width * config.mode.height);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(i / 4 % 256 ^ i / 4096);
  for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
    media::VideoFrame frame;
    frame.pixels = pixels.data();
    frame.stride_bytes = 4 * config.mode.width;
    frame.width = config.mode.width;
    frame.height = config.mode.height;
    frame.damage = {0, 0, frame.width, frame.height};
    frame.sequence = sequence;
    media::AccessUnit unit;
    if ((*encoder)->encode(frame, {}, unit) != Outcome::Unit || unit.bytes().empty())
      return fail(Errc::EncodeFailed, "it opened, but gave no access unit for a test picture");
    const auto expected = sequence == 1 ? media::FrameType::Idr : media::FrameType::Predicted;
    if (unit.type != expected)
      return fail(Errc::EncodeFailed, "it opened, but its stream does not start with an IDR frame");
  }
  return {};
}

template <Open kOpen>
Result<> probe(media::Codec codec) {
  return try_out(kOpen, codec, {});
}

constexpr std::array kCodecs{media::Codec::H264, media::Codec::Hevc, media::Codec::Av1};

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
      {"nvenc", true, probe<libav::open_nvenc>, libav::open_nvenc},
      {"vaapi", true, probe<libav::open_vaapi>, libav::open_vaapi},
      {"x264", false, probe<libav::open_x264>, libav::open_x264},
      {"x265", false, probe<libav::open_x265>, libav::open_x265},
#endif
#ifdef PF_HAVE_ENCODE_SYNTHETIC
      {"synthetic", false, probe<synthetic::open_synthetic>, synthetic::open_synthetic},
#endif
  };
  return table;
}

std::vector<ProbeReport> probe_all(const Options& options) {
  std::vector<ProbeReport> reports;
  for (const auto& backend : backends()) {
    for (const auto codec : kCodecs) {
      const auto usable = try_out(backend.open, codec, options);
      reports.push_back({backend.name, codec, usable.has_value(), backend.hardware,
                         usable ? std::string() : usable.error().context});
    }
  }
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
    auto encoder = backend.open(config, options);
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
