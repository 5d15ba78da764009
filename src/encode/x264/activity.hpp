// How much a picture asks of an encoder, measured on the luma before it is coded. The two figures
// and the mark of a cut are what quantizer.hpp predicts sizes from.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pf::encode::x264 {

struct Activity {
  double change = 0;  // mean difference to the picture before, in steps of luma (0..255)
  double detail = 0;  // mean difference of neighbours in a row, in steps of luma (0..255)
  double shift = 0;   // share of the pixels that have other brightnesses than before (0..1)
};

// Looks at every eighth row. One thread; allocates when made, and only then.
class ActivityMeter {
 public:
  ActivityMeter(std::uint32_t width, std::uint32_t height);

  // `luma`: the picture's rows, `stride_bytes` apart. The first picture has no change.
  Activity measure(const std::uint8_t* luma, std::uint32_t stride_bytes) noexcept;

 private:
  static constexpr std::size_t kBins = 32;
  std::uint32_t width_, height_;
  std::vector<std::uint8_t> before_;  // the sampled rows of the picture before
  std::array<std::uint32_t, kBins> brightness_{};
  bool has_before_ = false;
};

}  // namespace pf::encode::x264
