// The x264 options that Options::x264_preset "auto" stands for, threads and references. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "encode/encoder.hpp"

namespace pf::encode::x264 {

struct Tuning {
  std::string preset;
  std::string parameters;  // "name=value:name=value", may be empty
  unsigned threads;
};
Tuning tuning_of(const media::Mode& mode, const Options& options, unsigned cores);

// How many pictures the decoder keeps, so that a loss can be answered by going back: as many as
// level 5.1 allows for the size (H.264 table A-1), 16 at the most. `max_references`: what the
// client allows, 0 = no limit.
unsigned kept_pictures(const media::Mode& mode, std::uint32_t max_references);

// The lowest level whose decoders hold that many pictures and follow that size, rate and bitrate
// (H.264 table A-1, Main profile), as level_idc; 6.2 when none does.
int level_of(const media::Mode& mode, unsigned kept_pictures, std::uint32_t bitrate_kbps);

}  // namespace pf::encode::x264
