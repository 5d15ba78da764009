#include "trust/pairing_desk.hpp"

#include <gtest/gtest.h>

#include "support/virtual_executor.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

PinRequest request(char certificate, const char* address = "192.0.2.1") {
  PinRequest r;
  r.unique_id = "0123456789ABCDEF";
  r.fingerprint = std::string(64, certificate);
  r.from = *net::Endpoint::parse(address, 4711);
  return r;
}

class PairingDeskTest : public testing::Test {
 protected:
  PairingDesk::Waiter keep() {
    return [this](PinAnswer answer) { answers_.push_back(std::move(answer)); };
  }
  test::VirtualExecutor executor_;
  PairingDesk desk_{executor_};
  std::vector<PinAnswer> answers_;
};

TEST_F(PairingDeskTest, TheTypedPinReachesItsRequestOnce) {
  const auto id = desk_.wait_for_pin(request('a'), keep());
  ASSERT_TRUE(id);
  ASSERT_TRUE(desk_.submit_pin(*id, "1234", "TV"));
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].kind, PinAnswer::Kind::Typed);
  EXPECT_EQ(answers_[0].pin, "1234");
  EXPECT_EQ(answers_[0].label, "TV");
  EXPECT_FALSE(desk_.submit_pin(*id, "1234", ""));
}

TEST_F(PairingDeskTest, OnlyDigitsAreAPin) {
  const auto id = desk_.wait_for_pin(request('a'), keep());
  for (const std::string pin : {"", "12a4", "12 4", "12345678901234567", "-123"})
    EXPECT_TRUE(desk_.submit_pin(*id, pin, "").error().is(Errc::BadValue)) << pin;
  EXPECT_TRUE(answers_.empty());
}

TEST_F(PairingDeskTest, WaitingEndsByItself) {
  ASSERT_TRUE(desk_.wait_for_pin(request('a'), keep()));
  executor_.advance(121s);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].kind, PinAnswer::Kind::TimedOut);
  EXPECT_TRUE(desk_.pending().empty());
  EXPECT_EQ(desk_.outcomes().size(), 1U);
}

TEST_F(PairingDeskTest, TheSameClientReplacesItsOwnRequest) {
  const auto first = desk_.wait_for_pin(request('a'), keep());
  const auto second = desk_.wait_for_pin(request('a'), keep());
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].kind, PinAnswer::Kind::Replaced);
  EXPECT_EQ(desk_.pending().size(), 1U);
}

TEST_F(PairingDeskTest, OneAddressCannotFillTheDesk) {
  ASSERT_TRUE(desk_.wait_for_pin(request('a'), keep()));
  EXPECT_TRUE(desk_.wait_for_pin(request('b'), keep()).error().is(Errc::AlreadyWaiting));
  ASSERT_TRUE(desk_.wait_for_pin(request('b', "192.0.2.2"), keep()));
  ASSERT_TRUE(desk_.wait_for_pin(request('c', "192.0.2.3"), keep()));
  ASSERT_TRUE(desk_.wait_for_pin(request('d', "192.0.2.4"), keep()));
  EXPECT_TRUE(desk_.wait_for_pin(request('e', "192.0.2.5"), keep()).error().is(Errc::TooMany));
  EXPECT_TRUE(desk_.only_pending().error().is(Errc::TooMany));
}

TEST_F(PairingDeskTest, CancelTellsTheWaiter) {
  const auto id = desk_.wait_for_pin(request('a'), keep());
  desk_.cancel(*id);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].kind, PinAnswer::Kind::Cancelled);
  EXPECT_TRUE(desk_.only_pending().error().is(Errc::NothingWaiting));
}

}  // namespace
}  // namespace pf::trust
