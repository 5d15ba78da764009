#include "trust/allow_list.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/log.hpp"
#include "store/devices.hpp"

namespace pf::trust {

const char* error_room(Errc) {
  return "trust";
}
const char* error_text(Errc e) {
  switch (e) {
    case Errc::UnknownDevice:
      return "this device is not paired";
    case Errc::NotAllowed:
      return "this device may not do that";
    case Errc::Expired:
      return "the access of this device has expired";
    case Errc::Disabled:
      return "this device is disabled";
    case Errc::StoreFailed:
      return "the change could not be stored";
    case Errc::BadValue:
      return "the value is not valid";
    case Errc::NothingWaiting:
      return "no pairing request is waiting";
    case Errc::TooMany:
      return "too many pairing requests are waiting";
    case Errc::AlreadyWaiting:
      return "another pairing request from this address is waiting";
  }
  return "unknown error";
}

std::shared_ptr<const Device> AllowList::find(const crypto::Fingerprint& fingerprint) const {
  const auto list = snapshot();
  const auto it = list->by_fingerprint.find(fingerprint);
  return it == list->by_fingerprint.end() ? nullptr : it->second;
}

namespace {

using namespace std::chrono_literals;

constexpr auto kSaveRetry = 5s;
// A step of the wall clock is noticed within this time (trust-and-console.md 2.5).
constexpr auto kExpiryLap = 30s;
constexpr std::int64_t kSeenResolution = 60;

class LeaseImpl final : public Lease {
 public:
  LeaseImpl(const Device& device, crypto::Fingerprint fingerprint, std::uint32_t grants)
      : device_(device.id),
        name_(device.name),
        fingerprint_(std::move(fingerprint)),
        grants_(grants) {}

  DeviceId device() const override { return device_; }
  const std::string& device_name() const override { return name_; }
  const crypto::Fingerprint& fingerprint() const override { return fingerprint_; }
  const std::atomic<std::uint32_t>& grants() const override { return grants_; }
  bool stopped() const override { return stopped_.load(std::memory_order_acquire); }
  void on_stop(std::function<void(StopReason)> stop) override {
    if (stopped() && stop) {
      stop(reason_);
      return;
    }
    stop_ = std::move(stop);
  }

  void on_grants_changed(std::function<void()> changed) override { changed_ = std::move(changed); }

  void set_grants(std::uint32_t grants) {
    if (stopped() || grants_.exchange(grants, std::memory_order_acq_rel) == grants) return;
    if (changed_) changed_();
  }
  void stop(StopReason reason) {
    if (stopped_.exchange(true, std::memory_order_acq_rel)) return;
    reason_ = reason;
    grants_.store(0, std::memory_order_release);
    if (auto callback = std::exchange(stop_, nullptr)) callback(reason);
  }

 private:
  const DeviceId device_;
  const std::string name_;
  const crypto::Fingerprint fingerprint_;
  std::atomic<std::uint32_t> grants_;
  std::atomic<bool> stopped_{false};
  StopReason reason_ = StopReason::Revoked;
  std::function<void(StopReason)> stop_;
  std::function<void()> changed_;
};

store::DeviceRow to_row(const Device& device) {
  store::DeviceRow row{device.id,
                       device.name,
                       device.disabled,
                       device.access.grants,
                       device.access.expires_unix,
                       device.created_unix,
                       device.last_seen_unix,
                       device.last_address,
                       {}};
  for (const auto& c : device.credentials)
    row.credentials.push_back({c.fingerprint, static_cast<std::int64_t>(c.plane), c.paired_unix});
  return row;
}

Device from_row(const store::DeviceRow& row) {
  Device device{row.id,           row.name,
                row.disabled,     {static_cast<std::uint32_t>(row.grants), row.expires_unix},
                row.created_unix, row.last_seen_unix,
                row.last_address, {}};
  for (const auto& c : row.credentials)
    device.credentials.push_back({c.fingerprint, static_cast<Plane>(c.plane), c.paired_unix});
  return device;
}

class AllowListImpl final : public AllowList {
 public:
  AllowListImpl(store::Database& database, Executor& executor)
      : database_(database), executor_(executor), snapshot_(std::make_shared<Snapshot>()) {}

  Result<> load() {
    auto rows = store::load_devices(database_);
    if (!rows) return pass(rows);
    auto list = std::make_shared<Snapshot>();
    for (const auto& row : *rows) insert(*list, std::make_shared<Device>(from_row(row)));
    publish(std::move(list));
    return {};
  }

  std::shared_ptr<const Snapshot> snapshot() const override {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }

  Result<LeasePtr> admit(const crypto::Fingerprint& fingerprint, Plane plane,
                         std::uint32_t required) override {
    const auto device = find(fingerprint);
    if (!device || !holds(*device, fingerprint, plane)) return fail(Errc::UnknownDevice);
    if (device->disabled) return fail(Errc::Disabled, device->name);
    const auto grants = effective_grants(*device, unix_now());
    if (!grants) return fail(Errc::Expired, device->name);
    if ((*grants & required) != required) return fail(Errc::NotAllowed, device->name);
    auto lease = std::make_shared<LeaseImpl>(*device, fingerprint, *grants);
    std::erase_if(leases_, [](const auto& weak) { return weak.expired(); });
    leases_.push_back(lease);
    watch_expiry();
    return LeasePtr(std::move(lease));
  }

  Result<std::shared_ptr<const Device>> approve(const Candidate& candidate,
                                                std::optional<Access> access) override {
    const auto now = unix_now();
    Device device;
    const auto known = find(candidate.fingerprint);
    if (known) {
      device = *known;
    } else {
      device.created_unix = now;
    }
    const bool renamed = !candidate.name.empty();
    if (!known || renamed) device.name = scrub_name(candidate.name, candidate.fingerprint);
    if (access) device.access = *access;
    device.last_seen_unix = now;
    device.last_address = candidate.address;
    std::erase_if(device.credentials,
                  [&](const Credential& c) { return c.fingerprint == candidate.fingerprint; });
    device.credentials.push_back({candidate.fingerprint, candidate.plane, now});

    auto stored = database_.transaction([&]() -> Result<> {
      auto id = store::save_device(database_, to_row(device));
      if (!id) return pass(id);
      device.id = *id;
      return store::append_audit(database_, now, "paired", *id,
                                 std::string(name(candidate.plane)) + " " + candidate.address);
    });
    if (!stored) return fail(Errc::StoreFailed, stored.error().message());
    auto shared = std::make_shared<const Device>(std::move(device));
    replace(shared);
    log::info("trust", "paired", "device", shared->id, "name", shared->name, "plane",
              name(candidate.plane), "fingerprint", candidate.fingerprint);
    return shared;
  }

  Result<> revoke(DeviceId id) override {
    const auto device = by_id(id);
    if (!device) return fail(Errc::UnknownDevice, std::to_string(id));
    auto list = std::make_shared<Snapshot>(*snapshot());
    erase(*list, *device);
    publish(std::move(list));
    stop_leases(id, StopReason::Revoked);
    log::info("trust", "revoked", "device", id, "name", device->name);
    unsaved_.push_back({id, device->name});
    auto stored = save_revocations();
    changed();
    return stored;
  }

  Result<> rename(DeviceId id, const std::string& new_name) override {
    return edit(id, "renamed", [&](Device& device) {
      device.name =
          scrub_name(new_name, device.credentials.empty() ? std::string(8, '0')
                                                          : device.credentials.front().fingerprint);
    });
  }

  Result<> set_access(DeviceId id, const Access& access) override {
    if ((access.grants & ~grant::kAll) != 0) return fail(Errc::BadValue, "grants");
    return edit(id, "access changed", [&](Device& device) { device.access = access; });
  }

  Result<> set_disabled(DeviceId id, bool disabled) override {
    return edit(id, disabled ? "disabled" : "enabled",
                [&](Device& device) { device.disabled = disabled; });
  }

  void touch(const crypto::Fingerprint& fingerprint, const net::Endpoint& from) override {
    const auto device = find(fingerprint);
    if (!device) return;
    const auto now = unix_now();
    auto address = from.address();
    if (device->last_seen_unix && now - *device->last_seen_unix < kSeenResolution &&
        device->last_address == address)
      return;
    auto copy = std::make_shared<Device>(*device);
    copy->last_seen_unix = now;
    copy->last_address = std::move(address);
    // A lost "last seen" is worth less than a disk flush on each poll of each client.
    seen_unsaved_[copy->id] = copy;
    auto list = std::make_shared<Snapshot>(*snapshot());
    insert(*list, copy);
    publish(std::move(list));
    if (!seen_timer_) seen_timer_ = executor_.after(60s, [this] { save_seen(); });
  }

  bool unsaved_revocations() const override {
    return !unsaved_.empty() || !unsaved_narrowings_.empty();
  }

  std::size_t live_leases(DeviceId id) const override {
    return static_cast<std::size_t>(
        std::count_if(leases_.begin(), leases_.end(), [&](const auto& weak) {
          const auto lease = weak.lock();
          return lease && lease->device() == id && !lease->stopped();
        }));
  }

  void on_change(std::function<void()> observer) override {
    observers_.push_back(std::move(observer));
  }

 private:
  static bool holds(const Device& device, const crypto::Fingerprint& fingerprint, Plane plane) {
    return std::any_of(
        device.credentials.begin(), device.credentials.end(),
        [&](const Credential& c) { return c.fingerprint == fingerprint && c.plane == plane; });
  }

  static void insert(Snapshot& list, std::shared_ptr<const Device> device) {
    for (const auto& c : device->credentials) list.by_fingerprint[c.fingerprint] = device;
    list.devices[device->id] = std::move(device);
  }
  static void erase(Snapshot& list, const Device& device) {
    for (const auto& c : device.credentials) list.by_fingerprint.erase(c.fingerprint);
    list.devices.erase(device.id);
  }

  std::shared_ptr<const Device> by_id(DeviceId id) const {
    const auto list = snapshot();
    const auto it = list->devices.find(id);
    return it == list->devices.end() ? nullptr : it->second;
  }

  void publish(std::shared_ptr<const Snapshot> list) {
    const std::scoped_lock lock(mutex_);
    snapshot_ = std::move(list);
  }
  void replace(const std::shared_ptr<const Device>& device) {
    auto list = std::make_shared<Snapshot>(*snapshot());
    if (const auto old = by_id(device->id)) erase(*list, *old);
    insert(*list, device);
    publish(std::move(list));
    changed();
  }
  void changed() {
    for (const auto& observer : observers_) observer();
  }

  // Brings live leases in line with a device's current row.
  void apply_to_leases(const Device& device) {
    const auto grants = effective_grants(device, unix_now());
    if (!grants) {
      stop_leases(device.id, device.disabled ? StopReason::Disabled : StopReason::Expired);
      return;
    }
    for (const auto& lease : leases_of(device.id)) lease->set_grants(*grants);
  }

  Result<> edit(DeviceId id, const char* what, const std::function<void(Device&)>& change) {
    const auto before = by_id(id);
    if (!before) return fail(Errc::UnknownDevice, std::to_string(id));
    auto after = std::make_shared<Device>(*before);
    change(*after);
    const auto now = unix_now();
    // What is lost is lost at once; what is gained, and a new name, waits for the disk.
    auto narrowed = std::make_shared<Device>(*before);
    narrowed->access.grants &= after->access.grants;
    narrowed->disabled |= after->disabled;
    if (after->access.expires_unix && (!before->access.expires_unix ||
                                       *after->access.expires_unix < *before->access.expires_unix))
      narrowed->access.expires_unix = after->access.expires_unix;
    const bool narrows =
        narrowed->access != before->access || narrowed->disabled != before->disabled;
    if (narrows) {
      replace(narrowed);
      apply_to_leases(*narrowed);
    }
    auto stored = database_.transaction([&]() -> Result<> {
      if (auto saved = store::save_device(database_, to_row(*after)); !saved) return pass(saved);
      return store::append_audit(database_, now, what, id, after->name);
    });
    if (!stored) {
      if (narrows) {
        unsaved_narrowings_.insert(id);
        retry_saving();
      }
      return fail(Errc::StoreFailed, stored.error().message());
    }
    unsaved_narrowings_.erase(id);
    replace(after);
    apply_to_leases(*after);
    watch_expiry();
    log::info("trust", what, "device", id, "name", after->name);
    return {};
  }

  std::vector<std::shared_ptr<LeaseImpl>> leases_of(DeviceId id) const {
    std::vector<std::shared_ptr<LeaseImpl>> found;
    for (const auto& weak : leases_)
      if (auto lease = weak.lock(); lease && lease->device() == id)
        found.push_back(std::move(lease));
    return found;
  }
  void stop_leases(DeviceId id, StopReason reason) {
    for (const auto& lease : leases_of(id)) lease->stop(reason);
  }

  // Stores what is in force but not on disk: revocations, and narrowed rows as they are now.
  Result<> save_revocations() {
    save_timer_.reset();
    if (!unsaved_revocations()) return {};
    const auto now = unix_now();
    auto stored = database_.transaction([&]() -> Result<> {
      for (const auto id : unsaved_narrowings_)
        if (const auto device = by_id(id))
          if (auto saved = store::save_device(database_, to_row(*device)); !saved)
            return pass(saved);
      for (const auto& [id, device_name] : unsaved_) {
        if (auto done = store::delete_device(database_, id); !done) return done;
        if (auto done = store::append_audit(database_, now, "revoked", id, device_name); !done)
          return done;
      }
      return {};
    });
    if (stored) {
      unsaved_.clear();
      unsaved_narrowings_.clear();
      return {};
    }
    log::error("trust", "a revocation is in force but not stored yet", "what",
               stored.error().message());
    retry_saving();
    return fail(Errc::StoreFailed, stored.error().message());
  }

  void retry_saving() {
    save_timer_ = executor_.after(kSaveRetry, [this] { (void)save_revocations(); });
  }

  void save_seen() {
    seen_timer_.reset();
    auto pending = std::exchange(seen_unsaved_, {});
    auto stored = database_.transaction([&]() -> Result<> {
      for (const auto& [id, seen] : pending) {
        const auto device = by_id(id);  // revoked or edited meanwhile: the current row decides
        if (!device) continue;
        if (auto saved = store::save_device(database_, to_row(*device)); !saved) return pass(saved);
      }
      return {};
    });
    if (!stored)
      log::warn("trust", "last-seen times were not stored", "what", stored.error().message());
  }

  // One timer for the nearest deadline of a device with live leases. The wall clock may step, so no
  // lap is longer than kExpiryLap, and there is none while nobody can expire.
  void watch_expiry() {
    expiry_timer_.reset();
    const auto now = unix_now();
    std::optional<std::int64_t> nearest;
    for (const auto& weak : leases_) {
      const auto lease = weak.lock();
      if (!lease || lease->stopped()) continue;
      const auto device = by_id(lease->device());
      if (!device || !device->access.expires_unix) continue;
      nearest =
          std::min(nearest.value_or(*device->access.expires_unix), *device->access.expires_unix);
    }
    if (!nearest) return;
    const auto lap = std::clamp<std::int64_t>(*nearest - now, 0, kExpiryLap.count());
    expiry_timer_ = executor_.after(std::chrono::seconds(lap), [this] {
      for (const auto& [id, device] : snapshot()->devices) apply_to_leases(*device);
      watch_expiry();
    });
  }

  store::Database& database_;
  Executor& executor_;
  mutable std::mutex mutex_;  // guards the pointer only; held for a copy of it
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::weak_ptr<LeaseImpl>> leases_;
  std::vector<std::pair<DeviceId, std::string>> unsaved_;
  std::set<DeviceId> unsaved_narrowings_;
  std::map<DeviceId, std::shared_ptr<const Device>> seen_unsaved_;
  std::vector<std::function<void()>> observers_;
  std::unique_ptr<Executor::Timer> save_timer_, seen_timer_, expiry_timer_;
};

}  // namespace

Result<std::unique_ptr<AllowList>> AllowList::open(store::Database& database, Executor& executor) {
  auto list = std::make_unique<AllowListImpl>(database, executor);
  if (auto loaded = list->load(); !loaded) return pass(loaded);
  return std::unique_ptr<AllowList>(std::move(list));
}

}  // namespace pf::trust
