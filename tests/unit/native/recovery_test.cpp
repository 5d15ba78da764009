#include "native/recovery.hpp"

#include <gtest/gtest.h>

namespace pf::native {
namespace {

wire::Feedback asking(std::uint16_t number, bool keyframe) {
  wire::Feedback f;
  f.ask = wire::Feedback::Ask{number, keyframe, wire::Feedback::Range{100, 103}};
  return f;
}

TEST(FeedbackFilter, EachAskCountsOnceHoweverOftenItIsSaid) {
  FeedbackFilter filter;
  const auto first = filter.new_ask(asking(9, false));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->keyframe);
  EXPECT_EQ(first->first, 100U);
  EXPECT_EQ(first->last, 103U);
  EXPECT_FALSE(filter.new_ask(asking(9, false)));
  EXPECT_FALSE(filter.new_ask(asking(8, true))) << "overtaken";
  EXPECT_TRUE(filter.new_ask(asking(10, true))->keyframe);
}

TEST(FeedbackFilter, NumbersWrapAndZeroIsNone) {
  FeedbackFilter filter;
  EXPECT_FALSE(filter.new_ask(asking(0, true)));
  EXPECT_TRUE(filter.new_ask(asking(65535, true)));
  EXPECT_TRUE(filter.new_ask(asking(1, true)));
  EXPECT_FALSE(filter.new_ask(asking(65535, true)));
}

TEST(FeedbackFilter, AnAskForNothingIsNone) {
  FeedbackFilter filter;
  wire::Feedback f;
  EXPECT_FALSE(filter.new_ask(f));
  f.ask = wire::Feedback::Ask{1, false, {}};
  EXPECT_FALSE(filter.new_ask(f));
}

TEST(FeedbackFilter, EachWindowCountsOnce) {
  FeedbackFilter filter;
  wire::Feedback f;
  f.window = wire::Feedback::Window{1, 1200, 50};
  EXPECT_EQ(filter.new_window(f)->loss_ppm, 1200U);
  EXPECT_FALSE(filter.new_window(f));
  f.window->number = 0xFFFFFFFF;
  EXPECT_FALSE(filter.new_window(f)) << "more than half a range ahead is behind";
  f.window->number = 5;
  EXPECT_TRUE(filter.new_window(f));
}

TEST(FeedbackFilter, TheSameShardsUnderTheSameAskAreSentAgainOnce) {
  FeedbackFilter filter;
  wire::Feedback f;
  EXPECT_FALSE(filter.new_nack(f));
  f.ask = wire::Feedback::Ask{11, false, {}};
  f.nack = wire::Feedback::Nack{812, {3, 4, 9, 40}, 4};
  const auto first = filter.new_nack(f);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->frame, 812U);
  EXPECT_EQ(first->count, 4U);
  EXPECT_FALSE(filter.new_nack(f)) << "said again";
  f.nack->count = 2;
  EXPECT_TRUE(filter.new_nack(f)) << "some have come";
  f.ask->number = 12;
  EXPECT_TRUE(filter.new_nack(f)) << "asked anew";
  EXPECT_FALSE(filter.new_ask(f)) << "there is nothing to code anew";
}

}  // namespace
}  // namespace pf::native
