#include "fec/audio_code.hpp"

#include "fec/kernels.hpp"
#include "fec/matrix.hpp"

namespace pf::fec {
namespace {

// gamestream.md 8.4.
constexpr std::uint8_t kMatrix[kAudioParity * kAudioData] = {0x77, 0x40, 0x38, 0x0e,
                                                             0xc7, 0xa7, 0x0d, 0x6c};

}  // namespace

void audio_parity(std::span<const std::uint8_t* const, kAudioData> data,
                  std::span<std::uint8_t* const, kAudioParity> parity, std::size_t bytes,
                  Kernel kernel) noexcept {
  kernel_for(kernel, bytes)
      .combine(data.data(), kAudioData, parity.data(), kAudioParity, kMatrix, bytes);
}

bool audio_reconstruct(std::span<std::uint8_t* const, kAudioData + kAudioParity> shards,
                       std::span<const std::uint8_t, kAudioData + kAudioParity> present,
                       std::size_t bytes, Kernel kernel) {
  return repair(kMatrix, kAudioData, kAudioParity, shards, present, bytes, kernel);
}

}  // namespace pf::fec
