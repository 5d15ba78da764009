// A source without a display: an ideal one by default, and for tests one that misbehaves on cue.
#pragma once

#include <optional>

#include "capture/capture.hpp"

namespace pf::capture::synthetic {

// Cues are frame sequence numbers; 0 = never.
struct Script {
  std::uint64_t stall_after = 0;   // pause after this frame …
  std::uint64_t stall_frames = 0;  // … for this many frame times (0 with a stall_after = for good)
  std::uint64_t lose_after = 0;    // on_lost() after this frame
  std::uint64_t resize_after = 0;  // the frame after this one has the size below
  std::uint32_t resize_width = 0;
  std::uint32_t resize_height = 0;
};

Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options);
// The same source, following `script`.
std::unique_ptr<Source> open_scripted(const media::Mode& mode, const Script& script);

}  // namespace pf::capture::synthetic
