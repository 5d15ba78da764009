#include "fec/gf8.hpp"

#include <gtest/gtest.h>

#include "fec/tables.hpp"

namespace pf::fec {
namespace {

// gamestream.md 12.5, "field checks".
TEST(Gf8, FieldChecks) {
  EXPECT_EQ(gf8::multiply(0x02, 0x80), 0x1d);
  EXPECT_EQ(gf8::inverse(0x02), 0x8e);
  EXPECT_EQ(gf8::inverse(0x03), 0xf4);
  EXPECT_EQ(gf8::inverse(0x53), 0x8c);
}

TEST(Gf8, EveryInverseIsOne) {
  for (unsigned x = 1; x < 256; ++x) {
    const auto value = static_cast<std::uint8_t>(x);
    EXPECT_EQ(gf8::multiply(value, gf8::inverse(value)), 1);
    EXPECT_EQ(kInverse.at[x], gf8::inverse(value));
  }
}

TEST(Gf8, TablesAreTheProduct) {
  for (unsigned c = 0; c < 256; ++c) {
    for (unsigned x = 0; x < 256; ++x) {
      const auto truth = gf8::multiply(static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(x));
      ASSERT_EQ(kProduct.at[c][x], truth) << c << " * " << x;
      ASSERT_EQ(kNibble.at[c][x & 15] ^ kNibble.at[c][16 + x / 16], truth) << c << " * " << x;
    }
  }
}

}  // namespace
}  // namespace pf::fec
