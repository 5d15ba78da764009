#include "native/media/loss_window.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace pf::native::media {

std::uint32_t loss_ppm(const Reassembler::Stats& window, bool lost_frame_penalty) {
  constexpr std::uint64_t kMillion = 1'000'000;
  constexpr std::uint64_t kPenalty = 50'000;
  // A shard may be late in the window after the one in which it was repaired.
  const std::uint64_t lost = window.repaired - std::min(window.late, window.repaired);
  const std::uint64_t all = window.shards + lost;
  std::uint64_t ppm = all == 0 ? 0 : lost * kMillion / all;
  if (lost_frame_penalty && window.frames_lost != 0) ppm += kPenalty;
  return static_cast<std::uint32_t>(std::min(ppm, kMillion));
}

Reassembler::Stats LossWindow::close(const Reassembler::Stats& now) {
  using Fields = std::array<std::uint64_t, sizeof(Reassembler::Stats) / sizeof(std::uint64_t)>;
  auto window = std::bit_cast<Fields>(now);
  const auto before = std::bit_cast<Fields>(last_);
  for (std::size_t i = 0; i < window.size(); ++i) window[i] -= before[i];
  last_ = now;
  return std::bit_cast<Reassembler::Stats>(window);
}

}  // namespace pf::native::media
