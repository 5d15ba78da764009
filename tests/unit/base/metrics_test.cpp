#include "base/metrics.hpp"

#include <gtest/gtest.h>

namespace pf::metrics {
namespace {

TEST(Histogram, QuantilesStayWithinOneBucketOfTheTruth) {
  Histogram histogram;
  for (std::uint64_t v = 1; v <= 10'000; ++v) histogram.record(v);
  EXPECT_EQ(histogram.count(), 10'000U);
  EXPECT_EQ(histogram.sum(), 50'005'000U);
  for (const double q : {0.1, 0.5, 0.95, 0.99}) {
    const auto truth = q * 10'000;
    EXPECT_GE(static_cast<double>(histogram.quantile(q)), truth * 0.99);
    EXPECT_LE(static_cast<double>(histogram.quantile(q)), truth * 1.26);
  }
}

TEST(Histogram, EmptyAndExtremeValues) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0U);
  histogram.record(0);
  EXPECT_EQ(histogram.quantile(0.5), 0U);
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.count(), 2U);
}

}  // namespace
}  // namespace pf::metrics
