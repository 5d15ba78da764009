// Edits of the allow-list by people: one transaction each, revisions, merge and split, import, and
// what the audit log says about all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/trust/list_fixture.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string kTv(64, 'a');
const std::string kTvApp(64, 'b');
const std::string kPhone(64, 'c');

class EditTest : public ListTest {
 protected:
  std::vector<std::string> log() const {
    std::vector<std::string> words;
    const auto entries = list_->audit(0, 100);
    for (const auto& entry : *entries) words.push_back(entry.what);
    return words;
  }
};

TEST_F(EditTest, EveryEditRaisesTheRevisionAndLookingInDoesNot) {
  const auto tv = pair(kTv, Plane::GameStream);
  EXPECT_EQ(device(tv)->revision, 1);
  ASSERT_TRUE(list_->rename(tv, "Den"));
  EXPECT_EQ(device(tv)->revision, 2);
  ASSERT_TRUE(list_->change(tv, {"Hall", Access{grant::kPresetView, {}}, true}));
  EXPECT_EQ(device(tv)->revision, 3);
  list_->touch(kTv, *net::Endpoint::parse("192.0.2.9", 1), {"Moonlight", "6.1"});
  EXPECT_EQ(device(tv)->revision, 3);
  EXPECT_EQ(device(tv)->client, (ClientInfo{"Moonlight", "6.1"}));
  EXPECT_EQ(device(tv)->last_address, "192.0.2.9");
  pair(kTv, Plane::GameStream);
  EXPECT_EQ(device(tv)->revision, 4);
  executor_.advance(61s);
  reopen();
  EXPECT_EQ(device(tv)->revision, 4);
  EXPECT_EQ(device(tv)->client, (ClientInfo{"Moonlight", "6.1"}));
}

TEST_F(EditTest, WhatAClientCallsItselfIsScrubbedAndKept) {
  const auto tv = pair(kTv, Plane::Native);
  const auto from = *net::Endpoint::parse("192.0.2.9", 1);
  list_->touch(kTv, from, {"lin\x1Bux\n tv", std::string(500, '9')});
  EXPECT_EQ(device(tv)->client.kind, "linux tv");
  EXPECT_LE(device(tv)->client.version.size(), 48U);
  list_->touch(kTv, from, {});
  EXPECT_EQ(device(tv)->client.kind, "linux tv");
}

TEST_F(EditTest, OneChangeIsOneTransaction) {
  const auto tv = pair(kTv, Plane::GameStream, {grant::kPresetView, {}});
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->change(tv, {"Den", Access{grant::kAll, {}}, {}}));
  EXPECT_EQ(device(tv)->name, "a device");
  EXPECT_EQ(device(tv)->access.grants, grant::kPresetView);
  EXPECT_EQ(device(tv)->revision, 1);
  EXPECT_FALSE(list_->unsaved_revocations());
  EXPECT_TRUE(list_->change(tv, {{}, Access{0x100, {}}, {}}).error().is(Errc::BadValue));
}

TEST_F(EditTest, NothingIsGrantedWhileARevocationIsNotStored) {
  const auto tv = pair(kTv, Plane::GameStream);
  const auto phone = pair(kPhone, Plane::Native, {grant::kPresetView, {}});
  database_->fail_next_commits(3);
  EXPECT_FALSE(list_->revoke(tv));
  EXPECT_FALSE(list_->set_access(phone, {grant::kAll, {}}));
  EXPECT_FALSE(list_->approve({kTv, Plane::GameStream, "again", "192.0.2.1"}));
  EXPECT_EQ(list_->find(kTv), nullptr);
  EXPECT_EQ(device(phone)->access.grants, grant::kPresetView);
  // The disk is back: what was narrowed is stored first.
  EXPECT_TRUE(list_->approve({kTv, Plane::GameStream, "again", "192.0.2.1"}));
  EXPECT_FALSE(list_->unsaved_revocations());
}

TEST_F(EditTest, AMergeBindsBothCertificatesByOneAccessAtOnce) {
  const auto moonlight = pair(kTv, Plane::GameStream);
  const auto native = pair(kTvApp, Plane::Native, {grant::kPresetView, {}});
  const auto a = admit(kTv, Plane::GameStream);
  const auto b = admit(kTvApp, Plane::Native);
  std::vector<std::uint32_t> told;
  b->on_access_update([&](const AccessUpdate& update) { told.push_back(update.grants); });
  const auto merged = list_->merge(moonlight, native);
  ASSERT_TRUE(merged);
  EXPECT_EQ((*merged)->credentials.size(), 2U);
  EXPECT_EQ(device(native), nullptr);
  EXPECT_EQ(b->device(), moonlight);
  EXPECT_EQ(b->grants().load(), grant::kAll);
  EXPECT_THAT(told, ElementsAre(grant::kAll));
  ASSERT_TRUE(list_->set_access(moonlight, {grant::kPresetController, {}}));
  EXPECT_EQ(a->grants().load(), grant::kPresetController);
  EXPECT_EQ(b->grants().load(), grant::kPresetController);
  reopen();
  EXPECT_EQ(list_->find(kTv), list_->find(kTvApp));
  EXPECT_EQ(log(), (std::vector<std::string>{"paired", "paired", "merged", "access_changed"}));
}

TEST_F(EditTest, AMergeThatNarrowsHoldsWithoutTheDisk) {
  const auto guest = pair(kTv, Plane::GameStream, {grant::kPresetView, wall_ + 100});
  const auto full = pair(kTvApp, Plane::Native);
  const auto lease = admit(kTvApp, Plane::Native);
  database_->fail_next_commits(1);
  EXPECT_TRUE(list_->merge(guest, full).error().is(Errc::StoreFailed));
  EXPECT_EQ(lease->grants().load(), grant::kPresetView);
  EXPECT_TRUE(list_->unsaved_revocations());
  ASSERT_NE(device(full), nullptr);
  EXPECT_EQ(lease->device(), full);
  ASSERT_TRUE(list_->merge(guest, full));
  EXPECT_FALSE(list_->unsaved_revocations());
  pass(100);
  EXPECT_TRUE(lease->stopped());
}

TEST_F(EditTest, AMergeThatWidensWaitsForTheDisk) {
  const auto full = pair(kTv, Plane::GameStream);
  const auto view = pair(kTvApp, Plane::Native, {grant::kPresetView, {}});
  const auto lease = admit(kTvApp, Plane::Native);
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->merge(full, view));
  EXPECT_EQ(lease->grants().load(), grant::kPresetView);
  EXPECT_FALSE(list_->unsaved_revocations());
}

TEST_F(EditTest, MergingNeverEnablesADisabledDevice) {
  const auto tv = pair(kTv, Plane::GameStream);
  const auto app = pair(kTvApp, Plane::Native);
  ASSERT_TRUE(list_->set_disabled(app, true));
  const auto lease = admit(kTv, Plane::GameStream);
  ASSERT_TRUE(list_->merge(tv, app));
  EXPECT_TRUE(device(tv)->disabled);
  EXPECT_TRUE(lease->stopped());
  EXPECT_FALSE(list_->admit(kTvApp, Plane::Native, 0));
}

TEST_F(EditTest, MergesThatCannotBe) {
  const auto tv = pair(kTv, Plane::GameStream);
  EXPECT_TRUE(list_->merge(tv, tv).error().is(Errc::BadValue));
  EXPECT_TRUE(list_->merge(tv, 99).error().is(Errc::UnknownDevice));
  EXPECT_TRUE(list_->merge(99, tv).error().is(Errc::UnknownDevice));
}

TEST_F(EditTest, ASplitKeepsTheAccessAndLetsEachGoItsWay) {
  const auto tv = pair(kTv, Plane::GameStream, {grant::kPresetController, {}});
  const auto app = pair(kTvApp, Plane::Native);
  ASSERT_TRUE(list_->merge(tv, app));
  const auto a = admit(kTv, Plane::GameStream);
  const auto b = admit(kTvApp, Plane::Native);
  const auto own = list_->split(tv, kTvApp);
  ASSERT_TRUE(own);
  EXPECT_NE((*own)->id, app);  // ids are never used again
  EXPECT_EQ((*own)->access.grants, grant::kPresetController);
  EXPECT_EQ(b->device(), (*own)->id);
  EXPECT_EQ(a->device(), tv);
  ASSERT_TRUE(list_->revoke(tv));
  EXPECT_TRUE(a->stopped());
  EXPECT_FALSE(b->stopped());
  EXPECT_TRUE(list_->split((*own)->id, kTvApp).error().is(Errc::BadValue));
  EXPECT_TRUE(list_->split((*own)->id, kTv).error().is(Errc::BadValue));
  reopen();
  EXPECT_EQ(list_->find(kTv), nullptr);
  ASSERT_NE(list_->find(kTvApp), nullptr);
}

TEST_F(EditTest, RevokingAMergedDeviceStopsBothProtocols) {
  const auto tv = pair(kTv, Plane::GameStream);
  ASSERT_TRUE(list_->merge(tv, pair(kTvApp, Plane::Native)));
  const auto a = admit(kTv, Plane::GameStream);
  const auto b = admit(kTvApp, Plane::Native);
  ASSERT_TRUE(list_->revoke(tv));
  EXPECT_TRUE(a->stopped());
  EXPECT_TRUE(b->stopped());
}

TEST_F(EditTest, AMergedGuestStaysWhileEitherProtocolStreams) {
  const auto tv = pair(kTv, Plane::GameStream, {grant::kPresetController, {}, true});
  ASSERT_TRUE(list_->merge(tv, pair(kTvApp, Plane::Native)));
  const auto a = admit(kTv, Plane::GameStream);
  const auto b = admit(kTvApp, Plane::Native);
  auto first = a->mark_stream();
  auto second = b->mark_stream();
  first.reset();
  pass(120);
  EXPECT_NE(device(tv), nullptr);
  second.reset();
  pass(61);
  EXPECT_EQ(device(tv), nullptr);
}

TEST_F(EditTest, TheLogSaysWhoAndFromWhere) {
  DeviceId tv = 0;
  {
    const auto acting = list_->acting({"console", "192.0.2.77"});
    tv = pair(kTv, Plane::Native);
    ASSERT_TRUE(list_->change(tv, {"Den", Access{grant::kPresetView, {}}, true}));
    ASSERT_TRUE(list_->note({"signed_in"}));
  }
  ASSERT_TRUE(list_->revoke(tv));
  const auto entries = *list_->audit(0, 100);
  ASSERT_EQ(entries.size(), 6U);
  EXPECT_EQ(log(), (std::vector<std::string>{"paired", "disabled", "access_changed", "renamed",
                                             "signed_in", "revoked"}));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(entries[i].by, "console");
    EXPECT_EQ(entries[i].from, "192.0.2.77");
  }
  EXPECT_EQ(entries[2].detail, "full, no end → view, no end");
  EXPECT_EQ(entries[5].by, "host");
  EXPECT_EQ(entries[5].device_id, tv);
  EXPECT_EQ(entries[5].device_name, "Den");
  EXPECT_EQ(list_->audit(entries[4].id, 10)->size(), 1U);
}

TEST_F(EditTest, AnEntryIsThereExactlyWhenItsChangeIs) {
  const auto tv = pair(kTv, Plane::Native);
  database_->fail_next_commits(1);
  EXPECT_FALSE(list_->rename(tv, "Den"));
  EXPECT_EQ(log(), (std::vector<std::string>{"paired"}));
}

TEST_F(EditTest, AnUnstoredRevocationKeepsItsAuthor) {
  const auto tv = pair(kTv, Plane::Native);
  database_->fail_next_commits(1);
  {
    const auto acting = list_->acting({"ctl", "127.0.0.1"});
    EXPECT_FALSE(list_->revoke(tv));
  }
  executor_.advance(6s);
  const auto entries = *list_->audit(0, 100);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].by, "ctl");
}

TEST_F(EditTest, AnEndOfAccessIsToldOnceOverRestarts) {
  const auto tv = pair(kTv, Plane::Native, {grant::kAll, wall_ + 50});
  pass(51);
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1].kind, TrustEvent::Kind::Expired);
  EXPECT_FALSE(list_->admit(kTv, Plane::Native, 0));
  reopen();
  pass(60);
  EXPECT_EQ(log(), (std::vector<std::string>{"paired", "expired"}));
  ASSERT_TRUE(list_->set_access(tv, {grant::kAll, wall_ + 10}));
  pass(11);
  EXPECT_EQ(log().back(), "expired");
  EXPECT_EQ(log().size(), 4U);
}

TEST_F(EditTest, AnAccessThatEndedWhileTheHostWasOffIsTold) {
  pair(kTv, Plane::Native, {grant::kAll, wall_ + 50});
  wall_ += 100;
  reopen();
  executor_.advance(1s);
  EXPECT_EQ(log(), (std::vector<std::string>{"paired", "expired"}));
}

TEST_F(EditTest, EventsOfAllKinds) {
  const auto tv = pair(kTv, Plane::Native);
  ASSERT_TRUE(list_->rename(tv, "Den"));
  ASSERT_TRUE(list_->revoke(tv));
  ASSERT_EQ(events_.size(), 3U);
  EXPECT_EQ(events_[0].kind, TrustEvent::Kind::Granted);
  EXPECT_EQ(events_[1].kind, TrustEvent::Kind::Changed);
  EXPECT_EQ(events_[1].device->name, "Den");
  EXPECT_EQ(events_[2].kind, TrustEvent::Kind::Revoked);
  EXPECT_EQ(events_[2].device->id, tv);
}

Device wanted(const crypto::Fingerprint& fingerprint, std::uint32_t grants = grant::kPresetView) {
  Device device;
  device.name = "imported";
  device.access.grants = grants;
  device.credentials = {{fingerprint, Plane::Native, 5}};
  return device;
}

TEST_F(EditTest, AnImportAddsWhatIsNotKnown) {
  const auto tv = pair(kTv, Plane::Native);
  const auto count = list_->import_devices({wanted(kTv), wanted(kPhone)});
  ASSERT_TRUE(count);
  EXPECT_EQ(count->added, 1U);
  EXPECT_EQ(count->skipped, 1U);
  EXPECT_EQ(device(tv)->access.grants, grant::kAll);
  EXPECT_EQ(list_->find(kPhone)->access.grants, grant::kPresetView);
  reopen();
  EXPECT_NE(list_->find(kPhone), nullptr);
}

TEST_F(EditTest, AnImportIsAllOrNothing) {
  auto guest = wanted(kPhone);
  guest.access.until_disconnect = true;
  auto bad_fingerprint = wanted("nonsense");
  auto nameless = wanted(kPhone);
  nameless.credentials.clear();
  for (const auto& bad : std::vector<Device>{wanted(kPhone, 0x100), guest, bad_fingerprint,
                                             nameless, wanted(kTvApp)}) {
    const auto count = list_->import_devices({wanted(kTvApp), bad});
    ASSERT_FALSE(count);
    EXPECT_TRUE(count.error().is(Errc::BadValue));
  }
  database_->fail_next_commits(1);
  EXPECT_TRUE(list_->import_devices({wanted(kTvApp)}).error().is(Errc::StoreFailed));
  EXPECT_TRUE(list_->snapshot()->devices.empty());
  EXPECT_TRUE(log().empty());
}

}  // namespace
}  // namespace pf::trust
