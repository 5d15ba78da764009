#include "trust/knock_desk.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"
#include "trust/native_desk.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;
using Outcomes = std::vector<KnockOutcome>;

std::string certificate(std::size_t number) {
  auto digits = std::to_string(number);
  return std::string(64 - digits.size(), '0') + digits;
}

class KnockDeskTest : public testing::Test {
 protected:
  KnockDeskTest() {
    database_ = std::move(*store::Database::open(std::filesystem::path(folder_.path()) / "t.db"));
    list_ = std::move(*AllowList::open(*database_, executor_, [this] { return wall_; }));
    desk_.emplace(executor_, *list_);
  }
  KnockTicket knock(std::size_t device, const std::string& address = "192.168.1.2",
                    Outcomes* into = nullptr) {
    const auto from = *net::Endpoint::parse(address, 4000);
    auto* const outcomes = into == nullptr ? &outcomes_ : into;
    const auto ticket =
        desk_->knock({certificate(device), "TV\n" + std::to_string(device), from, source_of(from)},
                     [outcomes](KnockOutcome outcome) { outcomes->push_back(outcome); });
    EXPECT_TRUE(ticket);
    return ticket ? *ticket : KnockTicket{};
  }
  bool waits(std::size_t device) {
    for (const auto& one : desk_->pending())
      if (one.fingerprint == certificate(device)) return true;
    return false;
  }

  std::int64_t wall_ = 1'700'000'000;
  test::TempFolder folder_;
  test::VirtualExecutor executor_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<AllowList> list_;
  std::optional<KnockDesk> desk_;
  Outcomes outcomes_;
};

TEST_F(KnockDeskTest, ApprovalPairsAndWakes) {
  const auto ticket = knock(1);
  const auto waiting = desk_->pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].name, "TV 1");
  EXPECT_EQ(waiting[0].source, Source::Lan);
  EXPECT_TRUE(waiting[0].parked);
  const auto device = desk_->approve(ticket.id);
  ASSERT_TRUE(device);
  EXPECT_EQ((*device)->name, "TV 1");
  EXPECT_EQ((*device)->granted_unix, wall_);
  EXPECT_TRUE(outcomes_.empty());  // never inside the call
  executor_.run();
  EXPECT_EQ(outcomes_, Outcomes{KnockOutcome::Approved});
  EXPECT_TRUE(list_->admit(certificate(1), Plane::Native, grant::kAll));
  EXPECT_TRUE(desk_->pending().empty());
  EXPECT_TRUE(desk_->approve(ticket.id).error().is(Errc::NothingWaiting));
}

TEST_F(KnockDeskTest, ApprovalTakesNameAndAccess) {
  const auto ticket = knock(1);
  ASSERT_TRUE(desk_->approve(ticket.id, "Den", {grant::kPresetController, 3600, true}));
  const auto device = list_->find(certificate(1));
  EXPECT_EQ(device->name, "Den");
  EXPECT_EQ(device->access.grants, grant::kPresetController);
  EXPECT_EQ(device->access.expires_unix, wall_ + 3600);
  EXPECT_TRUE(device->access.until_disconnect);
}

TEST_F(KnockDeskTest, WhatCannotBeApprovedGoesOnWaiting) {
  const auto ticket = knock(1);
  EXPECT_TRUE(desk_->approve(ticket.id, {}, {0x100, {}, false}).error().is(Errc::BadValue));
  database_->fail_next_commits(1);
  EXPECT_TRUE(desk_->approve(ticket.id).error().is(Errc::StoreFailed));
  const auto outside = knock(2, "203.0.113.5");
  EXPECT_TRUE(desk_->approve(outside.id).error().is(Errc::FromInternet));
  executor_.run();
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_TRUE(waits(1) && waits(2));
  EXPECT_TRUE(list_->snapshot()->devices.empty());
  EXPECT_TRUE(desk_->approve(ticket.id));
}

TEST_F(KnockDeskTest, DenialIsNoBlockList) {
  const auto ticket = knock(1);
  ASSERT_TRUE(desk_->deny(ticket.id));
  executor_.run();
  EXPECT_EQ(outcomes_, Outcomes{KnockOutcome::Denied});
  EXPECT_FALSE(desk_->deny(ticket.id));
  EXPECT_NE(knock(1).id, ticket.id);
}

TEST_F(KnockDeskTest, ANewerKnockSupersedesAndKeepsTheEntry) {
  Outcomes older, newer;
  const auto first = knock(1, "192.168.1.2", &older);
  executor_.advance(100s);
  const auto second = knock(1, "192.168.1.3", &newer);
  executor_.run();
  EXPECT_EQ(older, Outcomes{KnockOutcome::Superseded});
  EXPECT_EQ(first.id, second.id);
  EXPECT_NE(first.generation, second.generation);
  EXPECT_EQ(desk_->pending()[0].from.address(), "192.168.1.3");
  EXPECT_EQ(desk_->pending()[0].age, 0s);
  desk_->withdraw(first);  // the older connection closing takes nothing from the newer
  executor_.advance(100s);
  EXPECT_TRUE(newer.empty());
  ASSERT_TRUE(desk_->approve(second.id));
  executor_.run();
  EXPECT_EQ(newer, Outcomes{KnockOutcome::Approved});
  EXPECT_EQ(older.size(), 1U);
}

TEST_F(KnockDeskTest, WaitingEndsAfterThreeMinutesAndTheEntryAfterTen) {
  int changes = 0;
  desk_->on_change([&] { ++changes; });
  knock(1);
  executor_.advance(179s);
  EXPECT_TRUE(outcomes_.empty());
  executor_.advance(1s);
  EXPECT_EQ(outcomes_, Outcomes{KnockOutcome::TimedOut});
  ASSERT_TRUE(waits(1));
  EXPECT_FALSE(desk_->pending()[0].parked);
  executor_.advance(419s);
  EXPECT_TRUE(waits(1));
  executor_.advance(1s);
  EXPECT_FALSE(waits(1));
  EXPECT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(changes, 3);
}

TEST_F(KnockDeskTest, AClientThatLeftCanStillBeApproved) {
  const auto ticket = knock(1);
  desk_->withdraw(ticket);
  desk_->withdraw(ticket);
  executor_.run();
  EXPECT_EQ(outcomes_, Outcomes{KnockOutcome::Withdrawn});
  EXPECT_FALSE(desk_->pending()[0].parked);
  ASSERT_TRUE(desk_->approve(ticket.id));
  executor_.run();
  EXPECT_EQ(outcomes_.size(), 1U);
  EXPECT_TRUE(list_->admit(certificate(1), Plane::Native, 0));
}

TEST_F(KnockDeskTest, OneAddressEvictsOnlyItsOwn) {
  Outcomes other;
  knock(100, "192.168.1.99", &other);
  std::vector<KnockTicket> tickets;
  for (std::size_t i = 1; i <= 4; ++i) {
    executor_.advance(1s);
    tickets.push_back(knock(i));
  }
  executor_.advance(1s);
  desk_->withdraw(tickets[2]);  // the only one that nobody waits for
  executor_.advance(1s);
  knock(5);
  EXPECT_FALSE(waits(3));
  executor_.advance(1s);
  knock(6);  // now everybody waits: the one that waits longest goes
  executor_.run();
  EXPECT_FALSE(waits(1));
  EXPECT_TRUE(waits(2) && waits(4) && waits(5) && waits(6) && waits(100));
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(outcomes_, (Outcomes{KnockOutcome::Withdrawn, KnockOutcome::TimedOut}));
}

TEST_F(KnockDeskTest, TheListIsBounded) {
  for (std::size_t i = 0; i < 200; ++i) knock(i, "10.0.0." + std::to_string(i));
  executor_.run();
  EXPECT_EQ(desk_->pending().size(), 32U);
  EXPECT_EQ(outcomes_.size(), 168U);
  EXPECT_TRUE(waits(199));
  EXPECT_FALSE(waits(167));
}

TEST_F(KnockDeskTest, TheInternetPushesNobodyOfTheOwnNetworkOut) {
  knock(500, "192.168.1.7");
  for (std::size_t i = 0; i < 200; ++i) knock(i, "203.0.113." + std::to_string(i));
  EXPECT_TRUE(waits(500));
  EXPECT_EQ(desk_->pending().size(), 32U);
  for (std::size_t i = 300; i < 340; ++i) knock(i, "10.0.0." + std::to_string(i - 300));
  for (const auto& one : desk_->pending()) EXPECT_EQ(one.source, Source::Lan);
  const auto outside = *net::Endpoint::parse("203.0.113.250", 1);
  EXPECT_TRUE(
      desk_->knock({certificate(900), "x", outside, Source::Wan}, {}).error().is(Errc::TooMany));
}

TEST_F(KnockDeskTest, AnExpiredGuestIsAskedAboutAgainAndGetsTheSameAgain) {
  const auto first = knock(1);
  ASSERT_TRUE(desk_->approve(first.id, {}, {grant::kPresetController, 3600, false}));
  wall_ += 5000;
  EXPECT_TRUE(list_->admit(certificate(1), Plane::Native, 0).error().is(Errc::Expired));
  const auto again = knock(1);
  ASSERT_TRUE(desk_->approve(again.id));
  const auto device = list_->find(certificate(1));
  EXPECT_EQ(device->access.grants, grant::kPresetController);
  EXPECT_EQ(device->access.expires_unix, wall_ + 3600);
  EXPECT_EQ(device->granted_unix, wall_);
  EXPECT_TRUE(list_->admit(certificate(1), Plane::Native, 0));
}

TEST_F(KnockDeskTest, ADisabledDeviceIsNotAskedAbout) {
  const auto ticket = knock(1);
  const auto device = desk_->approve(ticket.id);
  ASSERT_TRUE(device);
  const auto second = knock(1);
  ASSERT_TRUE(list_->set_disabled((*device)->id, true));
  EXPECT_TRUE(desk_->approve(second.id).error().is(Errc::Disabled));
  EXPECT_TRUE(desk_->knock({certificate(1), "TV", {}, Source::Lan}, {}).error().is(Errc::Disabled));
}

TEST_F(KnockDeskTest, APinPairingLetsGoOnlyOfWhoMayComeIn) {
  NativeDesk desk(executor_, *list_);
  int changes = 0;
  desk.on_change([&] { ++changes; });
  const auto wait = [&](std::size_t device) {
    ASSERT_TRUE(desk.knocks().knock({certificate(device), "TV", {}, Source::Lan},
                                    [this](KnockOutcome o) { outcomes_.push_back(o); }));
  };
  wait(1);
  ASSERT_TRUE(desk.complete({certificate(1), Plane::Native, "TV", "192.168.1.2"},
                            {grant::kPresetView, 10, false}));
  executor_.run();
  EXPECT_EQ(outcomes_, Outcomes{KnockOutcome::Approved});
  wall_ += 20;
  wait(1);
  // Paired again without a choice: what it had is over and stays so.
  ASSERT_TRUE(desk.complete({certificate(1), Plane::Native, "TV", "192.168.1.2"}, {}));
  executor_.run();
  EXPECT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(desk.knocks().pending().size(), 1U);
  database_->fail_next_commits(1);
  EXPECT_FALSE(desk.complete({certificate(2), Plane::Native, "TV", ""}, {}));
  ASSERT_EQ(desk.outcomes().size(), 3U);
  EXPECT_FALSE(desk.outcomes().back().paired);
  EXPECT_GE(changes, 5);
}

}  // namespace
}  // namespace pf::trust
