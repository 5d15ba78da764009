// What the contracts of H.264 and of the other formats share: pictures of sharp colours, and
// clients that lose some of a stream.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "decoder.hpp"
#include "desktop_picture.hpp"
#include "encode/encoder.hpp"

namespace pf::encode::testing {

// A picture that stays as it is, all of it damaged in each frame.
class Still {
 public:
  // Large flat areas of strong colour, so that chroma is judged and not its subsampling.
  static Still areas(std::uint32_t width, std::uint32_t height) {
    static constexpr std::uint32_t kInks[] = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff,
                                              0x000000, 0xffc040, 0x20a0e0, 0x808080};
    return {width, height, [&](std::uint32_t x, std::uint32_t y) {
              return kInks[(x * 8 / width + y * 6 / height * 3) % 8];
            }};
  }
  // Thin coloured lines, which 4:2:0 smears.
  static Still lines(std::uint32_t width, std::uint32_t height) {
    static constexpr std::uint32_t kInks[] = {0xff0000, 0x0000ff, 0x00c000};
    return {width, height, [](std::uint32_t x, std::uint32_t y) { return kInks[(x + y) % 3]; }};
  }

  const std::uint32_t* pixels() const { return pixels_.data(); }
  // Borrowed.
  media::VideoFrame frame(std::uint64_t sequence) const {
    media::VideoFrame f;
    f.pixels = static_cast<const std::uint8_t*>(static_cast<const void*>(pixels_.data()));
    f.stride_bytes = width_ * 4;
    f.width = width_;
    f.height = height_;
    f.sequence = sequence * 2;  // not those that follow each other: no damage is trusted
    return f;
  }

 private:
  template <class Ink>
  Still(std::uint32_t width, std::uint32_t height, const Ink& ink)
      : width_(width), height_(height), pixels_(std::size_t{width} * height) {
    for (std::uint32_t y = 0; y < height; ++y)
      for (std::uint32_t x = 0; x < width; ++x) pixels_[std::size_t{y} * width + x] = ink(x, y);
  }
  std::uint32_t width_, height_;
  std::vector<std::uint32_t> pixels_;
};

// How near a decoder comes to `still` after a few units; each must decode at once. `look` sees
// every unit and its picture.
template <class Look>
double psnr_of(Encoder& encoder, const Config& config, const Still& still, const Look& look) {
  constexpr std::uint64_t kUnits = 12;
  Decoder decoder(config.codec);
  for (std::uint64_t n = 1;; ++n) {
    media::AccessUnit unit;
    if (encoder.encode(still.frame(n), {}, unit) != Outcome::Unit) {
      ADD_FAILURE() << "no unit for picture " << n;
      return 0;
    }
    const auto* decoded = decoder.decode(unit.bytes());
    if (decoded == nullptr) {
      ADD_FAILURE() << "unit " << n << " does not decode at once";
      return 0;
    }
    look(unit, *decoded);
    if (n == kUnits) return psnr_rgb(*decoded, still.pixels(), config.colour);
  }
}

inline bool same_luma(const AVFrame& a, const AVFrame& b) {
  for (int y = 0; y < a.height; ++y)
    if (std::memcmp(a.data[0] + y * a.linesize[0], b.data[0] + y * b.linesize[0],
                    static_cast<std::size_t>(a.width)) != 0)
      return false;
  return true;
}

// The first picture that is lost, and the one that repairs it.
struct Loss {
  std::uint32_t first, repair;
  bool or_idr = false;  // the encoder may as well begin anew
};

// A client that lost pictures shows nothing until the repair, and from there exactly what the
// encoder meant: compared with a client that lost nothing. `decodes`: the units hold pictures.
inline void expect_repairs(Encoder& encoder, const Config& config, const std::vector<Loss>& losses,
                           bool decodes) {
  Desktop desktop(config.mode.width, config.mode.height);
  Decoder whole(config.codec), lossy(config.codec);
  media::AccessUnit unit;
  std::size_t at = 0;
  bool broken = false;
  for (std::uint32_t n = 1; n <= losses.back().repair + 16; ++n) {
    desktop.draw(n);
    Directives directives;
    directives.index = n;
    const bool repair = at < losses.size() && n == losses[at].repair;
    if (repair) directives.invalid_from = losses[at].first;
    ASSERT_EQ(encoder.encode(desktop.frame(n), directives, unit), Outcome::Unit);
    if (!repair || !losses[at].or_idr || unit.type != media::FrameType::Idr) {
      EXPECT_EQ(unit.type, n == 1   ? media::FrameType::Idr
                           : repair ? media::FrameType::AfterInvalidation
                                    : media::FrameType::Predicted)
          << n;
    }
    if (repair) {
      broken = false;
      ++at;
    }
    if (at < losses.size() && n == losses[at].first) broken = true;
    if (!decodes) continue;
    const auto* expected = whole.decode(unit.bytes());
    ASSERT_NE(expected, nullptr) << n;
    if (broken) continue;  // lost, or thrown away by the client
    const auto* shown = lossy.decode(unit.bytes());
    ASSERT_NE(shown, nullptr) << n;
    EXPECT_TRUE(same_luma(*shown, *expected)) << n;
  }
}

// Frames of sizes other than the mode's.
inline void expect_scaled(Encoder& encoder, const Config& config) {
  Decoder decoder(config.codec);
  std::uint64_t sequence = 0;
  for (const auto& [width, height] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {1280, 720}, {config.mode.width, config.mode.height}, {333, 511}, {800, 600}}) {
    Desktop desktop(width, height);
    desktop.draw(1);
    media::AccessUnit unit;
    ASSERT_EQ(encoder.encode(desktop.frame(++sequence), {}, unit), Outcome::Unit);
    const auto* decoded = decoder.decode(unit.bytes());
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(decoded->width, static_cast<int>(config.mode.width));
    EXPECT_EQ(decoded->height, static_cast<int>(config.mode.height));
  }
}

}  // namespace pf::encode::testing
