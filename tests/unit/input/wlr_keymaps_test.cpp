#ifdef PF_HAVE_INPUT_WLR
#include "input/wlr/keymaps.hpp"

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <set>
#include <vector>

namespace pf::input::wlr {
namespace {

constexpr std::uint32_t kShift = 1;

TEST(Layout, FollowsModifiers) {
  auto layout = Layout::create();
  ASSERT_TRUE(layout) << layout.error().message();
  EXPECT_EQ(layout->modifiers(), Modifiers{});
  EXPECT_EQ(layout->key(KEY_LEFTSHIFT, true).depressed, kShift);
  EXPECT_EQ(layout->key(KEY_A, true).depressed, kShift);
  layout->key(KEY_A, false);
  EXPECT_EQ(layout->key(KEY_LEFTSHIFT, false), Modifiers{});
  layout->key(KEY_CAPSLOCK, true);
  const auto after = layout->key(KEY_CAPSLOCK, false);
  EXPECT_EQ(after.depressed, 0U);
  EXPECT_NE(after.locked, 0U);
}

TEST(Layout, FindsCharactersOnTheSimplestPlace) {
  auto layout = Layout::create();
  ASSERT_TRUE(layout);
  const auto a = layout->find('a');
  ASSERT_TRUE(a);
  EXPECT_EQ(a->evdev_code, static_cast<std::uint32_t>(KEY_A));
  EXPECT_EQ(a->modifiers, 0U);
  const auto capital = layout->find('Q');
  ASSERT_TRUE(capital);
  EXPECT_EQ(capital->evdev_code, static_cast<std::uint32_t>(KEY_Q));
  EXPECT_EQ(capital->modifiers, kShift);
  const auto one = layout->find('1');
  ASSERT_TRUE(one);
  EXPECT_EQ(one->evdev_code, static_cast<std::uint32_t>(KEY_1));  // not the keypad's
  EXPECT_FALSE(layout->find(0x0100'4E2D));
}

TEST(SpareLayout, KeysAreDistinctAndNamed) {
  std::set<std::uint32_t> codes;
  for (std::size_t i = 0; i < kSpareKeys; ++i) codes.insert(spare_key(i));
  EXPECT_EQ(codes.size(), kSpareKeys);
  EXPECT_EQ(codes.count(KEY_ESC), 0U);
  EXPECT_EQ(codes.count(KEY_ENTER), 0U);
  const std::vector<std::uint32_t> keysyms = {0x0100'20AC, 'a'};
  const auto text = spare_layout(keysyms);
  EXPECT_NE(text.find("<P0>=" + std::to_string(KEY_1 + 8)), std::string::npos) << text;
  EXPECT_NE(text.find("{[a]}"), std::string::npos) << text;
}

}  // namespace
}  // namespace pf::input::wlr
#endif
