#ifdef PF_HAVE_CAPTURE_X11
#include <gtest/gtest.h>

#include <random>

#include "capture/x11/row_set.hpp"

namespace pf::capture::x11 {
namespace {

std::vector<RowRun> runs(const RowSet& set, std::uint32_t gap) {
  std::vector<RowRun> out;
  set.runs(gap, out);
  return out;
}

TEST(RowSet, WordEdges) {
  RowSet set(200);
  set.add(63, 2);
  set.add(128, 64);
  EXPECT_EQ(set.count(), 66U);
  EXPECT_EQ(runs(set, 0), (std::vector<RowRun>{{63, 2}, {128, 64}}));
  EXPECT_EQ(runs(set, 62), (std::vector<RowRun>{{63, 2}, {128, 64}}));
  EXPECT_EQ(runs(set, 63), (std::vector<RowRun>{{63, 129}}));
  set.clear();
  EXPECT_EQ(set.count(), 0U);
  EXPECT_TRUE(runs(set, 10).empty());
}

TEST(RowSet, LeavesOutWhatIsNotInThePicture) {
  RowSet set(100);
  set.add(100, 5);
  set.add(UINT32_MAX, 5);
  EXPECT_EQ(set.count(), 0U);
  set.add(90, UINT32_MAX);
  EXPECT_EQ(runs(set, 0), (std::vector<RowRun>{{90, 10}}));
  set.add_all();
  EXPECT_EQ(runs(set, 0), (std::vector<RowRun>{{0, 100}}));
  EXPECT_TRUE(runs(RowSet(0), 0).empty());
}

TEST(RowSet, AgreesWithAPlainSet) {
  std::mt19937 random(7);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t rows = 1 + below(300);
    RowSet set(rows);
    std::vector<bool> plain(rows);
    for (unsigned i = 0, n = below(6); i < n; ++i) {
      const std::uint32_t first = below(rows), count = below(40);
      set.add(first, count);
      for (std::uint32_t row = first; row < std::min(rows, first + count); ++row) plain[row] = true;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t row = 0; row < rows; ++row) {
      ASSERT_EQ(set.contains(row), plain[row]);
      sum += plain[row] ? 1U : 0U;
    }
    ASSERT_EQ(set.count(), sum);
    const std::uint32_t gap = below(20);
    std::vector<bool> covered(rows);
    std::uint32_t after_last = 0;
    bool first_run = true;
    for (const RowRun& run : runs(set, gap)) {
      ASSERT_TRUE(first_run || run.first - after_last > gap);
      ASSERT_TRUE(plain[run.first] && plain[run.first + run.count - 1]);
      for (std::uint32_t row = run.first; row < run.first + run.count; ++row) covered[row] = true;
      after_last = run.first + run.count;
      first_run = false;
    }
    for (std::uint32_t row = 0; row < rows; ++row)
      if (plain[row]) {
        ASSERT_TRUE(covered[row]);
      }
  }
}

}  // namespace
}  // namespace pf::capture::x11
#endif
