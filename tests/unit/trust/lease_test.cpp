// What leases tell while they live: warnings, edits, guests of open mode, devices that are paired
// until they disconnect. The wall clock is the test's.
#include "trust/lease.hpp"

#include <gtest/gtest.h>

#include "unit/trust/list_fixture.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

const std::string kTv(64, 'a');
const std::string kPhone(64, 'b');

class LeaseTest : public ListTest {
 protected:
  DeviceId pair(const crypto::Fingerprint& fingerprint, Access access,
                Plane plane = Plane::Native) {
    return ListTest::pair(fingerprint, plane, access);
  }
  LeasePtr admit(Plane plane = Plane::Native) {
    auto lease = ListTest::admit(kTv, plane);
    lease->on_access_update([this](const AccessUpdate& update) { updates_.push_back(update); });
    lease->on_stop([this](StopReason reason) { stopped_ = reason; });
    return lease;
  }

  std::vector<AccessUpdate> updates_;
  std::optional<StopReason> stopped_;
};

TEST_F(LeaseTest, AStreamIsLimitedWithinItsPairingUntilThatIsEdited) {
  const auto id = pair(kTv, {grant::kGamepad | grant::kPointer, {}});
  const auto lease = admit();
  EXPECT_EQ(*list_->limit_streams(id, grant::kPointer | grant::kKeyboard), grant::kPointer);
  EXPECT_EQ(lease->grants().load(), grant::kPointer);
  ASSERT_EQ(updates_.size(), 1U);
  EXPECT_EQ(updates_.back().grants, grant::kPointer);
  ASSERT_TRUE(list_->rename(id, "another name"));
  pass(60);
  EXPECT_EQ(lease->grants().load(), grant::kPointer);
  EXPECT_EQ((*list_->admit(kTv, Plane::Native, 0))->grants().load(),
            grant::kGamepad | grant::kPointer);
  ASSERT_TRUE(list_->set_access(id, {grant::kAll, {}}));
  EXPECT_EQ(lease->grants().load(), grant::kAll);
}

TEST_F(LeaseTest, NothingIsLimitedWhereNothingRuns) {
  const auto id = pair(kTv, {grant::kAll, {}});
  EXPECT_TRUE(list_->limit_streams(id, 0).error().is(Errc::UnknownDevice));
  const auto lease = admit();
  ASSERT_TRUE(list_->revoke(id));
  EXPECT_FALSE(list_->limit_streams(id, grant::kAll));
  EXPECT_EQ(lease->grants().load(), 0U);
}

TEST_F(LeaseTest, WarnsAtFiveMinutesAndOneAndEndsOnTime) {
  pair(kTv, {grant::kAll, wall_ + 1000});
  const auto lease = admit();
  EXPECT_EQ(lease->access(), (AccessUpdate{grant::kAll, 1000}));
  pass(699);
  EXPECT_TRUE(updates_.empty());
  pass(1);
  ASSERT_EQ(updates_.size(), 1U);
  EXPECT_EQ(updates_[0].remaining_s, 300U);
  pass(240);
  ASSERT_EQ(updates_.size(), 2U);
  EXPECT_EQ(updates_[1].remaining_s, 60U);
  pass(59);
  EXPECT_FALSE(stopped_);
  pass(1);
  EXPECT_EQ(stopped_, StopReason::Expired);
  EXPECT_EQ(updates_.size(), 2U);
}

TEST_F(LeaseTest, AMarkThatHadPassedIsNotTold) {
  const auto tv = pair(kTv, {grant::kAll, wall_ + 200});
  const auto lease = admit();
  pass(100);
  EXPECT_TRUE(updates_.empty());
  ASSERT_TRUE(list_->set_access(tv, {grant::kAll, wall_ + 50}));
  ASSERT_EQ(updates_.size(), 1U);  // the change itself
  EXPECT_EQ(updates_[0].remaining_s, 50U);
  pass(40);
  EXPECT_EQ(updates_.size(), 1U);
}

TEST_F(LeaseTest, EditsAreToldAndPermanentIsZero) {
  const auto tv = pair(kTv, {grant::kAll, wall_ + 200});
  const auto lease = admit();
  ASSERT_TRUE(list_->set_access(tv, {grant::kAll, {}}));
  ASSERT_EQ(updates_.size(), 1U);
  EXPECT_EQ(updates_[0], (AccessUpdate{grant::kAll, 0}));
  ASSERT_TRUE(list_->set_access(tv, {grant::kPresetView, {}}));
  EXPECT_EQ(updates_.back(), (AccessUpdate{grant::kPresetView, 0}));
  // Pairing again with another choice binds the running stream too.
  const auto count = updates_.size();
  pair(kTv, {grant::kPresetController, wall_ + 900});
  ASSERT_EQ(updates_.size(), count + 1);
  EXPECT_EQ(updates_.back(), (AccessUpdate{grant::kPresetController, 900}));
}

TEST_F(LeaseTest, AStepOfTheWallClockIsNoticedWithinHalfAMinute) {
  pair(kTv, {grant::kAll, wall_ + 86'400});
  const auto lease = admit();
  wall_ += 90'000;
  executor_.advance(30s);
  EXPECT_EQ(stopped_, StopReason::Expired);
}

TEST_F(LeaseTest, AnUnstoredShorterAccessStillEndsOnTime) {
  const auto tv = pair(kTv, {grant::kAll, {}});
  const auto lease = admit();
  database_->fail_next_commits(100);
  EXPECT_FALSE(list_->set_access(tv, {grant::kAll, wall_ + 10}));
  pass(10);
  EXPECT_EQ(stopped_, StopReason::Expired);
  database_->fail_next_commits(0);
}

TEST_F(LeaseTest, ACallbackMayLetGoOfItsLease) {
  const auto tv = pair(kTv, {grant::kAll, {}});
  auto lease = admit();
  lease->on_grants_changed([&] { lease.reset(); });
  ASSERT_TRUE(list_->set_access(tv, {grant::kPresetView, {}}));
  EXPECT_FALSE(lease);
}

TEST_F(LeaseTest, UntilTheyDisconnectGivesAMinuteToComeBack) {
  for (const auto plane : {Plane::Native, Plane::GameStream}) {
    pair(kTv, {grant::kPresetController, {}, true}, plane);
    auto lease = admit(plane);
    pass(100);  // no stream yet: nothing to end
    ASSERT_TRUE(list_->find(kTv));
    auto first = lease->mark_stream();
    auto second = lease->mark_stream();
    first.reset();
    pass(100);
    ASSERT_TRUE(list_->find(kTv));
    second.reset();
    pass(59);
    ASSERT_TRUE(list_->find(kTv));
    first = lease->mark_stream();  // back in time
    pass(100);
    ASSERT_TRUE(list_->find(kTv));
    first.reset();
    pass(30);
    second = lease->mark_stream();
    second.reset();  // a newer drop: its minute counts
    pass(59);
    ASSERT_TRUE(list_->find(kTv));
    pass(1);
    EXPECT_FALSE(list_->find(kTv));
    EXPECT_EQ(stopped_, StopReason::Revoked);
  }
}

TEST_F(LeaseTest, OtherDevicesStayAfterTheirStreams) {
  pair(kTv, {grant::kAll, {}});
  const auto lease = admit();
  lease->mark_stream().reset();
  pass(100);
  EXPECT_TRUE(list_->find(kTv));
}

TEST_F(LeaseTest, AStartEndsWhatLastedUntilTheDisconnect) {
  pair(kTv, {grant::kAll, {}, true});
  pair(kPhone, {grant::kAll, {}, false});
  reopen();
  EXPECT_FALSE(list_->find(kTv));
  ASSERT_TRUE(list_->find(kPhone));
  EXPECT_EQ(list_->find(kPhone)->granted_unix, wall_);
  reopen();
  EXPECT_FALSE(list_->find(kTv));
}

TEST_F(LeaseTest, AMarkMayOutliveItsListAndItsDevice) {
  const auto tv = pair(kTv, {grant::kAll, {}, true});
  auto lease = admit();
  auto mark = lease->mark_stream();
  ASSERT_TRUE(list_->revoke(tv));
  mark.reset();
  executor_.run();
  mark = lease->mark_stream();
  reopen();
  mark.reset();
  executor_.run();
  EXPECT_FALSE(lease->mark_stream());
}

TEST_F(LeaseTest, OpenModeAdmitsGuestsAndRowsStillRule) {
  const Candidate guest{kPhone, Plane::Native, "a\tphone", "192.0.2.9"};
  EXPECT_TRUE(list_->admit_guest(guest).error().is(Errc::UnknownDevice));
  list_->set_open(true);
  const auto first = list_->admit_guest(guest);
  const auto second = list_->admit_guest(guest);
  const auto nameless = list_->admit_guest({"", Plane::Native, "x", ""});
  ASSERT_TRUE(first && second && nameless);
  EXPECT_LT((*first)->device(), 0);
  EXPECT_EQ((*first)->device(), (*second)->device());
  EXPECT_NE((*first)->device(), (*nameless)->device());
  EXPECT_EQ((*first)->device_name(), "a phone");
  EXPECT_EQ((*first)->grants().load(), grant::kAll);
  EXPECT_EQ((*first)->access().remaining_s, 0U);
  EXPECT_TRUE(list_->snapshot()->devices.empty());

  const auto tv = pair(kTv, {grant::kPresetView, {}});
  const Candidate known{kTv, Plane::Native, "tv", ""};
  EXPECT_EQ((*list_->admit_guest(known))->grants().load(), grant::kPresetView);
  ASSERT_TRUE(list_->set_disabled(tv, true));
  EXPECT_TRUE(list_->admit_guest(known).error().is(Errc::Disabled));

  // A guest that was paired meanwhile leaves with its row.
  const auto phone = pair(kPhone, {grant::kAll, {}});
  ASSERT_TRUE(list_->revoke(phone));
  EXPECT_TRUE((*first)->stopped());
  EXPECT_FALSE((*nameless)->stopped());
  list_->set_open(false);
  EXPECT_TRUE((*nameless)->stopped());
}

}  // namespace
}  // namespace pf::trust
