#include "input/pad_switch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pf::input {
namespace {

class Counting final : public Injector {
 public:
  explicit Counting(std::vector<Event>& seen) : seen_(seen) {}
  const char* name() const override { return "counting"; }
  void inject(const Event& event) noexcept override { seen_.push_back(event); }

 private:
  std::vector<Event>& seen_;
};

TEST(PadSwitch, PlayStationPadsGoTheirWayUntilTheyLeave) {
  std::vector<Event> whole, plain;
  PadSwitch pads(std::make_unique<Counting>(whole), std::make_unique<Counting>(plain));
  EXPECT_STREQ(pads.name(), "counting");
  pads.inject(PadArrival{.pad = 0, .kind = PadKind::PlayStation});
  pads.inject(PadArrival{.pad = 1, .kind = PadKind::Xbox});
  pads.inject(PadState{.pad = 0});
  pads.inject(PadMotion{.pad = 0});
  pads.inject(PadState{.pad = 1});
  pads.inject(PadState{.pad = 2});
  EXPECT_EQ(whole.size(), 3U);
  EXPECT_EQ(plain.size(), 3U);
  pads.inject(PadRemoval{.pad = 0});
  EXPECT_EQ(whole.size(), 4U) << "it hears that it goes";
  pads.inject(PadArrival{.pad = 0, .kind = PadKind::Nintendo});
  pads.inject(PadState{.pad = 0});
  EXPECT_EQ(whole.size(), 4U);
  EXPECT_EQ(plain.size(), 5U);
  pads.inject(PadState{.pad = 200});
  EXPECT_EQ(plain.size(), 6U);
}

TEST(PadSwitch, APadThatComesAgainAsAnotherLeavesNothingBehind) {
  std::vector<Event> whole, plain;
  PadSwitch pads(std::make_unique<Counting>(whole), std::make_unique<Counting>(plain));
  pads.inject(PadArrival{.pad = 3, .kind = PadKind::PlayStation});
  plain.clear();
  pads.inject(PadArrival{.pad = 3, .kind = PadKind::Xbox});
  ASSERT_EQ(whole.size(), 2U);
  ASSERT_TRUE(std::holds_alternative<PadRemoval>(whole[1]));
  EXPECT_EQ(std::get<PadRemoval>(whole[1]).pad, 3);
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<PadArrival>(plain[0]));
  pads.inject(PadArrival{.pad = 3, .kind = PadKind::Xbox});
  EXPECT_EQ(whole.size(), 2U);
  EXPECT_EQ(plain.size(), 2U);
}

}  // namespace
}  // namespace pf::input
