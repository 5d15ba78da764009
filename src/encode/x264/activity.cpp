#include "encode/x264/activity.hpp"

#include <cstdlib>
#include <cstring>

namespace pf::encode::x264 {
namespace {

constexpr std::uint32_t kRowStep = 8, kBrightnessStep = 4;

std::uint32_t sampled_rows(std::uint32_t height) {
  return (height + kRowStep - 1) / kRowStep;
}

// Plain loops over bytes, which the compiler turns into vectors.
std::uint32_t difference(const std::uint8_t* a, const std::uint8_t* b, std::uint32_t count) {
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < count; ++i)
    sum += static_cast<std::uint32_t>(std::abs(int{a[i]} - int{b[i]}));
  return sum;
}

}  // namespace

ActivityMeter::ActivityMeter(std::uint32_t width, std::uint32_t height)
    : width_(width), height_(height), before_(std::size_t{width} * sampled_rows(height)) {}

Activity ActivityMeter::measure(const std::uint8_t* luma, std::uint32_t stride_bytes) noexcept {
  std::uint64_t change = 0, detail = 0, looked_at = 0;
  std::array<std::uint32_t, kBins> brightness{};
  auto* before = before_.data();
  for (std::uint32_t y = 0; y < height_; y += kRowStep, before += width_) {
    const auto* row = luma + std::size_t{y} * stride_bytes;
    if (has_before_) change += difference(row, before, width_);
    detail += difference(row, row + 1, width_ - 1);
    for (std::uint32_t x = 0; x < width_; x += kBrightnessStep, ++looked_at)
      ++brightness[row[x] * kBins / 256];
    std::memcpy(before, row, width_);
  }
  Activity activity;
  const auto pixels = static_cast<double>(before_.size());
  activity.change = static_cast<double>(change) / pixels;
  activity.detail = static_cast<double>(detail) / pixels;
  if (has_before_) {
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < kBins; ++i)
      moved += static_cast<std::uint64_t>(
          std::abs(static_cast<std::int64_t>(brightness[i]) - std::int64_t{brightness_[i]}));
    activity.shift = static_cast<double>(moved) / 2 / static_cast<double>(looked_at);
  }
  brightness_ = brightness;
  has_before_ = true;
  return activity;
}

}  // namespace pf::encode::x264
