#include "fec/rs16_locator.hpp"

#include <algorithm>
#include <bit>

#include "fec/gf16.hpp"

namespace pf::fec {
namespace {

using gf16::kModulus;

std::uint16_t add(std::uint16_t a, std::uint16_t b) {
  return gf16::fold(std::uint32_t{a} + b);
}
std::uint16_t subtract(std::uint16_t a, std::uint16_t b) {
  return add(a, static_cast<std::uint16_t>(kModulus - b));
}
std::uint16_t multiply(std::uint16_t a, std::uint16_t b) {
  return static_cast<std::uint16_t>(std::uint32_t{a} * b % kModulus);
}

// In place and modulo 65535; twice is multiplication by the size.
void walsh_hadamard(std::span<std::uint16_t> values) {
  for (std::size_t d = 1; d < values.size(); d *= 2) {
    for (std::size_t r = 0; r < values.size(); r += 2 * d) {
      for (std::size_t i = r; i < r + d; ++i) {
        const std::uint16_t a = values[i];
        const std::uint16_t b = values[i + d];
        values[i] = add(a, b);
        values[i + d] = subtract(a, b);
      }
    }
  }
}

}  // namespace

Rs16Locator::Rs16Locator(std::size_t max_points)
    : log_transforms_(2 * max_points), values_(max_points) {
  const auto& log = gf16::tables().log;
  for (std::size_t n = 1; n <= max_points; n *= 2) {
    const auto part = std::span(log_transforms_).subspan(n, n);
    std::copy_n(log.begin(), n, part.begin());
    part[0] = 0;  // a point adds nothing to its own derivative
    walsh_hadamard(part);
    // Two transforms multiply by n, and 2^16 is 1 here.
    const auto undo = static_cast<std::uint16_t>((65536 / n) % kModulus);
    for (auto& value : part) value = multiply(value, undo);
  }
}

std::span<std::uint16_t> Rs16Locator::begin(std::size_t points) noexcept {
  points_ = points;
  std::fill_n(values_.begin(), points, std::uint16_t{0});
  return std::span(values_).first(points);
}

void Rs16Locator::run() noexcept {
  const auto values = std::span(values_).first(points_);
  walsh_hadamard(values);
  for (std::size_t i = 0; i < points_; ++i)
    values[i] = multiply(values[i], log_transforms_[points_ + i]);
  walsh_hadamard(values);
}

std::uint16_t Rs16Locator::value(std::size_t point) const noexcept {
  return gf16::tables().exp[values_[point]];
}

std::uint16_t Rs16Locator::inverse(std::size_t point) const noexcept {
  return gf16::tables().exp[kModulus - values_[point]];
}

}  // namespace pf::fec
