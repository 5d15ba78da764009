#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "decoder.hpp"
#include "desktop_picture.hpp"
#include "encode/colour_convert.hpp"
#include "encode/x264/tuning.hpp"
#include "encode/x264/x264_encoder.hpp"

extern "C" {
int ARGBToNV12(const std::uint8_t* argb, int argb_stride, std::uint8_t* y, int y_stride,
               std::uint8_t* uv, int uv_stride, int width, int height);
}

namespace pf::encode::x264 {
namespace {

TEST(X264Tuning, OneThreadUpTo1080p60) {
  EXPECT_EQ(tuning_of({1280, 720, {60, 1}}, {}, 8).threads, 1U);
  EXPECT_EQ(tuning_of({1920, 1080, {60, 1}}, {}, 8).threads, 1U);
  EXPECT_EQ(tuning_of({2560, 1440, {60, 1}}, {}, 8).threads, 2U);
  EXPECT_EQ(tuning_of({3840, 2160, {120, 1}}, {}, 2).threads, 2U);
  EXPECT_EQ(tuning_of({7680, 4320, {120, 1}}, {}, 64).threads, 8U);
}

TEST(X264Tuning, TheUsersChoiceWins) {
  Options options;
  options.x264_preset = "veryfast";
  options.threads = 3;
  const auto tuning = tuning_of({1280, 720, {60, 1}}, options, 8);
  EXPECT_EQ(tuning.preset, "veryfast");
  EXPECT_EQ(tuning.parameters, "");
  EXPECT_EQ(tuning.threads, 3U);
}

TEST(X264Tuning, KeepsWhatLevel51Holds) {
  EXPECT_EQ(kept_pictures({640, 360, {60, 1}}, 0), 16U);
  EXPECT_EQ(kept_pictures({1920, 1080, {60, 1}}, 0), 16U);
  EXPECT_EQ(kept_pictures({2560, 1440, {60, 1}}, 0), 12U);
  EXPECT_EQ(kept_pictures({3840, 2160, {60, 1}}, 0), 5U);
  EXPECT_EQ(kept_pictures({7680, 4320, {60, 1}}, 0), 1U);
}

TEST(X264Tuning, KeepsNoMoreThanTheClientAllows) {
  EXPECT_EQ(kept_pictures({1280, 720, {60, 1}}, 1), 1U);
  EXPECT_EQ(kept_pictures({1280, 720, {60, 1}}, 4), 4U);
  EXPECT_EQ(kept_pictures({3840, 2160, {60, 1}}, 8), 5U);
}

// H.264 table A-1, with the bitrates of the Baseline and Main profiles.
TEST(X264Tuning, TheLevelIsTheLowestThatHoldsEverything) {
  EXPECT_EQ(level_of({640, 360, {30, 1}}, 1, 4'000), 30);
  EXPECT_EQ(level_of({1280, 720, {60, 1}}, 1, 10'000), 32);
  EXPECT_EQ(level_of({1280, 720, {60, 1}}, 1, 20'001), 41);
  EXPECT_EQ(level_of({1280, 720, {60, 1}}, 16, 10'000), 50);
  EXPECT_EQ(level_of({1920, 1080, {60, 1}}, 4, 50'000), 42);
  EXPECT_EQ(level_of({1920, 1080, {60, 1}}, 4, 50'001), 50);
  EXPECT_EQ(level_of({3840, 2160, {120, 1}}, 5, 100'000), 60);
  EXPECT_EQ(level_of({8192, 8192, {240, 1}}, 1, 100'000), 62);
}

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double psnr_luma(const AVFrame& f, const std::vector<std::uint8_t>& luma) {
  double squares = 0;
  for (int y = 0; y < f.height; ++y)
    for (int x = 0; x < f.width; ++x) {
      const double e =
          f.data[0][y * f.linesize[0] + x] - luma[static_cast<std::size_t>(y * f.width + x)];
      squares += e * e;
    }
  return 10 * std::log10(65025.0 * f.width * f.height / std::max(squares, 1.0));
}

// The figures of src/encode/README.md. Run by hand on a quiet machine:
// unit_encode --gtest_also_run_disabled_tests --gtest_filter='*DISABLED_Measure*'
TEST(X264Tuning, DISABLED_Measure) {
  constexpr int kFrames = 90, kRounds = 3;
  const std::vector<std::string> presets{"auto", "ultrafast", "superfast", "veryfast"};
  for (const media::Mode mode : {media::Mode{1280, 720, {60, 1}}, {1920, 1080, {60, 1}}}) {
    const auto width = mode.width, height = mode.height;
    const auto pixels = std::size_t{width} * height;
    std::vector<std::vector<double>> best(presets.size(), std::vector<double>(kFrames, 1e9));
    std::vector<double> psnr(presets.size(), 0), bits(presets.size(), 0);
    std::vector<std::uint8_t> y(pixels), uv(pixels / 2);
    double convert = 1e9, peer = 1e9;
    for (int round = 0; round < kRounds; ++round)
      for (std::size_t p = 0; p < presets.size(); ++p) {
        Config config;
        config.mode = mode;
        Options options;
        options.x264_preset = presets[p];
        auto encoder = open_x264(config, options);
        ASSERT_TRUE(encoder.has_value());
        testing::Desktop desktop(width, height);
        testing::Decoder decoder;
        const auto matrix = colour_matrix(config.colour);
        for (int t = 0; t < kFrames; ++t) {
          desktop.draw(static_cast<std::uint32_t>(t));
          const auto frame = desktop.frame(static_cast<std::uint64_t>(t) + 1);
          auto before = cpu_ms();
          ARGBToNV12(frame.pixels, static_cast<int>(frame.stride_bytes), y.data(),
                     static_cast<int>(width), uv.data(), static_cast<int>(width),
                     static_cast<int>(width), static_cast<int>(height));
          peer = std::min(peer, cpu_ms() - before);
          before = cpu_ms();
          convert_to_nv12({frame.pixels, frame.stride_bytes, width, height},
                          {y.data(), width, uv.data(), width, width, height}, matrix, frame.damage);
          const auto converted = cpu_ms() - before;
          convert = std::min(convert, converted);
          media::AccessUnit unit;
          before = cpu_ms();
          ASSERT_EQ((*encoder)->encode(frame, {}, unit), Outcome::Unit);
          auto& cell = best[p][static_cast<std::size_t>(t)];
          cell = std::min(cell, cpu_ms() - before - converted);
          if (round > 0 || t < kFrames / 3) continue;
          bits[p] += static_cast<double>(unit.bytes().size()) * 8;
        }
        if (round > 0) continue;
        encoder = open_x264(config, options);
        for (int t = 0; t < kFrames; ++t) {
          desktop.draw(static_cast<std::uint32_t>(t));
          const auto frame = desktop.frame(static_cast<std::uint64_t>(t) + 1);
          media::AccessUnit unit;
          ASSERT_EQ((*encoder)->encode(frame, {}, unit), Outcome::Unit);
          const auto* decoded = decoder.decode(unit.bytes());
          ASSERT_NE(decoded, nullptr);
          if (t < kFrames / 3) continue;
          convert_to_nv12({frame.pixels, frame.stride_bytes, width, height},
                          {y.data(), width, uv.data(), width, width, height}, matrix, frame.damage);
          psnr[p] += psnr_luma(*decoded, y);
        }
      }
    std::printf("%s: conversion %.3f ms (libyuv %.3f ms)\n", media::to_string(mode).c_str(),
                convert, peer);
    for (std::size_t p = 0; p < presets.size(); ++p) {
      double sum = 0;
      for (int t = kFrames / 3; t < kFrames; ++t) sum += best[p][static_cast<std::size_t>(t)];
      constexpr int kCounted = kFrames - kFrames / 3;
      std::printf("  %-10s %.2f ms a frame, PSNR-Y %.2f dB, %.2f Mb/s\n", presets[p].c_str(),
                  sum / kCounted, psnr[p] / kCounted, bits[p] * 60 / kCounted / 1e6);
    }
  }
}

}  // namespace
}  // namespace pf::encode::x264
