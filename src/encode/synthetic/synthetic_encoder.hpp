// An ideal encoder without pictures, for tests: H.264-shaped access units of exactly the size that
// bitrate and rate give, made at once, that tell which frame they carry.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "encode/encoder.hpp"

namespace pf::encode::synthetic {

// How it may misbehave. Numbers count coded units from 1; 0 = never.
struct Faults {
  std::uint64_t fail_at = 0;     // Outcome::Failed from this unit on
  std::uint64_t swallow_at = 0;  // this one yields Outcome::Nothing
  std::uint64_t stall_at = 0;    // this one takes `stall` before it comes out
  std::chrono::milliseconds stall{0};
};

Result<std::unique_ptr<Encoder>> open_synthetic(const Config& config, const Options& options);
Result<std::unique_ptr<Encoder>> open_with(const Config& config, const Faults& faults);
// How encoders of this config misbehave that are opened from here on (empty: not at all). Any
// thread.
void set_faults(std::function<Faults(const Config&)> plan);

// What one unit says about itself.
struct Stamp {
  std::uint64_t unit;            // from 1, counts coded units
  std::uint64_t frame_sequence;  // VideoFrame::sequence of the picture it shows
  bool idr;
};

// Reads the stamp and checks every byte after it; nothing when the unit is damaged or foreign.
std::optional<Stamp> read_stamp(std::span<const std::uint8_t> access_unit);

}  // namespace pf::encode::synthetic
