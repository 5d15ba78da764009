#include "encode/x264/activity.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace pf::encode::x264 {
namespace {

constexpr std::uint32_t kTile = 64, kRowStep = 8, kShadeStep = 4;
constexpr std::uint32_t kBlock = 8, kBlockStep = 32;
// A tile is fresh when its pixels changed and its brightnesses too: what only moved, scrolled or
// flickered keeps most of its brightnesses.
constexpr std::uint32_t kFreshChange = 6;
constexpr double kFreshShades = 0.35;
// Coefficient sizes: bin 0 is up to 1/4, four bins an octave.
constexpr double kBinsPerOctave = 4, kFirstOctave = -2;
// What entropy coding takes: a block's header, and a level with its sign and place.
constexpr double kBlockBits = 0.6, kLevelBits = 3.6, kBitsPerOctave = 1.8;
// x264 rounds levels up from two thirds in intra blocks.
constexpr double kRoundsUpFrom = 0.667;

std::uint32_t tiles_in(std::uint32_t pixels) {
  return (pixels + kTile - 1) / kTile;
}

// Sum of absolute differences of `count` pixels, or of `Fixed` when that is not 0.
template <std::uint32_t Fixed>
std::uint32_t difference(const std::uint8_t* a, const std::uint8_t* b, std::uint32_t count) {
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < (Fixed != 0 ? Fixed : count); ++i)
    sum += static_cast<std::uint32_t>(std::abs(int{a[i]} - int{b[i]}));
  return sum;
}

using Block = std::array<std::int32_t, kBlock * kBlock>;

// In place, rows or columns: sums and differences over eight values `step` apart.
void butterfly(std::int32_t* v, std::size_t step) {
  for (std::size_t half = 1; half < kBlock; half *= 2)
    for (std::size_t i = 0; i < kBlock; i += 2 * half)
      for (std::size_t j = i; j < i + half; ++j) {
        const auto a = v[j * step], b = v[(j + half) * step];
        v[j * step] = a + b;
        v[(j + half) * step] = a - b;
      }
}

// The block less the best of what its neighbours foretell (H.264 8.3.2: DC, rows, columns).
Block residual(const std::uint8_t* at, std::uint32_t stride, bool has_left, bool has_top) {
  std::array<std::int32_t, kBlock> left{}, top{};
  std::int32_t sum = 0, counted = 0;
  for (std::uint32_t i = 0; i < kBlock; ++i) {
    if (has_left) sum += left[i] = at[std::size_t{i} * stride - 1], ++counted;
    if (has_top) sum += top[i] = (at - stride)[i], ++counted;
  }
  const auto dc = counted == 0 ? 128 : (sum + counted / 2) / counted;
  Block best{};
  std::int32_t least = -1;
  const auto attempt = [&](auto predicted) {
    Block block;
    std::int32_t size = 0;
    for (std::uint32_t y = 0; y < kBlock; ++y)
      for (std::uint32_t x = 0; x < kBlock; ++x) {
        const auto difference = at[std::size_t{y} * stride + x] - predicted(x, y);
        block[y * kBlock + x] = difference;
        size += std::abs(difference);
      }
    if (least >= 0 && size >= least) return;
    least = size;
    best = block;
  };
  attempt([&](auto, auto) { return dc; });
  if (has_left) attempt([&](auto, auto y) { return left[y]; });
  if (has_top) attempt([&](auto x, auto) { return top[x]; });
  return best;
}

void add_block(Spectrum& spectrum, const std::uint8_t* at, std::uint32_t stride, bool has_left,
               bool has_top) {
  auto block = residual(at, stride, has_left, has_top);
  for (std::size_t i = 0; i < kBlock; ++i) butterfly(&block[i * kBlock], 1);
  for (std::size_t i = 0; i < kBlock; ++i) butterfly(&block[i], kBlock);
  for (const auto value : block) spectrum.add(std::abs(value) / double{kBlock});
  ++spectrum.blocks;
}

}  // namespace

void Spectrum::add(double coefficient) noexcept {
  if (coefficient <= 0.25) return;
  const auto bin = (std::log2(coefficient) - kFirstOctave) * kBinsPerOctave;
  ++count[std::min(static_cast<std::size_t>(bin), kBins - 1)];
}

double Spectrum::bits_per_block(int quantizer) const noexcept {
  if (blocks == 0) return 0;
  const double step = 0.625 * std::exp2(quantizer / 6.0);
  double bits = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (count[bin] == 0) continue;
    const auto octave = (static_cast<double>(bin) + 0.5) / kBinsPerOctave + kFirstOctave;
    const double levels = std::exp2(octave) / step;
    if (levels < kRoundsUpFrom) continue;
    bits += count[bin] * (kLevelBits + kBitsPerOctave * std::log2(std::max(levels, 1.0)));
  }
  return kBlockBits + bits / blocks;
}

ActivityMeter::ActivityMeter(std::uint32_t width, std::uint32_t height)
    : width_(width),
      height_(height),
      tiles_wide_(tiles_in(width)),
      before_(std::size_t{width} * ((height + kRowStep - 1) / kRowStep)),
      shades_before_(std::size_t{tiles_wide_} * tiles_in(height)),
      tiles_(shades_before_.size()) {}

void ActivityMeter::look_at_row(const std::uint8_t* row, const std::uint8_t* before,
                                Tile* tiles) const noexcept {
  for (std::uint32_t left = 0; left < width_; left += kTile, ++tiles) {
    const auto pixels = std::min(kTile, width_ - left);
    // A fixed count is what makes the compiler use its instruction for this.
    tiles->change += pixels == kTile ? difference<kTile>(row + left, before + left, kTile)
                                     : difference<0>(row + left, before + left, pixels);
    tiles->pixels += pixels;
    for (auto x = left; x < left + pixels; x += kShadeStep) ++tiles->shades[row[x] * kShades / 256];
  }
}

bool ActivityMeter::is_fresh(const Tile& tile, const Shades& before) const noexcept {
  if (tile.change < kFreshChange * tile.pixels) return false;
  std::uint32_t moved = 0, all = 0;
  for (std::size_t i = 0; i < kShades; ++i) {
    moved += static_cast<std::uint32_t>(std::abs(int{tile.shades[i]} - int{before[i]}));
    all += tile.shades[i];
  }
  return moved > 2 * kFreshShades * all;
}

Activity ActivityMeter::measure(const std::uint8_t* luma, std::uint32_t stride_bytes,
                                bool all_fresh) noexcept {
  std::fill(tiles_.begin(), tiles_.end(), Tile{});
  auto* before = before_.data();
  for (std::uint32_t y = 0; y < height_; y += kRowStep, before += width_) {
    const auto* row = luma + std::size_t{y} * stride_bytes;
    look_at_row(row, before, &tiles_[std::size_t{y / kTile} * tiles_wide_]);
    std::memcpy(before, row, width_);
  }
  Activity activity;
  std::uint64_t change = 0, pixels = 0, fresh_pixels = 0;
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    const auto& tile = tiles_[i];
    change += tile.change;
    pixels += tile.pixels;
    const bool fresh = all_fresh || !has_before_ || is_fresh(tile, shades_before_[i]);
    shades_before_[i] = tile.shades;
    if (!fresh) continue;
    fresh_pixels += tile.pixels;
    const auto left = static_cast<std::uint32_t>(i % tiles_wide_) * kTile;
    const auto top = static_cast<std::uint32_t>(i / tiles_wide_) * kTile;
    for (auto y = top; y < top + kTile && y + kBlock <= height_; y += kBlockStep)
      for (auto x = left; x < left + kTile && x + kBlock <= width_; x += kBlockStep)
        add_block(activity.spectrum, luma + std::size_t{y} * stride_bytes + x, stride_bytes, x > 0,
                  y > 0);
  }
  if (has_before_) activity.change = static_cast<double>(change) / static_cast<double>(pixels);
  activity.fresh = static_cast<double>(fresh_pixels) / static_cast<double>(pixels);
  has_before_ = true;
  return activity;
}

}  // namespace pf::encode::x264
