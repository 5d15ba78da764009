#include "encode/annexb.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pf::encode {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Annexb, FindsNalUnitsWithBothStartCodes) {
  const Bytes bytes{0, 0, 0, 1, 0x67, 1, 0, 0, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 9};
  Nal nal{};
  ASSERT_TRUE(next_nal(bytes, media::Codec::H264, 0, nal));
  EXPECT_EQ(nal, (Nal{0, 4, 9, 7}));
  ASSERT_TRUE(next_nal(bytes, media::Codec::H264, nal.end, nal));
  EXPECT_EQ(nal, (Nal{9, 12, 14, 8}));
  ASSERT_TRUE(next_nal(bytes, media::Codec::H264, nal.end, nal));
  EXPECT_EQ(nal, (Nal{14, 18, 20, 5}));
  EXPECT_FALSE(next_nal(bytes, media::Codec::H264, nal.end, nal));
}

TEST(Annexb, EmptyAndTruncatedInputsHaveNoNal) {
  Nal nal{};
  for (const Bytes& bytes : {Bytes{}, Bytes{0}, Bytes{0, 0, 1}, Bytes{0, 0, 0, 1}, Bytes{5, 5, 5}})
    EXPECT_FALSE(next_nal(bytes, media::Codec::H264, 0, nal));
}

TEST(Annexb, ShapeOfIdrAndPredictedUnits) {
  const Bytes idr{0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 9};
  auto shape = shape_of(idr, media::Codec::H264);
  EXPECT_TRUE(shape.has_idr_slice);
  EXPECT_TRUE(shape.starts_with_parameter_set);
  EXPECT_EQ(shape.first_slice, 12U);
  const Bytes predicted{0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x41, 9};
  shape = shape_of(predicted, media::Codec::H264);
  EXPECT_FALSE(shape.has_idr_slice);
  EXPECT_FALSE(shape.starts_with_parameter_set);
  const Bytes hevc{0, 0, 0, 1, 0x40, 1, 0, 0, 0, 1, 0x42, 1, 0, 0, 0, 1, 0x26, 1, 7};
  shape = shape_of(hevc, media::Codec::Hevc);
  EXPECT_TRUE(shape.has_idr_slice);
  EXPECT_TRUE(shape.starts_with_parameter_set);
}

TEST(Annexb, StripMovesParameterSetsUpAgainstTheSlice) {
  Bytes bytes{0, 0, 0, 1,    0x09, 0x10,              // delimiter
              0, 0, 0, 1,    0x67, 1,    2,           // SPS
              0, 0, 0, 1,    0x68, 3,                 // PPS
              0, 0, 1, 6,    5,    200,  7, 7, 7, 7,  // SEI
              0, 0, 1, 0x65, 42};                     // IDR slice
  const auto kept = strip_prefix(bytes, media::Codec::H264, true);
  EXPECT_EQ(Bytes(kept.begin(), kept.end()),
            (Bytes{0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 42}));
}

TEST(Annexb, StripForPredictedUnitsLeavesOnlySlices) {
  Bytes bytes{0, 0, 0, 1, 0x68, 3, 0, 0, 1, 6, 5, 1, 0, 0, 1, 0x41, 42, 0, 0, 1, 0x41, 43};
  const auto kept = strip_prefix(bytes, media::Codec::H264, false);
  EXPECT_EQ(Bytes(kept.begin(), kept.end()), (Bytes{0, 0, 1, 0x41, 42, 0, 0, 1, 0x41, 43}));
}

TEST(Annexb, StripOfAUnitWithoutPrefixChangesNothing) {
  Bytes bytes{0, 0, 0, 1, 0x41, 42, 43};
  const auto kept = strip_prefix(bytes, media::Codec::H264, false);
  EXPECT_EQ(kept.data(), bytes.data());
  EXPECT_EQ(kept.size(), bytes.size());
}

// Seen with a client of 2022: it takes a 3-byte start code before the IDR slice for no picture at
// all.
TEST(Annexb, ParameterSetsAndFirstSliceGetLongStartCodes) {
  Bytes bytes{0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 42, 0, 0, 1, 0x65, 43, 9, 9};
  const auto unit =
      lengthen_start_codes(std::span(bytes).first(bytes.size() - 2), 2, media::Codec::H264);
  EXPECT_EQ(Bytes(unit.begin(), unit.end()), (Bytes{0, 0, 0, 1, 0x67, 1,  0, 0, 0, 1,    0x68, 3,
                                                    0, 0, 0, 1, 0x65, 42, 0, 0, 1, 0x65, 43}));
}

TEST(Annexb, LongStartCodesNeedSpareBytes) {
  Bytes bytes{0, 0, 1, 0x41, 42};
  const auto same = lengthen_start_codes(bytes, 0, media::Codec::H264);
  EXPECT_EQ(same.size(), 5U);
  bytes.push_back(77);
  const auto unit = lengthen_start_codes(std::span(bytes).first(5), 1, media::Codec::H264);
  EXPECT_EQ(Bytes(unit.begin(), unit.end()), (Bytes{0, 0, 0, 1, 0x41, 42}));
}

}  // namespace
}  // namespace pf::encode
