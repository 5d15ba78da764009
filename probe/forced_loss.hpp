// Loss made on purpose, before anything looks at a packet: so many per cent, alone or in bursts,
// the same ones for the same seed. Pure. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pf::probe {

struct LossPlan {
  double percent = 0;                 // 0..100 of all packets, in the long run
  double burst = 1;                   // packets in a row, on average, at least 1
  std::uint64_t seed = 1;             // which ones
  std::chrono::milliseconds from{0};  // since the stream began
  std::optional<std::chrono::milliseconds> to{};
  std::size_t largest = 0;  // longer packets are dropped at any time, as small paths do; 0 = none
};

class ForcedLoss {
 public:
  explicit ForcedLoss(const LossPlan& plan);
  // The next packet, of so many bytes, that came `since_start`: whether it is to be dropped.
  bool drop(Nanoseconds since_start, std::size_t bytes) noexcept;
  void set_percent(double percent) noexcept;
  std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  double next() noexcept;  // 0 <= x < 1

  LossPlan plan_;
  std::uint64_t state_;
  bool losing_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace pf::probe
