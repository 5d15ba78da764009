// The lease that the allow-list gives out. Only the allow-list makes and changes them.
#pragma once

#include "trust/allow_list.hpp"

namespace pf::trust {

// What is left of an access as clients are told: whole seconds, at least 1; 0 = no end.
std::uint32_t remaining_s(const std::optional<std::int64_t>& expires_unix, std::int64_t now_unix);

class LeaseImpl final : public Lease {
 public:
  struct Terms {
    std::uint32_t grants = 0;
    std::optional<std::int64_t> expires_unix;
  };
  using Clock = AllowList::WallClock;
  using Marker = std::function<std::shared_ptr<void>()>;
  LeaseImpl(DeviceId device, std::string name, crypto::Fingerprint fingerprint, Terms terms,
            const Clock& clock, Marker marker);

  DeviceId device() const override { return device_.load(std::memory_order_acquire); }
  const std::string& device_name() const override { return name_; }
  const crypto::Fingerprint& fingerprint() const override { return fingerprint_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  bool stopped() const override { return stopped_.load(std::memory_order_acquire); }
  void on_stop(std::function<void(StopReason)> stop) override;
  void on_grants_changed(std::function<void()> changed) override { changed_ = std::move(changed); }
  AccessUpdate access() const override;
  void on_access_update(std::function<void(const AccessUpdate&)> update) override {
    update_ = std::move(update);
  }
  std::shared_ptr<void> mark_stream() override { return marker_(); }

  // The certificate belongs to another row now (merge, split).
  void set_device(DeviceId device) { device_.store(device, std::memory_order_release); }
  // The terms as they are now: tells what changed, or that the end has come near. The caller holds
  // the lease: a callback may let go of it.
  void set_terms(const Terms& terms);
  // No more than `grants` within the terms, until these have other grants. Says what is left.
  std::uint32_t limit(std::uint32_t grants);
  // When set_terms has something to say next.
  std::optional<std::int64_t> next_mark(std::int64_t now_unix) const;
  void stop(StopReason reason);

 private:
  std::atomic<DeviceId> device_;
  const std::string name_;
  const crypto::Fingerprint fingerprint_;
  const Clock clock_;
  const Marker marker_;
  Terms terms_;  // of the pairing
  std::uint32_t limit_ = grant::kAll;
  std::atomic<std::uint32_t> grants_;
  std::uint32_t left_;  // when last looked at
  std::atomic<bool> stopped_{false};
  StopReason reason_ = StopReason::Revoked;
  std::function<void(StopReason)> stop_;
  std::function<void()> changed_;
  std::function<void(const AccessUpdate&)> update_;
};

}  // namespace pf::trust
