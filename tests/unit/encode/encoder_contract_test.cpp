// What every encoder that opens on this machine must do.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "contract.hpp"
#include "encode/annexb.hpp"
#include "encode/encoder.hpp"
#include "h264_sps.hpp"

namespace pf::encode {
namespace {

using testing::Desktop;

std::vector<Nal> nals(std::span<const std::uint8_t> bytes) {
  std::vector<Nal> all;
  Nal nal{};
  for (std::size_t at = 0; next_nal(bytes, media::Codec::H264, at, nal); at = nal.end)
    all.push_back(nal);
  return all;
}

const Backend& backend_named(const std::string& name) {
  for (const auto& backend : backends())
    if (name == backend.name) return backend;
  throw std::runtime_error("no back end " + name);
}

std::vector<std::string> openable() {
  std::vector<std::string> names;
  for (const auto& backend : backends())
    if (try_out(backend, {media::Codec::H264}, {}).ok) names.emplace_back(backend.name);
  return names;
}

class EncoderContract : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Encoder> open_encoder(const Config& config, const Options& options = {}) {
    auto encoder = backend_named(GetParam()).open(config, options);
    if (!encoder) throw std::runtime_error(encoder.error().message());
    return std::move(*encoder);
  }
  bool makes_pictures() const { return GetParam() != "synthetic"; }
};

TEST_P(EncoderContract, FirstUnitIsAnIdrWithItsSliceInTheFirstDatagram) {
  for (const auto& [width, height] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {640, 360}, {854, 480}, {1280, 720}, {1366, 768}, {1920, 1080}, {2560, 1440}}) {
    SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
    Config config;
    config.mode = {width, height, {60, 1}};
    auto encoder = open_encoder(config);
    Desktop desktop(width, height);
    desktop.draw(0);
    media::AccessUnit unit;
    ASSERT_EQ(encoder->encode(desktop.frame(1), {}, unit), Outcome::Unit);
    EXPECT_EQ(unit.type, media::FrameType::Idr);
    const auto found = nals(unit.bytes());
    ASSERT_GE(found.size(), 3U);
    EXPECT_EQ(found[0].start, 0U);
    EXPECT_EQ(found[0].type, 7);
    EXPECT_EQ(found[1].type, 8);
    EXPECT_EQ(found[2].type, 5);
    EXPECT_LT(found[2].header, 900U);
    if (!makes_pictures()) continue;
    const auto sps = testing::read_sps(unit.bytes().subspan(found[0].header));
    EXPECT_EQ(sps.width, width);
    EXPECT_EQ(sps.height, height);
    EXPECT_EQ(sps.reorder_frames.value_or(0), 0U);

    desktop.draw(1);
    ASSERT_EQ(encoder->encode(desktop.frame(2), {}, unit), Outcome::Unit);
    EXPECT_EQ(unit.type, media::FrameType::Predicted);
    for (const auto& nal : nals(unit.bytes())) EXPECT_EQ(nal.type, 1);
  }
}

TEST_P(EncoderContract, IdrOnDemandAndOnlyThen) {
  Config config;
  config.mode = {640, 360, {60, 1}};
  auto encoder = open_encoder(config);
  Desktop desktop(640, 360);
  media::AccessUnit unit;
  for (std::uint32_t n = 1; n <= 300; ++n) {
    desktop.draw(n % 7 == 0 ? n * 100 : n);  // also hard scene changes
    Directives directives;
    directives.force_idr = n == 10 || n == 11 || n == 200;
    ASSERT_EQ(encoder->encode(desktop.frame(n), directives, unit), Outcome::Unit);
    const bool idr = n == 1 || directives.force_idr;
    ASSERT_EQ(unit.type, idr ? media::FrameType::Idr : media::FrameType::Predicted) << n;
    const auto shape = shape_of(unit.bytes(), media::Codec::H264);
    ASSERT_EQ(shape.has_idr_slice, idr) << n;
    ASSERT_EQ(shape.starts_with_parameter_set, idr) << n;
  }
}

TEST_P(EncoderContract, RepeatCodesTheLastPictureAgain) {
  Config config;
  config.mode = {640, 360, {60, 1}};
  auto encoder = open_encoder(config);
  Desktop desktop(640, 360);
  desktop.draw(3);
  media::AccessUnit unit;
  ASSERT_EQ(encoder->encode(desktop.frame(1), {}, unit), Outcome::Unit);
  EXPECT_FALSE(unit.repeat);
  EXPECT_EQ(unit.timeline.captured_ns, 1000);
  EXPECT_GE(unit.timeline.encoded_ns, unit.timeline.submitted_ns);
  const auto first = unit.bytes().size();
  for (int n = 0; n < 20; ++n) {
    ASSERT_EQ(encoder->repeat(777, {}, unit), Outcome::Unit);
    EXPECT_TRUE(unit.repeat);
    EXPECT_EQ(unit.timeline.captured_ns, 777);
    EXPECT_EQ(unit.type, media::FrameType::Predicted);
  }
  if (makes_pictures()) {
    EXPECT_LT(unit.bytes().size(), first / 10 + 200);
  }
  Directives idr;
  idr.force_idr = true;
  ASSERT_EQ(encoder->repeat(778, idr, unit), Outcome::Unit);
  EXPECT_EQ(unit.type, media::FrameType::Idr);
}

TEST_P(EncoderContract, BitrateChangesAtRunTime) {
  Config config;
  config.mode = {640, 360, {60, 1}};
  config.bitrate_kbps = 6000;
  auto encoder = open_encoder(config);
  Desktop desktop(640, 360);
  media::AccessUnit unit;
  const auto bytes_of = [&](std::uint32_t from, std::uint32_t to, Directives directives) {
    std::size_t sum = 0;
    for (auto n = from; n < to; ++n) {
      desktop.draw(n);
      EXPECT_EQ(encoder->encode(desktop.frame(n), directives, unit), Outcome::Unit);
      directives = {};
      sum += unit.bytes().size();
    }
    return sum * 8 * 60 / (to - from) / 1000;  // kb/s
  };
  const auto high = bytes_of(1, 90, {});
  Directives slow;
  slow.bitrate_kbps = 1000;
  bytes_of(90, 120, slow);
  const auto low = bytes_of(120, 240, {});
  EXPECT_LT(high, 6600U);
  EXPECT_GT(high, 3 * low);
  EXPECT_LT(low, 1200U);
}

TEST_P(EncoderContract, UnitsOutliveTheirEncoder) {
  Config config;
  config.mode = {320, 180, {60, 1}};
  auto encoder = open_encoder(config);
  Desktop desktop(320, 180);
  std::vector<media::AccessUnit> units(30);
  std::vector<std::vector<std::uint8_t>> copies;
  for (std::uint32_t n = 0; n < units.size(); ++n) {
    desktop.draw(n);
    ASSERT_EQ(encoder->encode(desktop.frame(n + 1), {}, units[n]), Outcome::Unit);
    copies.emplace_back(units[n].bytes().begin(), units[n].bytes().end());
  }
  encoder.reset();
  for (std::size_t n = 0; n < units.size(); ++n)
    EXPECT_TRUE(std::equal(copies[n].begin(), copies[n].end(), units[n].bytes().begin(),
                           units[n].bytes().end()));
}

TEST_P(EncoderContract, SlicesAreAtLeastAsManyAsAskedFor) {
  if (!makes_pictures()) GTEST_SKIP() << "the synthetic encoder has one slice";
  Config config;
  config.mode = {1280, 720, {60, 1}};
  config.slices = 4;
  auto encoder = open_encoder(config);
  Desktop desktop(1280, 720);
  testing::Decoder decoder;
  media::AccessUnit unit;
  for (std::uint32_t n = 1; n <= 3; ++n) {
    desktop.draw(n);
    ASSERT_EQ(encoder->encode(desktop.frame(n), {}, unit), Outcome::Unit);
    std::size_t slices = 0;
    for (const auto& nal : nals(unit.bytes())) slices += nal.type == 1 || nal.type == 5;
    EXPECT_GE(slices, 4U);
    EXPECT_NE(decoder.decode(unit.bytes()), nullptr);
  }
}

TEST_P(EncoderContract, SingleReferenceIsObeyed) {
  if (!makes_pictures()) GTEST_SKIP() << "the synthetic encoder has no references";
  Config config;
  config.mode = {640, 360, {60, 1}};
  config.max_references = 1;
  Options options;
  options.x264_preset = "medium";  // would use three
  auto encoder = open_encoder(config, options);
  Desktop desktop(640, 360);
  desktop.draw(0);
  media::AccessUnit unit;
  ASSERT_EQ(encoder->encode(desktop.frame(1), {}, unit), Outcome::Unit);
  EXPECT_EQ(testing::read_sps(unit.bytes().subspan(nals(unit.bytes())[0].header)).references, 1U);
}

TEST_P(EncoderContract, ARepairRefersToNothingThatWasLost) {
  Config config;
  config.mode = {640, 360, {60, 1}};
  auto encoder = open_encoder(config);
  if (!encoder->invalidates()) GTEST_SKIP() << "it answers a loss with an IDR";
  // Losses of 1 to 14 pictures; one starts at a repair, and the longest takes the 65th picture with
  // it, where frame_num of H.264 begins anew: decoders may not follow that.
  testing::expect_repairs(*encoder, config,
                          {{5, 6}, {20, 23}, {26, 28}, {28, 29}, {50, 59}, {62, 76, true}},
                          makes_pictures());
}

TEST_P(EncoderContract, ALossOfEverythingIsAnsweredByAnIdr) {
  Config config;
  config.mode = {640, 360, {60, 1}};
  auto encoder = open_encoder(config);
  Desktop desktop(640, 360);
  media::AccessUnit unit;
  for (std::uint32_t n = 1; n <= 60; ++n) {
    desktop.draw(n);
    Directives directives;
    directives.index = n;
    // The IDR itself; then, with an encoder that knows references, older than any that it keeps.
    if (n == 3) directives.invalid_from = 1;
    if (n == 50) directives.invalid_from = 10;
    ASSERT_EQ(encoder->encode(desktop.frame(n), directives, unit), Outcome::Unit);
    if (n == 3 || n == 50) {
      EXPECT_EQ(unit.type, media::FrameType::Idr) << n;
    }
  }
}

TEST_P(EncoderContract, OneReferenceLeavesNothingToGoBackTo) {
  if (!makes_pictures()) GTEST_SKIP() << "the synthetic encoder has no references";
  Config config;
  config.mode = {640, 360, {60, 1}};
  config.max_references = 1;
  EXPECT_FALSE(open_encoder(config)->invalidates());
}

// The colours that come out of a decoder are those that went in, and the stream says which they
// are.
TEST_P(EncoderContract, ColoursSurviveForEveryMatrixAndRange) {
  if (!makes_pictures()) GTEST_SKIP() << "the synthetic encoder carries no picture";
  const auto areas = testing::Still::areas(640, 360);
  for (const auto matrix : {media::Matrix::Bt601, media::Matrix::Bt709})
    for (const bool full : {false, true}) {
      SCOPED_TRACE(std::string(matrix == media::Matrix::Bt601 ? "601" : "709") +
                   (full ? " full" : " limited"));
      Config config;
      config.mode = {640, 360, {60, 1}};
      config.bitrate_kbps = 40'000;
      config.colour = {matrix, full, false, false};
      auto encoder = open_encoder(config);
      bool first = true;
      const auto psnr = testing::psnr_of(
          *encoder, config, areas, [&](const media::AccessUnit& unit, const AVFrame&) {
            if (!std::exchange(first, false)) return;
            const auto sps = testing::read_sps(unit.bytes().subspan(nals(unit.bytes())[0].header));
            EXPECT_TRUE(sps.has_colour);
            EXPECT_EQ(sps.full_range, full);
            const auto code = matrix == media::Matrix::Bt601 ? 6U : 1U;  // H.264 tables E-3 to E-5
            EXPECT_EQ(sps.matrix, code);
            EXPECT_EQ(sps.primaries, code);
            EXPECT_EQ(sps.transfer, code);
          });
      EXPECT_GT(psnr, 30.0);
    }
}

TEST_P(EncoderContract, FullChromaKeepsTheColourOfEveryPixel) {
  Config config;
  config.mode = {640, 360, {60, 1}};
  config.bitrate_kbps = 60'000;
  const auto lines = testing::Still::lines(640, 360);
  const auto psnr = [&](Encoder& encoder) {
    return testing::psnr_of(encoder, config, lines,
                            [](const media::AccessUnit&, const AVFrame&) {});
  };
  config.colour.yuv444 = true;
  auto full = backend_named(GetParam()).open(config, {});
  if (!full || !makes_pictures()) GTEST_SKIP() << "it has no 4:4:4";
  config.colour.yuv444 = false;
  auto halved = open_encoder(config);
  EXPECT_LT(psnr(*halved), 15.0);
  config.colour.yuv444 = true;
  EXPECT_GT(psnr(**full), 30.0);
}

TEST_P(EncoderContract, OtherSizesAreScaledIntoTheMode) {
  if (!makes_pictures()) GTEST_SKIP() << "the synthetic encoder carries no picture";
  Config config;
  config.mode = {640, 360, {60, 1}};
  auto encoder = open_encoder(config);
  testing::expect_scaled(*encoder, config);
}

TEST_P(EncoderContract, ABadModeIsRefusedWithAReason) {
  Config config;
  config.mode.rate = {0, 1};
  const auto encoder = backend_named(GetParam()).open(config, {});
  ASSERT_FALSE(encoder.has_value());
  EXPECT_TRUE(encoder.error().is(Errc::BadInput));
}

INSTANTIATE_TEST_SUITE_P(Openable, EncoderContract, ::testing::ValuesIn(openable()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace pf::encode
