// Opus as GameStream and native clients want it: 48 kHz multistream, restricted low delay.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "audio/layout.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"

namespace pf::audio {

class OpusEncoder {
 public:
  // `duration`: 5, 10 or 20 ms. `bitrate_bps` 0 = the layout's own. `constant_rate`: all packets
  // equally long; otherwise constrained variable rate.
  static Result<OpusEncoder> create(const Layout& layout, std::chrono::milliseconds duration,
                                    std::uint32_t bitrate_bps = 0, bool constant_rate = true);
  OpusEncoder(OpusEncoder&&) noexcept;
  OpusEncoder& operator=(OpusEncoder&&) noexcept;
  ~OpusEncoder();

  std::size_t frame_samples() const;  // samples per channel in one packet
  // `interleaved` must hold frame_samples() × channels floats; `out` at least 1,400 bytes. Returns
  // the number of bytes written, 0 on failure. No allocation.
  std::size_t encode(std::span<const float> interleaved, MutableByteSpan out) noexcept;

 private:
  struct Impl;
  explicit OpusEncoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::audio
