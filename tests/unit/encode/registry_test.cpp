#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "encode/encoder.hpp"
#include "encode/synthetic/synthetic_encoder.hpp"

namespace pf::encode {
namespace {

using ::testing::HasSubstr;

TEST(EncodeRegistry, OrderOfPreference) {
  std::vector<std::string> names;
  for (const auto& backend : backends()) names.emplace_back(backend.name);
  EXPECT_THAT(names, ::testing::ElementsAre("nvenc", "vaapi", "x264", "x265", "aom", "synthetic"));
}

TEST(EncodeRegistry, TheReportHasAReasonOrAFigureForEveryEncoderAndFormat) {
  const auto reports = probe_report({});
  ASSERT_EQ(reports.size(), backends().size());
  for (const auto& report : reports) {
    SCOPED_TRACE(report.name);
    ASSERT_EQ(report.formats.size(), known_formats().size());
    for (const auto& row : report.formats) {
      SCOPED_TRACE(name(row.format));
      EXPECT_EQ(row.ok, row.reason.empty());
      EXPECT_EQ(row.ok, row.frame_us > 0);
    }
    const auto& h264 = report.formats.front();
    ASSERT_EQ(h264.format, media::VideoFormat{media::Codec::H264});
    if (report.name == "x264") {
      EXPECT_TRUE(h264.ok) << h264.reason;
      EXPECT_TRUE(report.invalidates);
      EXPECT_FALSE(report.hardware);
    }
    if (report.name == "aom") {
      EXPECT_FALSE(h264.ok);
      EXPECT_FALSE(report.hardware);
      for (const auto& row : report.formats)
        EXPECT_EQ(row.ok, row.format.codec == media::Codec::Av1) << row.reason;
    }
    if (report.name == "vaapi" && !std::filesystem::exists("/dev/dri")) {
      EXPECT_THAT(h264.reason, HasSubstr("no render node /dev/dri/renderD*"));
      EXPECT_TRUE(report.device.empty());
    }
    if (report.name == "nvenc" && !std::filesystem::exists("/dev/nvidiactl")) {
      EXPECT_THAT(h264.reason, HasSubstr("libcuda.so.1"));
      EXPECT_THAT(h264.reason, HasSubstr("NVIDIA_DRIVER_CAPABILITIES"));
    }
  }
}

TEST(EncodeRegistry, AFailureMovesOnToTheNextAndIsNoted) {
  Options options;
  options.backend = "vaapi";
  options.vaapi_device = "/dev/dri/renderD999";
  std::vector<std::string> notes;
  Config config;
  config.mode = {320, 180, {30, 1}};
  const auto encoder = open(options, config, &notes);
  ASSERT_TRUE(encoder.has_value());
  EXPECT_THAT((*encoder)->name(), ::testing::AnyOf(HasSubstr("x264"), HasSubstr("nvenc")));
  ASSERT_FALSE(notes.empty());
  EXPECT_THAT(notes.front(), HasSubstr("vaapi"));
  EXPECT_THAT(notes.front(), HasSubstr("renderD999"));
}

TEST(EncodeRegistry, WhatABackEndThrowsIsAFailureLikeAnother) {
  synthetic::set_faults([](const Config&) -> synthetic::Faults { throw std::bad_alloc(); });
  Options options;
  options.backend = "synthetic";
  std::vector<std::string> notes;
  const auto opened = open(options, {}, &notes);
  synthetic::set_faults({});
  EXPECT_TRUE(opened) << "another one takes its place";
  ASSERT_FALSE(notes.empty());
  EXPECT_THAT(notes.front(), ::testing::StartsWith("synthetic: "));
}

TEST(EncodeRegistry, AnUnknownNameIsNotedAndAutoTakesOver) {
  Options options;
  options.backend = "magic";
  std::vector<std::string> notes;
  Config config;
  config.mode = {320, 180, {30, 1}};
  ASSERT_TRUE(open(options, config, &notes).has_value());
  EXPECT_THAT(notes, ::testing::Contains(HasSubstr("magic")));
}

TEST(EncodeRegistry, SyntheticOnlyByName) {
  Options options;
  Config config;
  config.mode = {320, 180, {30, 1}};
  EXPECT_STRNE((*open(options, config))->name(), "synthetic");
  options.backend = "synthetic";
  EXPECT_STREQ((*open(options, config))->name(), "synthetic");
}

TEST(EncodeRegistry, WhatNoEncoderOffersFailsWithEveryReason) {
  Config config;
  config.codec = media::Codec::H264;
  config.colour.ten_bit = true;
  const auto encoder = open({}, config);
  ASSERT_FALSE(encoder.has_value());
  EXPECT_THAT(encoder.error().message(), HasSubstr("x265 does not encode H.264 10 bit"));
  EXPECT_THAT(encoder.error().message(), HasSubstr("no client takes H.264 in 10 bit"));
}

}  // namespace
}  // namespace pf::encode
