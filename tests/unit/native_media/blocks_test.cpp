#include "native/media/blocks.hpp"

#include <gtest/gtest.h>

namespace pf::native::media {
namespace {

// The example of punktfunk2.md 6.2.
TEST(CutFrame, Example) {
  const auto cut = cut_frame(1'287, 64, 8);
  EXPECT_EQ(cut.data_shards, 21U);
  ASSERT_EQ(cut.blocks, 3U);
  EXPECT_EQ(cut.data_of(0), 8U);
  EXPECT_EQ(cut.data_of(1), 8U);
  EXPECT_EQ(cut.data_of(2), 5U);
  EXPECT_EQ(cut.base_of(2), 16U);
}

TEST(CutFrame, Edges) {
  EXPECT_EQ(cut_frame(0, 64, 8).data_shards, 1U);
  EXPECT_EQ(cut_frame(0, 64, 8).blocks, 1U);
  EXPECT_EQ(cut_frame(64, 64, 8).data_shards, 1U);
  EXPECT_EQ(cut_frame(65, 64, 8).data_shards, 2U);
  const auto exact = cut_frame(64 * 16, 64, 8);
  EXPECT_EQ(exact.blocks, 2U);
  EXPECT_EQ(exact.data_of(1), 8U);
}

// punktfunk1.md 6.5 rules 4 and 5.
TEST(Parity, CountsAndLimits) {
  EXPECT_EQ(block_limit(4'096, 90, FecScheme::Gf16), 4'096U + 3'687U);
  EXPECT_EQ(block_limit(4'096, 0, FecScheme::Gf16), 4'096U);
  EXPECT_EQ(block_limit(200, 90, FecScheme::Gf8), 255U);
  EXPECT_EQ(block_limit(kMaxDataPerBlock, 90, FecScheme::Gf16), 62'260U);
  EXPECT_EQ(parity_shards(100, 0, 1'000), 0U);
  EXPECT_EQ(parity_shards(100, 10, 1'000), 10U);
  EXPECT_EQ(parity_shards(101, 10, 1'000), 11U);
  EXPECT_EQ(parity_shards(1, 1, 1'000), 2U);
  EXPECT_EQ(parity_shards(3, 10, 4), 1U);
  EXPECT_EQ(parity_shards(4'096, 10, 4'096), 0U);
  EXPECT_EQ(parity_shards(4'095, 10, 4'096), 1U);
}

}  // namespace
}  // namespace pf::native::media
