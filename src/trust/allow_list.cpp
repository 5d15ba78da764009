#include "trust/allow_list.hpp"

#include <algorithm>
#include <charconv>

#include "base/log.hpp"
#include "trust/allow_list_impl.hpp"
#include "trust/device_row.hpp"

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

constexpr std::int64_t kSeenResolution = 60;
// How long an until_disconnect device may be away (trust-and-console.md 2.4).
constexpr auto kAwayGrace = 60s;
constexpr std::size_t kMaxClientText = 48;

// A guest of open mode has no row. Its number follows from its certificate, so that its connections
// belong together; negative, so that no row has it.
DeviceId guest_id(const crypto::Fingerprint& fingerprint) {
  std::uint64_t number = 0;
  std::from_chars(fingerprint.data(),
                  fingerprint.data() + std::min<std::size_t>(15, fingerprint.size()), number, 16);
  return -1 - static_cast<DeviceId>(number);
}

bool holds(const Device& device, const crypto::Fingerprint& fingerprint, Plane plane) {
  return std::any_of(
      device.credentials.begin(), device.credentials.end(),
      [&](const Credential& c) { return c.fingerprint == fingerprint && c.plane == plane; });
}

}  // namespace

AllowListImpl::AllowListImpl(store::Database& database, Executor& executor, WallClock clock,
                             std::vector<std::filesystem::path> journals)
    : database_(database),
      executor_(executor),
      clock_(std::move(clock)),
      snapshot_(std::make_shared<Snapshot>()),
      journal_(std::move(journals)),
      marks_(executor,
             [this](const crypto::Fingerprint& fingerprint) { stream_gone(fingerprint); }) {}

Result<> AllowListImpl::load() {
  auto rows = store::load_devices(database_);
  if (!rows) return pass(rows);
  auto noted = journal_.load();
  if (!noted) return pass(noted);
  const auto now = clock_();
  std::map<DeviceId, std::shared_ptr<Device>> devices;
  for (const auto& row : *rows) devices[row.id] = std::make_shared<Device>(from_row(row));
  take_journal(std::move(*noted), devices);
  auto list = std::make_shared<Snapshot>();
  for (auto& [id, device] : devices) {
    if (device->access.until_disconnect) {
      unsaved_.push_back({std::move(device), {}, now, "the host started anew"});
      continue;
    }
    if (const auto& end = device->access.expires_unix; end && *end <= now) {
      auto told = store::has_audit(database_, device->id, "expired", *end);
      if (!told) return pass(told);
      if (*told) expired_told_.insert(device->id);
    }
    insert(*list, std::move(device));
  }
  publish(std::move(list));
  journal_.reserve();
  (void)save_revocations();  // they are out already; storing is tried again
  watch_expiry();
  return {};
}

// -- the list ------------------------------------------------------------------------------------

std::shared_ptr<const Snapshot> AllowListImpl::snapshot() const {
  const std::scoped_lock lock(mutex_);
  return snapshot_;
}

void AllowListImpl::insert(Snapshot& list, Shared device) {
  for (const auto& c : device->credentials) list.by_fingerprint[c.fingerprint] = device;
  const auto id = device->id;
  list.devices[id] = std::move(device);
}
void AllowListImpl::erase(Snapshot& list, const Device& device) {
  for (const auto& c : device.credentials) list.by_fingerprint.erase(c.fingerprint);
  list.devices.erase(device.id);
}

AllowListImpl::Shared AllowListImpl::by_id(DeviceId id) const {
  const auto list = snapshot();
  const auto it = list->devices.find(id);
  return it == list->devices.end() ? nullptr : it->second;
}

void AllowListImpl::publish(std::shared_ptr<const Snapshot> list) {
  const std::scoped_lock lock(mutex_);
  snapshot_ = std::move(list);
}

void AllowListImpl::replace(const Shared& device) {
  auto list = std::make_shared<Snapshot>(*snapshot());
  if (const auto old = by_id(device->id)) erase(*list, *old);
  insert(*list, device);
  publish(std::move(list));
  changed();
}

void AllowListImpl::changed() {
  for (const auto& observer : observers_) observer();
}

void AllowListImpl::tell(Kind kind, const Shared& device) {
  for (const auto& observer : event_observers_) observer({kind, device});
}

// -- leases --------------------------------------------------------------------------------------

std::shared_ptr<LeaseImpl> AllowListImpl::make_lease(DeviceId id, std::string name,
                                                     const crypto::Fingerprint& fingerprint,
                                                     const LeaseImpl::Terms& terms) {
  auto lease = std::make_shared<LeaseImpl>(
      id, std::move(name), fingerprint, terms, clock_,
      [this, fingerprint, alive = marks_.alive()]() -> std::shared_ptr<void> {
        if (alive.expired()) return {};
        if (const auto device = find(fingerprint)) away_.erase(device->id);
        return marks_.mark(fingerprint);
      });
  std::erase_if(leases_, [](const auto& weak) { return weak.expired(); });
  leases_.push_back(lease);
  return lease;
}

Result<LeasePtr> AllowListImpl::admit(const crypto::Fingerprint& fingerprint, Plane plane,
                                      std::uint32_t required) {
  const auto device = find(fingerprint);
  if (!device || !holds(*device, fingerprint, plane)) return fail(Errc::UnknownDevice);
  if (device->disabled) return fail(Errc::Disabled, device->name);
  const auto grants = effective_grants(*device, clock_());
  if (!grants) {
    expired(device);
    return fail(Errc::Expired, device->name);
  }
  if ((*grants & required) != required) return fail(Errc::NotAllowed, device->name);
  auto lease =
      make_lease(device->id, device->name, fingerprint, {*grants, device->access.expires_unix});
  watch_expiry();
  return LeasePtr(std::move(lease));
}

void AllowListImpl::set_open(bool open) {
  open_ = open;
  if (open) return;
  for (const auto& lease : leases_where([](const Lease& l) { return l.device() < 0; }))
    lease->stop(StopReason::Revoked);
}

Result<LeasePtr> AllowListImpl::admit_guest(const Candidate& guest) {
  if (find(guest.fingerprint)) return admit(guest.fingerprint, guest.plane, 0);
  if (!open_) return fail(Errc::UnknownDevice);
  // Nameless guests share nothing, not even a number.
  const auto id = guest.fingerprint.empty() ? --last_nameless_ : guest_id(guest.fingerprint);
  auto lease = make_lease(id, scrub_name(guest.name, guest.fingerprint), guest.fingerprint,
                          {grant::kAll, std::nullopt});
  log::info("trust", "an unpaired device comes in, because the host is open", "name",
            lease->device_name(), "address", guest.address);
  return LeasePtr(std::move(lease));
}

void AllowListImpl::apply_to_leases(const Device& device) {
  const auto grants = effective_grants(device, clock_());
  if (!grants) {
    stop_leases(device, device.disabled ? StopReason::Disabled : StopReason::Expired);
    return;
  }
  for (const auto& lease : leases_where([&](const Lease& l) { return l.device() == device.id; }))
    lease->set_terms({*grants, device.access.expires_unix});
}

void AllowListImpl::stop_leases(const Device& device, StopReason reason) {
  for (const auto& lease : leases_where([&](const Lease& l) {
         return l.device() == device.id ||
                std::any_of(device.credentials.begin(), device.credentials.end(),
                            [&](const auto& c) { return c.fingerprint == l.fingerprint(); });
       }))
    lease->stop(reason);
}

void AllowListImpl::rehome_leases(const Device& device) {
  for (const auto& c : device.credentials)
    for (const auto& lease :
         leases_where([&](const Lease& l) { return l.fingerprint() == c.fingerprint; }))
      lease->set_device(device.id);
}

Result<std::uint32_t> AllowListImpl::limit_streams(DeviceId id, std::uint32_t grants) {
  if ((grants & ~grant::kAll) != 0) return fail(Errc::BadValue, "grants");
  const auto leases =
      leases_where([&](const Lease& l) { return l.device() == id && !l.stopped(); });
  if (leases.empty()) return fail(Errc::UnknownDevice, std::to_string(id));
  std::uint32_t left = 0;
  for (const auto& lease : leases) left |= lease->limit(grants);
  return left;
}

std::size_t AllowListImpl::live_leases(DeviceId id) const {
  return leases_where([&](const Lease& l) { return l.device() == id && !l.stopped(); }).size();
}

// -- streams of devices that are paired until they disconnect

std::size_t AllowListImpl::streams(const Device& device) const {
  std::size_t sum = 0;
  for (const auto& c : device.credentials) sum += marks_.count(c.fingerprint);
  return sum;
}

void AllowListImpl::stream_gone(const crypto::Fingerprint& fingerprint) {
  const auto device = find(fingerprint);
  if (!device || streams(*device) > 0) return;
  // Each drop starts the grace anew and each new stream ends it, so only the newest may delete.
  away_[device->id] = executor_.after(kAwayGrace, [this, id = device->id] {
    away_.erase(id);
    const auto gone = by_id(id);
    if (gone && gone->access.until_disconnect && streams(*gone) == 0) (void)revoke(id);
  });
}

// -- pairing and its end -------------------------------------------------------------------------

Result<std::shared_ptr<const Device>> AllowListImpl::approve(const Candidate& candidate,
                                                             std::optional<Access> access) {
  const auto now = clock_();
  Device device;
  const auto known = find(candidate.fingerprint);
  if (known) {
    device = *known;
    ++device.revision;
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

  auto stored = store([&]() -> Result<> {
    auto id = store::save_device(database_, to_row(device));
    if (!id) return pass(id);
    device.id = *id;
    return append(candidate.after_knock ? "approved" : "paired", device.id, device.name,
                  std::string(name(candidate.plane)) + " " + candidate.address + ", " +
                      describe(device.access));
  });
  if (!stored) return fail(Errc::StoreFailed, stored.error().message());
  auto shared = std::make_shared<const Device>(std::move(device));
  if (effective_grants(*shared, now)) expired_told_.erase(shared->id);
  replace(shared);
  apply_to_leases(*shared);
  watch_expiry();
  log::info("trust", "paired", "device", shared->id, "name", shared->name, "plane",
            name(candidate.plane), "fingerprint", candidate.fingerprint);
  tell(Kind::Granted, shared);
  return shared;
}

Result<> AllowListImpl::revoke(DeviceId id) {
  const auto device = by_id(id);
  if (!device) return fail(Errc::UnknownDevice, std::to_string(id));
  auto list = std::make_shared<Snapshot>(*snapshot());
  erase(*list, *device);
  publish(std::move(list));
  put_out(device);
  auto stored = save_revocations();
  changed();
  tell(Kind::Revoked, device);
  return stored;
}

Result<std::size_t> AllowListImpl::revoke_all() {
  const auto devices = snapshot()->devices;
  if (devices.empty()) return std::size_t{0};
  publish(std::make_shared<Snapshot>());
  for (const auto& [id, device] : devices) put_out(device);
  auto stored = save_revocations();
  changed();
  for (const auto& [id, device] : devices) tell(Kind::Revoked, device);
  if (!stored) return pass(stored);
  return devices.size();
}

void AllowListImpl::put_out(const Shared& device) {
  stop_leases(*device, StopReason::Revoked);
  away_.erase(device->id);
  expired_told_.erase(device->id);
  log::info("trust", "revoked", "device", device->id, "name", device->name);
  const bool left = device->access.until_disconnect && actor() == Actor{};
  unsaved_.push_back({device, actor(), clock_(), left ? "it disconnected" : ""});
  noted_ = false;
}

void AllowListImpl::touch(const crypto::Fingerprint& fingerprint, const net::Endpoint& from,
                          const ClientInfo& client) {
  const auto device = find(fingerprint);
  if (!device) return;
  const auto now = clock_();
  auto address = from.address();
  const ClientInfo said{scrub_text(client.kind, kMaxClientText),
                        scrub_text(client.version, kMaxClientText)};
  const bool told = said != ClientInfo{} && said != device->client;
  if (!told && device->last_seen_unix && now - *device->last_seen_unix < kSeenResolution &&
      device->last_address == address)
    return;
  auto copy = std::make_shared<Device>(*device);
  copy->last_seen_unix = now;
  copy->last_address = std::move(address);
  if (told) copy->client = said;
  // A lost "last seen" is worth less than a disk flush on each poll of each client.
  seen_unsaved_[copy->id] = copy;
  auto list = std::make_shared<Snapshot>(*snapshot());
  insert(*list, copy);
  publish(std::move(list));
  if (!seen_timer_) seen_timer_ = executor_.after(60s, [this] { save_seen(); });
}

Result<std::unique_ptr<AllowList>> AllowList::open(store::Database& database, Executor& executor,
                                                   WallClock clock,
                                                   std::vector<std::filesystem::path> journals) {
  auto list =
      std::make_unique<AllowListImpl>(database, executor, std::move(clock), std::move(journals));
  if (auto loaded = list->load(); !loaded) return pass(loaded);
  return std::unique_ptr<AllowList>(std::move(list));
}

}  // namespace pf::trust
