#include "trust/allow_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
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
    case Errc::FromInternet:
      return "a device that knocks from the internet cannot be approved; arm a PIN that is bound "
             "to "
             "it";
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
// Left when the client is warned, and how long an until_disconnect device may be away (2.5, 2.4).
constexpr std::array<std::uint32_t, 2> kWarnings = {300, 60};
constexpr auto kAwayGrace = 60s;

// What is left of an access as clients are told: whole seconds, at least 1; 0 = no end.
std::uint32_t remaining(const std::optional<std::int64_t>& expires_unix, std::int64_t now) {
  if (!expires_unix) return 0;
  if (*expires_unix <= now) return 1;
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(*expires_unix - now, std::numeric_limits<std::uint32_t>::max()));
}

// A guest of open mode has no row. Its number follows from its certificate, so that its connections
// belong together; negative, so that no row has it.
DeviceId guest_id(const crypto::Fingerprint& fingerprint) {
  std::uint64_t number = 0;
  std::from_chars(fingerprint.data(),
                  fingerprint.data() + std::min<std::size_t>(15, fingerprint.size()), number, 16);
  return -1 - static_cast<DeviceId>(number);
}

class LeaseImpl final : public Lease {
 public:
  struct Terms {
    std::uint32_t grants = 0;
    std::optional<std::int64_t> expires_unix;
  };
  using Clock = AllowList::WallClock;
  using Marker = std::function<std::shared_ptr<void>()>;
  LeaseImpl(DeviceId device, std::string name, crypto::Fingerprint fingerprint, Terms terms,
            const Clock& clock, Marker marker)
      : device_(device),
        name_(std::move(name)),
        fingerprint_(std::move(fingerprint)),
        clock_(clock),
        marker_(std::move(marker)),
        grants_(terms.grants),
        expires_unix_(terms.expires_unix),
        left_(remaining(expires_unix_, clock_())) {}

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
  AccessUpdate access() const override {
    return {grants_.load(std::memory_order_acquire), remaining(expires_unix_, clock_())};
  }
  void on_access_update(std::function<void(const AccessUpdate&)> update) override {
    update_ = std::move(update);
  }
  std::shared_ptr<void> mark_stream() override { return marker_(); }

  // The terms as they are now: tells what changed, or that the end has come near. The caller holds
  // the lease: a callback may let go of it.
  void set_terms(const Terms& terms) {
    if (stopped()) return;
    const bool regranted =
        grants_.exchange(terms.grants, std::memory_order_acq_rel) != terms.grants;
    const bool moved = std::exchange(expires_unix_, terms.expires_unix) != terms.expires_unix;
    const auto before = std::exchange(left_, remaining(expires_unix_, clock_()));
    const bool warn = std::any_of(kWarnings.begin(), kWarnings.end(), [&](std::uint32_t mark) {
      return expires_unix_ && before > mark && left_ <= mark;
    });
    if (regranted && changed_) changed_();
    if ((regranted || moved || warn) && update_ && !stopped()) update_(access());
  }
  // When set_terms has something to say next.
  std::optional<std::int64_t> next_mark(std::int64_t now) const {
    if (stopped() || !expires_unix_) return std::nullopt;
    for (const auto mark : kWarnings)
      if (*expires_unix_ - mark > now) return *expires_unix_ - mark;
    return expires_unix_;
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
  const Clock clock_;
  const Marker marker_;
  std::atomic<std::uint32_t> grants_;
  std::optional<std::int64_t> expires_unix_;
  std::uint32_t left_;  // when last looked at
  std::atomic<bool> stopped_{false};
  StopReason reason_ = StopReason::Revoked;
  std::function<void(StopReason)> stop_;
  std::function<void()> changed_;
  std::function<void(const AccessUpdate&)> update_;
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
                       {},
                       device.access.until_disconnect,
                       device.granted_unix};
  for (const auto& c : device.credentials)
    row.credentials.push_back({c.fingerprint, static_cast<std::int64_t>(c.plane), c.paired_unix});
  return row;
}

Device from_row(const store::DeviceRow& row) {
  const Access access{static_cast<std::uint32_t>(row.grants), row.expires_unix,
                      row.until_disconnect};
  Device device{row.id,           row.name,           row.disabled,     access,
                row.created_unix, row.last_seen_unix, row.last_address, {},
                row.granted_unix};
  for (const auto& c : row.credentials)
    device.credentials.push_back({c.fingerprint, static_cast<Plane>(c.plane), c.paired_unix});
  return device;
}

class AllowListImpl final : public AllowList {
 public:
  AllowListImpl(store::Database& database, Executor& executor, WallClock clock)
      : database_(database),
        executor_(executor),
        clock_(std::move(clock)),
        snapshot_(std::make_shared<Snapshot>()) {}

  Result<> load() {
    auto rows = store::load_devices(database_);
    if (!rows) return pass(rows);
    auto list = std::make_shared<Snapshot>();
    for (const auto& row : *rows) {
      auto device = std::make_shared<Device>(from_row(row));
      if (device->access.until_disconnect)
        unsaved_.emplace_back(device->id, device->name);
      else
        insert(*list, std::move(device));
    }
    publish(std::move(list));
    (void)save_revocations();  // they are out already; storing is tried again
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
    const auto grants = effective_grants(*device, clock_());
    if (!grants) return fail(Errc::Expired, device->name);
    if ((*grants & required) != required) return fail(Errc::NotAllowed, device->name);
    auto lease = std::make_shared<LeaseImpl>(device->id, device->name, fingerprint,
                                             LeaseImpl::Terms{*grants, device->access.expires_unix},
                                             clock_, marker(device->id));
    hold(lease);
    watch_expiry();
    return LeasePtr(std::move(lease));
  }

  void set_open(bool open) override {
    open_ = open;
    if (open) return;
    for (const auto& lease : leases_where([](const Lease& l) { return l.device() < 0; }))
      lease->stop(StopReason::Revoked);
  }
  bool open() const override { return open_; }

  Result<LeasePtr> admit_guest(const Candidate& guest) override {
    if (find(guest.fingerprint)) return admit(guest.fingerprint, guest.plane, 0);
    if (!open_) return fail(Errc::UnknownDevice);
    // Nameless guests share nothing, not even a number.
    const auto id = guest.fingerprint.empty() ? --last_nameless_ : guest_id(guest.fingerprint);
    auto lease = std::make_shared<LeaseImpl>(
        id, scrub_name(guest.name, guest.fingerprint), guest.fingerprint,
        LeaseImpl::Terms{grant::kAll, std::nullopt}, clock_, marker(id));
    hold(lease);
    log::info("trust", "an unpaired device comes in, because the host is open", "name",
              lease->device_name(), "address", guest.address);
    return LeasePtr(std::move(lease));
  }

  Result<std::shared_ptr<const Device>> approve(const Candidate& candidate,
                                                std::optional<Access> access) override {
    const auto now = clock_();
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
    if (access || !known) device.granted_unix = now;
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
    apply_to_leases(*shared);
    watch_expiry();
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
    stop_leases(*device, StopReason::Revoked);
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
    return edit(id, "access changed", [&](Device& device) {
      device.access = access;
      device.granted_unix = clock_();
    });
  }

  Result<> set_disabled(DeviceId id, bool disabled) override {
    return edit(id, disabled ? "disabled" : "enabled",
                [&](Device& device) { device.disabled = disabled; });
  }

  void touch(const crypto::Fingerprint& fingerprint, const net::Endpoint& from) override {
    const auto device = find(fingerprint);
    if (!device) return;
    const auto now = clock_();
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

  std::int64_t wall_now() const override { return clock_(); }
  std::size_t live_leases(DeviceId id) const override {
    return leases_where([&](const Lease& l) { return l.device() == id && !l.stopped(); }).size();
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
    const auto grants = effective_grants(device, clock_());
    if (!grants) {
      stop_leases(device, device.disabled ? StopReason::Disabled : StopReason::Expired);
      return;
    }
    for (const auto& lease : leases_of(device.id))
      lease->set_terms({*grants, device.access.expires_unix});
  }

  Result<> edit(DeviceId id, const char* what, const std::function<void(Device&)>& change) {
    const auto before = by_id(id);
    if (!before) return fail(Errc::UnknownDevice, std::to_string(id));
    auto after = std::make_shared<Device>(*before);
    change(*after);
    const auto now = clock_();
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
      watch_expiry();
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

  void hold(const std::shared_ptr<LeaseImpl>& lease) {
    std::erase_if(leases_, [](const auto& weak) { return weak.expired(); });
    leases_.push_back(lease);
  }
  template <class Wanted>
  std::vector<std::shared_ptr<LeaseImpl>> leases_where(const Wanted& wanted) const {
    std::vector<std::shared_ptr<LeaseImpl>> found;
    for (const auto& weak : leases_)
      if (auto lease = weak.lock(); lease && wanted(*lease)) found.push_back(std::move(lease));
    return found;
  }
  std::vector<std::shared_ptr<LeaseImpl>> leases_of(DeviceId id) const {
    return leases_where([&](const Lease& l) { return l.device() == id; });
  }
  // Also those that its certificates got as guests, before it was paired.
  void stop_leases(const Device& device, StopReason reason) {
    for (const auto& lease : leases_where([&](const Lease& l) {
           return l.device() == device.id ||
                  std::any_of(device.credentials.begin(), device.credentials.end(),
                              [&](const auto& c) { return c.fingerprint == l.fingerprint(); });
         }))
      lease->stop(reason);
  }

  // ---- streams of devices that are paired until they disconnect
  LeaseImpl::Marker marker(DeviceId id) {
    return [this, id, alive = std::weak_ptr<char>(alive_)] {
      if (alive.expired()) return std::shared_ptr<void>();
      auto& streams = streams_[id];
      ++streams.count;
      streams.grace.reset();
      return std::shared_ptr<void>(alive_.get(), [this, id, alive, &executor = executor_](void*) {
        if (alive.expired()) return;  // any thread: of the list only this much is looked at
        executor.post([this, id, alive] {
          if (!alive.expired()) stream_ended(id);
        });
      });
    };
  }
  void stream_ended(DeviceId id) {
    auto& streams = streams_[id];
    if (--streams.count > 0) return;
    const auto device = by_id(id);
    if (!device) {
      streams_.erase(id);
      return;
    }
    // Each drop starts the grace anew and each new stream ends it, so only the newest may delete.
    streams.grace = executor_.after(kAwayGrace, [this, id] {
      streams_.erase(id);
      const auto gone = by_id(id);
      if (gone && gone->access.until_disconnect) (void)revoke(id);
    });
  }

  // Stores what is in force but not on disk: revocations, and narrowed rows as they are now.
  Result<> save_revocations() {
    save_timer_.reset();
    if (!unsaved_revocations()) return {};
    const auto now = clock_();
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

  // One timer for the nearest deadline or warning of a live lease. The wall clock may step, so no
  // lap is longer than kExpiryLap, and there is none while nobody can expire.
  void watch_expiry() {
    expiry_timer_.reset();
    const auto now = clock_();
    std::optional<std::int64_t> nearest;
    for (const auto& weak : leases_)
      if (const auto lease = weak.lock())
        if (const auto mark = lease->next_mark(now))
          nearest = std::min(nearest.value_or(*mark), *mark);
    if (!nearest) return;
    const auto lap = std::clamp<std::int64_t>(*nearest - now, 0, kExpiryLap.count());
    expiry_timer_ = executor_.after(std::chrono::seconds(lap), [this] {
      for (const auto& [id, device] : snapshot()->devices) apply_to_leases(*device);
      watch_expiry();
    });
  }

  store::Database& database_;
  Executor& executor_;
  const WallClock clock_;
  mutable std::mutex mutex_;  // guards the pointer only; held for a copy of it
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::weak_ptr<LeaseImpl>> leases_;
  std::vector<std::pair<DeviceId, std::string>> unsaved_;
  std::set<DeviceId> unsaved_narrowings_;
  std::map<DeviceId, std::shared_ptr<const Device>> seen_unsaved_;
  std::vector<std::function<void()>> observers_;
  struct Streams {
    std::size_t count = 0;
    std::unique_ptr<Executor::Timer> grace;
  };
  std::map<DeviceId, Streams> streams_;
  bool open_ = false;
  DeviceId last_nameless_ = std::numeric_limits<DeviceId>::min() / 2;
  std::unique_ptr<Executor::Timer> save_timer_, seen_timer_, expiry_timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // marks may outlive the list
};

}  // namespace

Result<std::unique_ptr<AllowList>> AllowList::open(store::Database& database, Executor& executor,
                                                   WallClock clock) {
  auto list = std::make_unique<AllowListImpl>(database, executor, std::move(clock));
  if (auto loaded = list->load(); !loaded) return pass(loaded);
  return std::unique_ptr<AllowList>(std::move(list));
}

}  // namespace pf::trust
