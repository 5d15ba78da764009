// Sound for the microphone: a WAV file of 48 kHz, or a tone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "probe/errc.hpp"

namespace pf::probe {

// Interleaved stereo at 48 kHz, -1..1. One thread.
class Sound {
 public:
  virtual ~Sound() = default;
  // Fills `stereo` (pairs) and says how many pairs are real; the rest is silence. 0 = the end.
  virtual std::size_t read(std::span<float> stereo) = 0;
};

// RIFF/WAVE with 16, 24 or 32 bit integers or 32 bit floats, one or two channels, 48 kHz; at most
// 256 MiB. Errc::BadSound with what is wrong, or the system's error.
Result<std::unique_ptr<Sound>> open_wav(const std::filesystem::path& path);
Result<std::vector<float>> parse_wav(std::span<const std::uint8_t> file);

// A sine for ever, at a quarter of full scale.
std::unique_ptr<Sound> make_tone(double hertz);

}  // namespace pf::probe
