// The allow-list over a database in a temporary folder, in virtual time. The wall clock is the
// test's.
#pragma once

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "support/temp_folder.hpp"
#include "support/virtual_executor.hpp"
#include "trust/allow_list.hpp"

namespace pf::trust {

class ListTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  // As after a restart.
  void reopen() {
    list_.reset();
    database_.reset();
    database_ = std::move(*store::Database::open(file("t.db")));
    auto opened = AllowList::open(
        *database_, executor_, [this] { return wall_; }, journals_);
    ASSERT_TRUE(opened) << opened.error().message();
    list_ = std::move(*opened);
    list_->on_event([this](const TrustEvent& event) { events_.push_back(event); });
  }
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path()) / name;
  }
  DeviceId pair(const crypto::Fingerprint& fingerprint, Plane plane, const Access& access = {}) {
    return pair_with(fingerprint, plane, access);
  }
  // Nothing chosen: a known device keeps what it has.
  DeviceId pair_with(const crypto::Fingerprint& fingerprint, Plane plane,
                     std::optional<Access> access) {
    const auto device = list_->approve({fingerprint, plane, "a device", "192.0.2.1"}, access);
    EXPECT_TRUE(device);
    return device ? (*device)->id : 0;
  }
  LeasePtr admit(const crypto::Fingerprint& fingerprint, Plane plane) {
    auto lease = list_->admit(fingerprint, plane, 0);
    EXPECT_TRUE(lease);
    return lease ? *lease : nullptr;
  }
  std::shared_ptr<const Device> device(DeviceId id) const {
    const auto list = list_->snapshot();
    const auto found = list->devices.find(id);
    return found == list->devices.end() ? nullptr : found->second;
  }
  // Both clocks go on, in steps that no lap timer is longer than.
  void pass(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      ++wall_;
      executor_.advance(std::chrono::seconds(1));
    }
  }

  std::int64_t wall_ = 1'700'000'000;
  test::TempFolder folder_;
  std::vector<std::filesystem::path> journals_;
  test::VirtualExecutor executor_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<AllowList> list_;
  std::vector<TrustEvent> events_;
};

}  // namespace pf::trust
