// The arithmetic of LossReport (punktfunk1.md 6.10): what a client says about one window of its
// reception. Pure.
#pragma once

#include <cstdint>

#include "native/media/reassembler.hpp"

namespace pf::native::media {

// (repaired - late) / (received + repaired - late) in millionths, plus 50,000 when a frame was lost
// and `lost_frame_penalty` (clients of summer 2026), at most 1,000,000. 0 when nothing was
// received.
std::uint32_t loss_ppm(const Reassembler::Stats& window, bool lost_frame_penalty);

// Cumulative statistics cut into windows.
class LossWindow {
 public:
  // What happened since the last call.
  Reassembler::Stats close(const Reassembler::Stats& now);

 private:
  Reassembler::Stats last_{};
};

}  // namespace pf::native::media
