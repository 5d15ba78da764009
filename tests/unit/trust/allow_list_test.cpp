#include "trust/allow_list.hpp"

#include <gtest/gtest.h>

#include "unit/trust/list_fixture.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

const std::string kTv(64, 'a');
const std::string kPhone(64, 'b');

class AllowListTest : public ListTest {
 protected:
  DeviceId pair(const crypto::Fingerprint& fingerprint, std::optional<Access> access = {}) {
    return pair_with(fingerprint, Plane::GameStream, access);
  }
};

TEST_F(AllowListTest, OnlyTheExactCertificateOnItsPlaneIsAdmitted) {
  pair(kTv);
  EXPECT_TRUE(list_->admit(kTv, Plane::GameStream, grant::kLaunch));
  EXPECT_FALSE(list_->admit(kTv, Plane::Native, 0));
  EXPECT_FALSE(list_->admit(kPhone, Plane::GameStream, 0));
  EXPECT_FALSE(list_->admit(kTv.substr(0, 63), Plane::GameStream, 0));
  EXPECT_FALSE(list_->admit("", Plane::GameStream, 0));
}

TEST_F(AllowListTest, PairingSurvivesARestartAndRevocationToo) {
  const auto tv = pair(kTv);
  pair(kPhone);
  reopen();
  EXPECT_TRUE(list_->find(kTv));
  ASSERT_TRUE(list_->revoke(tv));
  reopen();
  EXPECT_FALSE(list_->find(kTv));
  EXPECT_TRUE(list_->find(kPhone));
}

TEST_F(AllowListTest, RevokingStopsEveryLeaseWithinTheCall) {
  const auto tv = pair(kTv);
  auto first = *list_->admit(kTv, Plane::GameStream, 0);
  auto second = *list_->admit(kTv, Plane::GameStream, 0);
  int stops = 0;
  first->on_stop([&](StopReason reason) {
    EXPECT_EQ(reason, StopReason::Revoked);
    EXPECT_EQ(first->grants().load(), 0U);
    EXPECT_FALSE(list_->find(kTv));  // published before anything is told
    ++stops;
  });
  second->on_stop([&](StopReason) { ++stops; });
  ASSERT_TRUE(list_->revoke(tv));
  EXPECT_EQ(stops, 2);
  EXPECT_TRUE(first->stopped());
  EXPECT_FALSE(list_->admit(kTv, Plane::GameStream, 0));
  bool late = false;
  first->on_stop([&](StopReason) { late = true; });
  EXPECT_TRUE(late);
}

TEST_F(AllowListTest, GrantingFailsWholeWhenItCannotBeStored) {
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->approve({kTv, Plane::GameStream, "x", ""}));
  EXPECT_FALSE(list_->find(kTv));
}

TEST_F(AllowListTest, RevokingHoldsWhenItCannotBeStoredAndIsRetried) {
  const auto tv = pair(kTv);
  auto lease = *list_->admit(kTv, Plane::GameStream, 0);
  database_->fail_next_commits(2);
  EXPECT_FALSE(list_->revoke(tv));
  EXPECT_TRUE(lease->stopped());
  EXPECT_FALSE(list_->find(kTv));
  EXPECT_TRUE(list_->unsaved_revocations());
  executor_.advance(6s);
  EXPECT_TRUE(list_->unsaved_revocations());
  executor_.advance(6s);
  EXPECT_FALSE(list_->unsaved_revocations());
  reopen();
  EXPECT_FALSE(list_->find(kTv));
}

TEST_F(AllowListTest, NarrowingIsLiveAtOnceAndWideningWaitsForTheDisk) {
  const auto tv = pair(kTv);
  auto lease = *list_->admit(kTv, Plane::GameStream, 0);
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->set_access(tv, {grant::kPresetView, {}}));
  EXPECT_EQ(lease->grants().load(), grant::kPresetView);
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->set_access(tv, {grant::kPresetFull, {}}));
  EXPECT_EQ(lease->grants().load(), grant::kPresetView);
  ASSERT_TRUE(list_->set_access(tv, {grant::kPresetController, {}}));
  EXPECT_EQ(lease->grants().load(), grant::kPresetController);
  int changes = 0;
  lease->on_grants_changed([&] { ++changes; });
  ASSERT_TRUE(list_->set_access(tv, {grant::kPresetController, {}}));
  EXPECT_EQ(changes, 0);
  ASSERT_TRUE(list_->set_access(tv, {grant::kPresetView, {}}));
  EXPECT_EQ(changes, 1);
}

TEST_F(AllowListTest, AnUnstoredNarrowingIsStoredLater) {
  const auto tv = pair(kTv);
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->set_access(tv, {grant::kPresetView, {}}));
  EXPECT_TRUE(list_->unsaved_revocations());
  executor_.advance(6s);
  EXPECT_FALSE(list_->unsaved_revocations());
  reopen();
  EXPECT_EQ(list_->find(kTv)->access.grants, grant::kPresetView);
}

TEST_F(AllowListTest, AnUnstoredNewNameIsNotShown) {
  const auto tv = pair(kTv);
  const auto old_name = list_->find(kTv)->name;
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->rename(tv, "new name"));
  EXPECT_EQ(list_->find(kTv)->name, old_name);
}

TEST_F(AllowListTest, AllAreRevokedInOneStep) {
  pair(kTv);
  pair(kPhone, Access{grant::kPresetView, {}});
  const auto lease = *list_->admit(kTv, Plane::GameStream, 0);
  database_->fail_next_commits(1);  // one write: had each its own, one would get through
  EXPECT_FALSE(list_->revoke_all());
  EXPECT_TRUE(lease->stopped());
  EXPECT_TRUE(list_->snapshot()->devices.empty());
  EXPECT_TRUE(list_->unsaved_revocations());
  reopen();
  EXPECT_EQ(*list_->revoke_all(), 2U);
  EXPECT_EQ(*list_->revoke_all(), 0U);
  reopen();
  EXPECT_TRUE(list_->snapshot()->devices.empty());
}

TEST_F(AllowListTest, DisabledAndExpiredDevicesAreOutButListed) {
  const auto tv = pair(kTv);
  auto lease = *list_->admit(kTv, Plane::GameStream, 0);
  ASSERT_TRUE(list_->set_disabled(tv, true));
  EXPECT_TRUE(lease->stopped());
  EXPECT_FALSE(list_->admit(kTv, Plane::GameStream, 0));
  EXPECT_TRUE(list_->find(kTv));
  ASSERT_TRUE(list_->set_disabled(tv, false));
  EXPECT_TRUE(list_->admit(kTv, Plane::GameStream, 0));
  ASSERT_TRUE(list_->set_access(tv, {grant::kAll, wall_ - 1}));
  const auto refused = list_->admit(kTv, Plane::GameStream, 0);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Errc::Expired));
}

TEST_F(AllowListTest, ExpiryEndsALiveLeaseByItself) {
  const auto tv = pair(kTv);
  auto lease = *list_->admit(kTv, Plane::GameStream, 0);
  std::optional<StopReason> why;
  lease->on_stop([&](StopReason reason) { why = reason; });
  ASSERT_TRUE(list_->set_access(tv, {grant::kAll, wall_ + 1}));
  EXPECT_FALSE(lease->stopped());
  // The wall clock is the judge, the lap timer only asks it.
  executor_.advance(10s);
  EXPECT_FALSE(lease->stopped());
  wall_ += 1;
  executor_.advance(1s);
  EXPECT_EQ(why, StopReason::Expired);
}

TEST_F(AllowListTest, WhoHearsOfAnExpiryMayChangeTheList) {
  const auto tv = pair(kTv), phone = pair(kPhone);
  auto lease = *list_->admit(kTv, Plane::GameStream, 0);
  lease->on_stop([&](StopReason) { EXPECT_TRUE(list_->revoke(phone)); });
  for (const auto id : {tv, phone}) ASSERT_TRUE(list_->set_access(id, {grant::kAll, wall_ + 1}));
  pass(2);
  EXPECT_TRUE(lease->stopped());
  EXPECT_EQ(device(phone), nullptr);
  for (const auto& event : events_)
    EXPECT_FALSE(event.kind == TrustEvent::Kind::Expired && event.device->id == phone)
        << "it was revoked before its end was looked at";
}

TEST_F(AllowListTest, PairingAgainKeepsRowNameAndAccess) {
  const auto tv = pair(kTv, Access{grant::kPresetController, {}});
  ASSERT_TRUE(list_->rename(tv, "living room"));
  const auto again = list_->approve({kTv, Plane::GameStream, "", "192.0.2.9"});
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->id, tv);
  EXPECT_EQ((*again)->name, "living room");
  EXPECT_EQ((*again)->access.grants, grant::kPresetController);
}

TEST_F(AllowListTest, MissingGrantIsNotAllowed) {
  pair(kTv, Access{grant::kPresetView, {}});
  const auto refused = list_->admit(kTv, Plane::GameStream, grant::kLaunch);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Errc::NotAllowed));
}

TEST(ScrubName, RemovesWhatCouldDeceive) {
  const std::string fp(64, 'c');
  EXPECT_EQ(scrub_name("  living\troom \n", fp), "living room");
  EXPECT_EQ(scrub_name("a\x1b[31mb", fp), "a[31mb");
  EXPECT_EQ(scrub_name("x\xE2\x80\xAEgpj.exe", fp), "xgpj.exe");
  EXPECT_EQ(scrub_name("\xC3\xA9t\xC3\xA9", fp), "\xC3\xA9t\xC3\xA9");
  EXPECT_EQ(scrub_name("\xFF\xFE bad \xC0\x80", fp), "bad");
  EXPECT_EQ(scrub_name("", fp), "device cccccccc");
  EXPECT_EQ(scrub_name(std::string(100, 'x'), fp).size(), 64U);
  std::string accents;
  for (int i = 0; i < 40; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(scrub_name(accents, fp).size(), 64U);
  EXPECT_EQ(scrub_name("x" + accents, fp).size(), 63U);
}

}  // namespace
}  // namespace pf::trust
