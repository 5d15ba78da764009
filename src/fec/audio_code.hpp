// The GameStream audio code: 4 data + 2 parity shards with a fixed matrix, gamestream.md 8.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fec/dispatch.hpp"

namespace pf::fec {

inline constexpr unsigned kAudioData = 4;
inline constexpr unsigned kAudioParity = 2;

// parity[x] = the x-th parity of data[0..3], `bytes` bytes each; nothing may overlap. Any thread,
// no allocation.
void audio_parity(std::span<const std::uint8_t* const, kAudioData> data,
                  std::span<std::uint8_t* const, kAudioParity> parity, std::size_t bytes,
                  Kernel kernel = best_kernel()) noexcept;

// Repairs missing data shards in place from any 4 of the 6 (data, then parity; present[i] != 0 =
// received). False when fewer than 4 are there. Allocates.
bool audio_reconstruct(std::span<std::uint8_t* const, kAudioData + kAudioParity> shards,
                       std::span<const std::uint8_t, kAudioData + kAudioParity> present,
                       std::size_t bytes, Kernel kernel = best_kernel());

}  // namespace pf::fec
