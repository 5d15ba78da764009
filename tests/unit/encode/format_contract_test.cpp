// What every encoder must do in every format that it opens with on this machine, beyond plain
// H.264: a decoder sees the picture, its depth and its colours, at once.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/thread.hpp"
#include "contract.hpp"
#include "encode/annexb.hpp"
#include "encode/encoder.hpp"
#include "obu.hpp"

namespace pf::encode {
namespace {

using testing::Desktop;

// Small: what is judged here does not grow with the picture, but the time does.
constexpr std::uint32_t kWidth = 320, kHeight = 180;

struct Row {
  const Backend* backend;
  media::VideoFormat format;
};

bool opens(const Backend& backend, const media::VideoFormat& format) {
  Config config;
  config.codec = format.codec;
  config.colour.ten_bit = format.ten_bit;
  config.colour.yuv444 = format.yuv444;
  config.mode = {kWidth, kHeight, {60, 1}};
  return backend.open(config, {}).has_value();
}

std::vector<Row> openable() {
  std::vector<Row> rows;
  for (const auto& backend : backends())
    for (const auto& format : known_formats())
      if (format != media::VideoFormat{} && std::string(backend.name) != "synthetic" &&
          opens(backend, format))
        rows.push_back({&backend, format});
  return rows;
}

std::string label(const Row& row) {
  auto text = std::string(row.backend->name) + "_" + name(row.format);
  for (auto& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return text;
}

bool key_shaped(std::span<const std::uint8_t> unit, media::Codec codec) {
  if (codec != media::Codec::Av1) {
    const auto shape = shape_of(unit, codec);
    EXPECT_EQ(shape.has_idr_slice, shape.starts_with_parameter_set);
    if (shape.has_idr_slice) {
      EXPECT_LT(shape.first_slice, 900U) << "the slice must begin in the first datagram";
    }
    return shape.has_idr_slice;
  }
  const auto all = testing::obus(unit);
  EXPECT_FALSE(all.empty());
  if (all.empty()) return false;
  EXPECT_EQ(all.front().type, testing::kObuTemporalDelimiter);
  bool sequence = false, key = false;
  unsigned frames = 0;
  for (const auto& obu : all) {
    if (obu.type == testing::kObuSequenceHeader) {
      EXPECT_EQ(frames, 0U) << "it stands before the picture";
      sequence = true;
    }
    if (obu.type != testing::kObuFrame && obu.type != testing::kObuFrameHeader) continue;
    if (frames++ == 0) key = testing::frame_type(obu) == 0;
  }
  EXPECT_EQ(frames, 1U) << "one picture a unit";
  EXPECT_EQ(sequence, key);
  return key;
}

class FormatContract : public ::testing::TestWithParam<Row> {
 protected:
  Config config() const {
    const auto& format = GetParam().format;
    Config c;
    c.codec = format.codec;
    c.colour.ten_bit = format.ten_bit;
    c.colour.yuv444 = format.yuv444;
    c.mode = {kWidth, kHeight, {60, 1}};
    c.bitrate_kbps = 8'000;
    return c;
  }
  std::unique_ptr<Encoder> open_encoder(const Config& config) const {
    auto encoder = GetParam().backend->open(config, {});
    if (!encoder) throw std::runtime_error(encoder.error().message());
    return std::move(*encoder);
  }
};

TEST_P(FormatContract, EveryUnitIsOnePictureAndKeyPicturesComeOnDemandOnly) {
  const auto c = config();
  const auto encoder = open_encoder(c);
  EXPECT_STREQ(encoder->name(), GetParam().backend->name);
  Desktop desktop(kWidth, kHeight);
  testing::Decoder decoder(c.codec);
  for (std::uint32_t n = 1; n <= 60; ++n) {
    desktop.draw(n % 9 == 0 ? n * 100 : n);  // also hard scene changes
    Directives directives;
    directives.index = n;
    directives.force_idr = n == 10 || n == 41;
    media::AccessUnit unit;
    ASSERT_EQ(encoder->encode(desktop.frame(n), directives, unit), Outcome::Unit) << n;
    const bool key = n == 1 || directives.force_idr;
    EXPECT_EQ(unit.type, key ? media::FrameType::Idr : media::FrameType::Predicted) << n;
    EXPECT_EQ(key_shaped(unit.bytes(), c.codec), key) << n;
    const auto* picture = decoder.decode(unit.bytes());
    ASSERT_NE(picture, nullptr) << n;
    EXPECT_EQ(picture->width, static_cast<int>(kWidth));
    EXPECT_EQ(picture->height, static_cast<int>(kHeight));
    if (n % 15 != 1) continue;
    EXPECT_GT(testing::psnr_rgb(*picture, desktop.pixels().data(), c.colour), 22.0) << n;
  }
}

TEST_P(FormatContract, TheStreamSaysItsDepthAndColoursAndKeepsThem) {
  struct Case {
    media::Matrix matrix;
    bool full, hdr;
    AVColorPrimaries primaries;
    AVColorTransferCharacteristic transfer;
    AVColorSpace space;
  };
  // ITU-T H.273 tables 2 to 4.
  const std::vector<Case> cases{
      {media::Matrix::Bt601, false, false, AVCOL_PRI_SMPTE170M, AVCOL_TRC_SMPTE170M,
       AVCOL_SPC_SMPTE170M},
      {media::Matrix::Bt709, false, false, AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_BT709},
      {media::Matrix::Bt709, true, false, AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVCOL_SPC_BT709},
      {media::Matrix::Bt2020, false, false, AVCOL_PRI_BT2020, AVCOL_TRC_BT2020_10,
       AVCOL_SPC_BT2020_NCL},
      {media::Matrix::Bt2020, false, true, AVCOL_PRI_BT2020, AVCOL_TRC_SMPTE2084,
       AVCOL_SPC_BT2020_NCL},
      {media::Matrix::Bt2020, true, true, AVCOL_PRI_BT2020, AVCOL_TRC_SMPTE2084,
       AVCOL_SPC_BT2020_NCL}};
  const auto& format = GetParam().format;
  const auto areas = testing::Still::areas(kWidth, kHeight);
  for (const auto& one : cases) {
    if (one.hdr && !format.ten_bit) continue;
    SCOPED_TRACE(
        fmt::format("matrix {} full {} hdr {}", static_cast<int>(one.matrix), one.full, one.hdr));
    auto c = config();
    c.bitrate_kbps = 20'000;
    c.colour.matrix = one.matrix;
    c.colour.full_range = one.full;
    c.colour.hdr = one.hdr;
    const auto encoder = open_encoder(c);
    const auto psnr =
        testing::psnr_of(*encoder, c, areas, [&](const media::AccessUnit&, const AVFrame& decoded) {
          EXPECT_EQ(
              decoded.format == AV_PIX_FMT_YUV420P10 || decoded.format == AV_PIX_FMT_YUV444P10,
              format.ten_bit);
          EXPECT_EQ(decoded.color_primaries, one.primaries);
          EXPECT_EQ(decoded.color_trc, one.transfer);
          EXPECT_EQ(decoded.colorspace, one.space);
          EXPECT_EQ(decoded.color_range, one.full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG);
        });
    EXPECT_GT(psnr, 30.0);
  }
}

TEST_P(FormatContract, FullChromaKeepsTheColourOfEveryPixel) {
  auto c = config();
  c.bitrate_kbps = 40'000;
  const auto encoder = open_encoder(c);
  const auto psnr = testing::psnr_of(*encoder, c, testing::Still::lines(kWidth, kHeight),
                                     [](const media::AccessUnit&, const AVFrame&) {});
  if (c.colour.yuv444) {
    EXPECT_GT(psnr, 25.0);
  } else {
    EXPECT_LT(psnr, 15.0);
  }
}

TEST_P(FormatContract, RepeatsAndBitrateChanges) {
  auto c = config();
  c.bitrate_kbps = 3'000;
  const auto encoder = open_encoder(c);
  Desktop desktop(kWidth, kHeight);
  testing::Decoder decoder(c.codec);
  std::uint32_t n = 0;
  const auto bytes_of = [&](unsigned count, std::uint32_t kbps) {
    std::size_t sum = 0;
    for (unsigned i = 0; i < count; ++i) {
      desktop.draw(++n);
      Directives directives;
      directives.index = n;
      if (i == 0) directives.bitrate_kbps = kbps;
      media::AccessUnit unit;
      EXPECT_EQ(encoder->encode(desktop.frame(n), directives, unit), Outcome::Unit);
      EXPECT_NE(decoder.decode(unit.bytes()), nullptr) << n;
      if (i >= count / 3) sum += unit.bytes().size();  // after it settled
    }
    return sum;
  };
  const auto high = bytes_of(60, 0), low = bytes_of(60, 600);
  EXPECT_GT(high, 2 * low);
  media::AccessUnit unit;
  Directives again;
  for (int i = 0; i < 10; ++i) {
    again.index = ++n;
    ASSERT_EQ(encoder->repeat(777, again, unit), Outcome::Unit);
    EXPECT_TRUE(unit.repeat);
    EXPECT_EQ(unit.timeline.captured_ns, 777);
    EXPECT_EQ(unit.type, media::FrameType::Predicted);
    EXPECT_NE(decoder.decode(unit.bytes()), nullptr);
  }
  EXPECT_LT(unit.bytes().size(), low / 20);
}

// As in the contract of H.264: with and without the lost pictures, a decoder shows the same.
TEST_P(FormatContract, ARepairRefersToNothingThatWasLost) {
  auto c = config();
  c.mode = {640, 360, {60, 1}};
  c.bitrate_kbps = 20'000;
  const auto encoder = open_encoder(c);
  if (!encoder->invalidates()) GTEST_SKIP() << "it answers a loss with an IDR";
  testing::expect_repairs(*encoder, c, {{5, 6}, {20, 23}, {26, 28}, {28, 29}, {50, 56}, {70, 84}},
                          true);
  // Older than everything that it keeps.
  Directives all;
  all.index = 101;
  all.invalid_from = 1;
  media::AccessUnit unit;
  ASSERT_EQ(encoder->repeat(1, all, unit), Outcome::Unit);
  EXPECT_EQ(unit.type, media::FrameType::Idr);
}

TEST_P(FormatContract, OneReferenceAndManySlicesAreTaken) {
  auto c = config();
  c.mode = {1280, 720, {60, 1}};
  c.max_references = 1;
  c.slices = 4;
  const auto encoder = open_encoder(c);
  EXPECT_FALSE(encoder->invalidates());
  Desktop desktop(1280, 720);
  testing::Decoder decoder(c.codec);
  for (std::uint32_t n = 1; n <= 4; ++n) {
    desktop.draw(n);
    media::AccessUnit unit;
    ASSERT_EQ(encoder->encode(desktop.frame(n), {}, unit), Outcome::Unit);
    ASSERT_NE(decoder.decode(unit.bytes()), nullptr);
    EXPECT_LE(decoder.context().refs, 1);
    if (c.codec == media::Codec::Av1) continue;  // tiles are inside its one frame
    std::size_t slices = 0;
    Nal nal{};
    for (std::size_t at = 0; next_nal(unit.bytes(), c.codec, at, nal); at = nal.end) {
      const auto kind = kind_of(c.codec, nal.type);
      slices += kind == NalKind::Slice || kind == NalKind::IdrSlice;
    }
    const bool x265 = std::string(encoder->name()) == "x265";
    EXPECT_GE(slices, x265 ? 1U : 4U) << "libx265 would keep a picture back for slices";
  }
}

TEST_P(FormatContract, OtherSizesAreScaledIntoTheMode) {
  const auto c = config();
  const auto encoder = open_encoder(c);
  testing::expect_scaled(*encoder, c);
}

// Our part of it; what a library allocates for itself is its own.
TEST_P(FormatContract, SteadyEncodingAllocatesNothing) {
  if (std::string(GetParam().backend->name) == "x265")
    GTEST_SKIP() << "libx265 allocates on the calling thread";
  const auto c = config();
  const auto encoder = open_encoder(c);
  Desktop desktop(kWidth, kHeight);
  media::AccessUnit unit;
  for (std::uint32_t n = 1; n <= 30; ++n) {
    desktop.draw(n);
    const auto frame = desktop.frame(n);
    Outcome coded{};
    if (n <= 2) {
      coded = encoder->encode(frame, {}, unit);
    } else {
      const NoAllocScope guard;
      coded = encoder->encode(frame, {}, unit);
    }
    ASSERT_EQ(coded, Outcome::Unit);
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FormatContract);
INSTANTIATE_TEST_SUITE_P(Openable, FormatContract, ::testing::ValuesIn(openable()),
                         [](const auto& test) { return label(test.param); });

}  // namespace
}  // namespace pf::encode
