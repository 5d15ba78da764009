#include "native/media/replay_window.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace pf::native::media {
namespace {

constexpr auto kSize = ReplayWindow::kSize;

TEST(ReplayWindow, AnyNumberMayBeFirst) {
  ReplayWindow window;
  EXPECT_FALSE(window.any());
  EXPECT_TRUE(window.accept(~std::uint64_t{0} - 5));
  EXPECT_EQ(window.highest(), ~std::uint64_t{0} - 5);
  EXPECT_FALSE(window.accept(~std::uint64_t{0} - 5));
}

TEST(ReplayWindow, AcceptsLateNumbersOnce) {
  ReplayWindow window;
  EXPECT_TRUE(window.accept(1'000'000));
  EXPECT_TRUE(window.accept(1'000'000 - kSize + 1));
  EXPECT_FALSE(window.accept(1'000'000 - kSize + 1));
  EXPECT_FALSE(window.fresh(1'000'000 - kSize));
  EXPECT_FALSE(window.accept(0));
  EXPECT_EQ(window.highest(), 1'000'000U);
}

TEST(ReplayWindow, AJumpForgetsEverything) {
  ReplayWindow window;
  for (std::uint64_t n = 0; n < 1'000; ++n) ASSERT_TRUE(window.accept(n));
  EXPECT_TRUE(window.accept(3 * kSize));
  for (std::uint64_t n = 2 * kSize + 1; n < 3 * kSize; ++n) ASSERT_TRUE(window.fresh(n)) << n;
}

TEST(ReplayWindow, AgreesWithASet) {
  std::mt19937_64 random(7);
  ReplayWindow window;
  std::set<std::uint64_t> seen;
  std::uint64_t highest = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t step = random() % 100 == 0 ? random() % (2 * kSize) : random() % 130;
    const std::uint64_t number =
        random() % 2 == 0 ? highest + step : highest - std::min(highest, random() % (kSize + 50));
    const bool expected =
        seen.empty() || number > highest || (highest - number < kSize && !seen.contains(number));
    ASSERT_EQ(window.accept(number), expected) << i;
    if (!expected) continue;
    highest = std::max(highest, number);
    seen.insert(number);
  }
}

}  // namespace
}  // namespace pf::native::media
