#include "fec/gf16.hpp"

#include <gtest/gtest.h>

#include "fec/rs16_tables.hpp"

namespace pf::fec {
namespace {

// punktfunk1.md 6.6, "Check".
TEST(Gf16, TablesStartAsPublished) {
  const auto& tables = gf16::tables();
  const std::vector<std::uint16_t> exp(tables.exp.begin(), tables.exp.begin() + 4);
  EXPECT_EQ(exp, (std::vector<std::uint16_t>{1, 18064, 26072, 25296}));
  const std::vector<std::uint16_t> log(tables.log.begin() + 1, tables.log.begin() + 5);
  EXPECT_EQ(log, (std::vector<std::uint16_t>{0, 21845, 43690, 17476}));
  const std::vector<std::uint16_t> skew(tables.skew.begin(), tables.skew.begin() + 9);
  EXPECT_EQ(skew, (std::vector<std::uint16_t>{65535, 65535, 21845, 65535, 17476, 21845, 34952,
                                              65535, 56797}));
  EXPECT_EQ(tables.exp[65535], tables.exp[0]);
}

TEST(Gf16, TheProductIsTheOneOfTheLogarithms) {
  const auto& tables = gf16::tables();
  unsigned a = 1;
  for (unsigned i = 0; i < 20000; ++i) {
    a = a * 40503 + 12345;
    const auto x = static_cast<std::uint16_t>(a >> 3);
    const auto y = static_cast<std::uint16_t>(a >> 14);
    const std::uint16_t truth =
        x == 0 || y == 0 ? std::uint16_t{0}
                         : tables.exp[gf16::fold(std::uint32_t{tables.log[x]} + tables.log[y])];
    ASSERT_EQ(gf16::multiply(x, y), truth) << x << " * " << y;
  }
}

// What the vector kernels use instead of the skew table: in the layer of distance 2^t, the factor
// of the block at point r is the element r >> t.
TEST(Gf16, SkewFactorsAreShiftedPoints) {
  const auto& tables = gf16::tables();
  for (unsigned t = 0; t < 16; ++t)
    for (std::size_t r = 0; r < 65536; r += std::size_t{2} << t)
      ASSERT_EQ(tables.skew[r + (std::size_t{1} << t) - 1], tables.log[r >> t]) << t << " " << r;
}

TEST(Gf16, TowerTablesAreTheProduct) {
  for (unsigned c = 0; c < 256; ++c) {
    for (unsigned x = 0; x < 256; ++x) {
      const auto truth =
          gf16::multiply(static_cast<std::uint16_t>(c), static_cast<std::uint16_t>(x));
      ASSERT_LT(truth, 256);
      ASSERT_EQ(kSubNibble.at[c][x & 15] ^ kSubNibble.at[c][16 + x / 16], truth);
    }
    ASSERT_EQ(kSubTimesTail.at[c], gf16::multiply(128, static_cast<std::uint16_t>(c)));
    // c*256 in the numbers of the field, and taken apart again.
    ASSERT_EQ(gf16::multiply(256, static_cast<std::uint16_t>(c)), c << 8 ^ kLift.at[c]);
    ASSERT_EQ(kLiftVector.nibble[c & 15] ^ kLiftVector.nibble[16 + c / 16], kLift.at[c]);
  }
  EXPECT_EQ(gf16::multiply(256, 256), 256 ^ 128);
}

}  // namespace
}  // namespace pf::fec
