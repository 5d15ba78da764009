#include "probe/sound_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/atomic_file.hpp"
#include "base/bytes.hpp"

namespace pf::probe {
namespace {

constexpr std::size_t kMaxFile = std::size_t{256} << 20U;
constexpr std::uint16_t kPcm = 1, kFloat = 3, kExtensible = 0xFFFE;
constexpr std::uint32_t kRate = 48'000;

struct WavFormat {
  std::uint16_t kind = 0, channels = 0, bits = 0;
  std::uint32_t rate = 0;
};

Result<WavFormat> read_format(ByteSpan chunk) {
  ByteReader in(chunk);
  WavFormat format;
  format.kind = in.le<std::uint16_t>();
  format.channels = in.le<std::uint16_t>();
  format.rate = in.le<std::uint32_t>();
  in.skip(6);
  format.bits = in.le<std::uint16_t>();
  if (format.kind == kExtensible) {
    in.skip(8);
    format.kind = in.le<std::uint16_t>();  // the first two bytes of the sub-format say it
  }
  if (!in.ok()) return fail(Errc::BadSound, "the format chunk is cut short");
  if (format.rate != kRate) return fail(Errc::BadSound, "the rate must be 48000 Hz");
  if (format.channels != 1 && format.channels != 2)
    return fail(Errc::BadSound, "one or two channels are taken");
  const bool known = format.kind == kPcm
                         ? format.bits == 16 || format.bits == 24 || format.bits == 32
                         : format.kind == kFloat && format.bits == 32;
  if (!known)
    return fail(Errc::BadSound, "samples must be 16, 24 or 32 bit integers, or 32 bit floats");
  return format;
}

float sample(const std::uint8_t* at, const WavFormat& format) {
  if (format.kind == kFloat) {
    const float value = std::bit_cast<float>(load_le<std::uint32_t>(at));
    return std::isfinite(value) ? std::clamp(value, -1.0F, 1.0F) : 0.0F;
  }
  std::uint32_t value = 0;  // left-aligned
  for (unsigned i = 0; i < format.bits / 8U; ++i)
    value |= std::uint32_t{at[i]} << (32U - format.bits + 8U * i);
  return static_cast<float>(std::bit_cast<std::int32_t>(value)) / 2147483648.0F;
}

class Recording final : public Sound {
 public:
  explicit Recording(std::vector<float> samples) : samples_(std::move(samples)) {}
  std::size_t read(std::span<float> stereo) override {
    const auto count = std::min(stereo.size(), samples_.size() - at_);
    std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(at_), count, stereo.begin());
    std::fill(stereo.begin() + static_cast<std::ptrdiff_t>(count), stereo.end(), 0.0F);
    at_ += count;
    return count / 2;
  }

 private:
  std::vector<float> samples_;
  std::size_t at_ = 0;
};

class Tone final : public Sound {
 public:
  explicit Tone(double hertz) : step_(2 * std::numbers::pi * hertz / kRate) {}
  std::size_t read(std::span<float> stereo) override {
    for (std::size_t i = 0; i + 1 < stereo.size(); i += 2) {
      stereo[i] = stereo[i + 1] = static_cast<float>(0.25 * std::sin(phase_));
      phase_ = std::fmod(phase_ + step_, 2 * std::numbers::pi);
    }
    return stereo.size() / 2;
  }

 private:
  double step_;
  double phase_ = 0;
};

}  // namespace

Result<std::vector<float>> parse_wav(std::span<const std::uint8_t> file) {
  ByteReader in(file);
  const bool riff = as_text(in.take(4)) == "RIFF";
  in.skip(4);
  if (!riff || as_text(in.take(4)) != "WAVE") return fail(Errc::BadSound, "not a WAV file");
  std::optional<WavFormat> format;
  while (in.remaining() >= 8) {
    const auto id = as_text(in.take(4));
    const std::size_t size = in.le<std::uint32_t>();
    // Recorders that were killed leave a length that is too large: what is there counts.
    const auto chunk = in.take(std::min(size, in.remaining()));
    if (size % 2 == 1 && in.remaining() > 0) in.skip(1);
    if (id == "fmt ") {
      auto read = read_format(chunk);
      if (!read) return pass(read);
      format = *read;
    } else if (id == "data") {
      if (!format) return fail(Errc::BadSound, "the samples stand before their format");
      const std::size_t step = format->bits / 8U;
      const std::size_t frames = chunk.size() / (step * format->channels);
      std::vector<float> stereo(frames * 2);
      for (std::size_t i = 0; i < frames; ++i) {
        const auto* at = chunk.data() + i * step * format->channels;
        stereo[2 * i] = sample(at, *format);
        stereo[2 * i + 1] = format->channels == 2 ? sample(at + step, *format) : stereo[2 * i];
      }
      return stereo;
    }
  }
  return fail(Errc::BadSound, "there are no samples");
}

Result<std::unique_ptr<Sound>> open_wav(const std::filesystem::path& path) {
  auto file = read_file(path, kMaxFile);
  if (!file) return pass(file);
  auto samples = parse_wav(as_bytes(*file));
  if (!samples) return fail(Errc::BadSound, path.string() + ": " + samples.error().context);
  return std::make_unique<Recording>(std::move(*samples));
}

std::unique_ptr<Sound> make_tone(double hertz) {
  return std::make_unique<Tone>(hertz);
}

}  // namespace pf::probe
