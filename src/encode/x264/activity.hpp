// What a picture asks of an encoder, measured on its luma before it is coded: how far it differs
// from the one before, and what its new parts would cost. quantizer.hpp predicts sizes from it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pf::encode::x264 {

// Sizes of transform coefficients, counted by their power of two in quarters: what a quantizer
// will leave of a picture that is coded without any other to refer to.
struct Spectrum {
  static constexpr std::size_t kBins = 56;  // from 1/4 up
  std::array<std::uint32_t, kBins> count{};
  std::uint32_t blocks = 0;  // of 8×8 pixels, looked at

  void add(double coefficient) noexcept;
  // Bits a block at an H.264 quantizer (H.264 8.5.9: steps double every six). 0 without blocks.
  double bits_per_block(int quantizer) const noexcept;
};

struct Activity {
  double change = 0;  // mean difference to the picture before, in steps of luma (0..255)
  double fresh = 0;   // share of the picture that the one before does not have anywhere near (0..1)
  Spectrum spectrum;  // of the fresh part
};

// One thread. Looks at every eighth row, and in fresh parts at every sixteenth block. Allocates
// when made, and only then.
class ActivityMeter {
 public:
  ActivityMeter(std::uint32_t width, std::uint32_t height);

  // `luma`: rows `stride_bytes` apart. `all_fresh`: for a picture that will refer to none.
  Activity measure(const std::uint8_t* luma, std::uint32_t stride_bytes, bool all_fresh) noexcept;

 private:
  static constexpr std::size_t kShades = 16;
  using Shades = std::array<std::uint16_t, kShades>;
  struct Tile {
    Shades shades{};  // brightnesses of its sampled pixels
    std::uint32_t change = 0;
    std::uint32_t pixels = 0;
  };

  void look_at_row(const std::uint8_t* row, const std::uint8_t* before, Tile* tiles) const noexcept;
  bool is_fresh(const Tile& tile, const Shades& before) const noexcept;

  std::uint32_t width_, height_, tiles_wide_;
  std::vector<std::uint8_t> before_;  // the sampled rows of the picture before
  std::vector<Shades> shades_before_;
  std::vector<Tile> tiles_;
  bool has_before_ = false;
};

}  // namespace pf::encode::x264
