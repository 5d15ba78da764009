// How much of what was sent may be sent again because the client asks for it (punktfunk2.md 9.4
// NACK): a share of the stream, so that no client turns small asks into much traffic. Pure
// arithmetic.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace pf::native::media {

class ResendBudget {
 public:
  // One packet in eight: beyond that a path is better served by parity, a lower bitrate or a
  // keyframe.
  static constexpr std::uint64_t kPacketsPerResend = 8;
  // What quiet times save up: four full asks.
  static constexpr std::uint64_t kMost = 64;

  void sent(std::uint64_t packets) noexcept {
    saved_ = std::min(saved_ + packets, kMost * kPacketsPerResend);
  }
  // How many packets may go again now.
  std::size_t room() const noexcept { return saved_ / kPacketsPerResend; }
  // So many went again, at most room().
  void spent(std::size_t packets) noexcept { saved_ -= packets * kPacketsPerResend; }

 private:
  std::uint64_t saved_ = 0;  // packets sent that earn something yet
};

}  // namespace pf::native::media
