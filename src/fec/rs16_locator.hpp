// The error locator polynomial of a set of lost points, at all points at once: its value where a
// shard was received, its derivative where one was lost. As logarithms that is a sum of log(x + e)
// over the lost points e, a convolution over XOR, hence two Walsh-Hadamard transforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pf::fec {

class Rs16Locator {
 public:
  // For up to `max_points` points, a power of two up to 65536. Allocates; nothing else does.
  explicit Rs16Locator(std::size_t max_points);

  // Starts over for points 0..points-1 (a power of two): the caller sets 1 for each lost one.
  std::span<std::uint16_t> begin(std::size_t points) noexcept;
  void run() noexcept;

  // After run(): the locator at this point, or its derivative there, and 1 over that. Elements.
  std::uint16_t value(std::size_t point) const noexcept;
  std::uint16_t inverse(std::size_t point) const noexcept;

 private:
  // Transforms of log(0..n-1) for each power of two n, at [n, 2n).
  std::vector<std::uint16_t> log_transforms_;
  std::vector<std::uint16_t> values_;
  std::size_t points_ = 0;
};

}  // namespace pf::fec
