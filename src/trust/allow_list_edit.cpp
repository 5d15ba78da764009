// Changes that people make to devices that are paired.
#include <algorithm>

#include "base/log.hpp"
#include "trust/allow_list_impl.hpp"
#include "trust/device_row.hpp"

namespace pf::trust {
namespace {

constexpr std::size_t kMaxCredentials = 16;
constexpr std::size_t kMaxDevices = 10'000;

// What both rows allow.
Device narrower(Device device, const Device& other) {
  device.access.grants &= other.access.grants;
  device.disabled |= other.disabled;
  const auto& end = other.access.expires_unix;
  if (end && (!device.access.expires_unix || *end < *device.access.expires_unix))
    device.access.expires_unix = end;
  return device;
}

Result<> check_import(const std::vector<Device>& devices) {
  const auto bad = [](const std::string& sentence) { return fail(Errc::BadValue, sentence); };
  if (devices.size() > kMaxDevices)
    return bad("the file holds more than " + std::to_string(kMaxDevices) + " devices");
  std::set<crypto::Fingerprint> seen;
  for (const auto& device : devices) {
    const auto who = "the device \"" + scrub_name(device.name, std::string(8, '0')) + "\" ";
    if (device.credentials.empty() || device.credentials.size() > kMaxCredentials)
      return bad(who + "has no certificate, or too many");
    if ((device.access.grants & ~grant::kAll) != 0) return bad(who + "has reserved grants");
    if (device.access.until_disconnect)
      return bad(who + "is paired until it disconnects, which no file can hold");
    for (const auto& c : device.credentials) {
      if (!crypto::is_fingerprint(c.fingerprint))
        return bad(who + "has a fingerprint that is not 64 hexadecimal digits");
      if (!seen.insert(c.fingerprint).second)
        return bad(who + "has a certificate that the file holds twice");
    }
  }
  return {};
}

}  // namespace

void AllowListImpl::narrow(const Device& before, const Device& after) {
  auto narrowed = std::make_shared<const Device>(after);
  if (narrowed->access == before.access && narrowed->disabled == before.disabled) return;
  replace(narrowed);
  apply_to_leases(*narrowed);
  watch_expiry();
}

Failure AllowListImpl::unsaved_narrowing(std::initializer_list<DeviceId> ids, const Error& error) {
  unsaved_narrowings_.insert(ids);
  noted_ = false;
  note_down();
  retry_saving();
  return fail(Errc::StoreFailed, error.message());
}

Result<> AllowListImpl::change(DeviceId id, const DeviceChange& change) {
  const auto before = by_id(id);
  if (!before) return fail(Errc::UnknownDevice, std::to_string(id));
  if (change.access && (change.access->grants & ~grant::kAll) != 0)
    return fail(Errc::BadValue, "grants");
  auto after = std::make_shared<Device>(*before);
  ++after->revision;
  if (change.name)
    after->name = scrub_name(*change.name, before->credentials.empty()
                                               ? std::string(8, '0')
                                               : before->credentials.front().fingerprint);
  if (change.access) {
    after->access = *change.access;
    after->granted_unix = clock_();
  }
  if (change.disabled) after->disabled = *change.disabled;

  auto narrowed = narrower(*before, *after);
  narrowed.revision = after->revision;
  const bool narrows = narrowed.access != before->access || narrowed.disabled != before->disabled;
  narrow(*before, narrowed);
  // Of narrowings that wait for the disk, this row's is superseded by what is stored here.
  auto stored = store([&]() -> Result<> {
    if (auto saved = store::save_device(database_, to_row(*after)); !saved) return pass(saved);
    if (change.disabled && after->disabled != before->disabled)
      if (auto done = append(after->disabled ? "disabled" : "enabled", id, after->name, ""); !done)
        return done;
    if (change.access)
      if (auto done = append("access_changed", id, after->name,
                             describe(before->access) + " → " + describe(after->access));
          !done)
        return done;
    if (change.name)
      if (auto done = append("renamed", id, after->name, "was \"" + before->name + "\""); !done)
        return done;
    return {};
  });
  if (!stored) {
    if (narrows) {
      tell(Kind::Changed, by_id(id));
      return unsaved_narrowing({id}, stored.error());
    }
    return fail(Errc::StoreFailed, stored.error().message());
  }
  unsaved_narrowings_.erase(id);
  if (effective_grants(*after, clock_())) expired_told_.erase(id);
  replace(after);
  apply_to_leases(*after);
  watch_expiry();
  log::info("trust", "changed", "device", id, "name", after->name, "access",
            describe(after->access), "disabled", after->disabled);
  tell(Kind::Changed, after);
  return {};
}

Result<std::shared_ptr<const Device>> AllowListImpl::merge(DeviceId id, DeviceId other) {
  const auto kept = by_id(id);
  const auto gone = by_id(other);
  if (!kept || !gone) return fail(Errc::UnknownDevice, std::to_string(kept ? other : id));
  if (id == other) return fail(Errc::BadValue, "a device cannot be merged with itself");
  if (kept->credentials.size() + gone->credentials.size() > kMaxCredentials)
    return fail(Errc::BadValue, "the devices have too many certificates together");

  auto after = std::make_shared<Device>(*kept);
  after->revision = std::max(kept->revision, gone->revision) + 1;
  after->disabled |= gone->disabled;
  after->credentials.insert(after->credentials.end(), gone->credentials.begin(),
                            gone->credentials.end());
  if (gone->last_seen_unix.value_or(0) > kept->last_seen_unix.value_or(0)) {
    after->last_seen_unix = gone->last_seen_unix;
    after->last_address = gone->last_address;
    after->client = gone->client;
  }
  auto kept_now = narrower(*kept, *after);
  auto gone_now = narrower(*gone, *after);
  const bool narrows = kept_now.disabled != kept->disabled || gone_now.access != gone->access ||
                       gone_now.disabled != gone->disabled;
  ++kept_now.revision;
  ++gone_now.revision;
  narrow(*kept, kept_now);
  narrow(*gone, gone_now);

  auto stored = store([&]() -> Result<> {
    if (auto done = store::delete_device(database_, other); !done) return done;
    if (auto saved = store::save_device(database_, to_row(*after)); !saved) return pass(saved);
    return append("merged", id, after->name,
                  "with \"" + gone->name + "\" (device " + std::to_string(other) + "), " +
                      describe(after->access));
  });
  if (!stored) {
    if (!narrows) return fail(Errc::StoreFailed, stored.error().message());
    return unsaved_narrowing({id, other}, stored.error());
  }
  unsaved_narrowings_.erase(id);
  unsaved_narrowings_.erase(other);
  auto list = std::make_shared<Snapshot>(*snapshot());
  if (const auto row = by_id(other)) erase(*list, *row);
  if (const auto row = by_id(id)) erase(*list, *row);
  insert(*list, after);
  publish(std::move(list));
  away_.erase(other);
  expired_told_.erase(other);
  rehome_leases(*after);
  apply_to_leases(*after);
  watch_expiry();
  log::info("trust", "merged", "device", id, "with", other, "name", after->name);
  changed();
  tell(Kind::Changed, after);
  return std::shared_ptr<const Device>(after);
}

Result<std::shared_ptr<const Device>> AllowListImpl::split(DeviceId id,
                                                           const crypto::Fingerprint& fingerprint) {
  const auto before = by_id(id);
  if (!before) return fail(Errc::UnknownDevice, std::to_string(id));
  const auto found =
      std::find_if(before->credentials.begin(), before->credentials.end(),
                   [&](const Credential& c) { return c.fingerprint == fingerprint; });
  if (found == before->credentials.end())
    return fail(Errc::BadValue, "the device has no such certificate");
  if (before->credentials.size() == 1)
    return fail(Errc::BadValue, "the device has this certificate only");

  auto rest = std::make_shared<Device>(*before);
  ++rest->revision;
  std::erase_if(rest->credentials,
                [&](const Credential& c) { return c.fingerprint == fingerprint; });
  auto own = std::make_shared<Device>(*before);
  own->id = 0;
  own->revision = rest->revision;
  own->created_unix = clock_();
  own->credentials = {*found};
  auto stored = store([&]() -> Result<> {
    if (auto saved = store::save_device(database_, to_row(*rest)); !saved) return pass(saved);
    auto saved = store::save_device(database_, to_row(*own));
    if (!saved) return pass(saved);
    own->id = *saved;
    return append("split", id, rest->name,
                  "its " + std::string(name(found->plane)) + " certificate is device " +
                      std::to_string(own->id) + " now");
  });
  if (!stored) return fail(Errc::StoreFailed, stored.error().message());
  auto list = std::make_shared<Snapshot>(*snapshot());
  erase(*list, *before);
  insert(*list, rest);
  insert(*list, own);
  publish(std::move(list));
  if (expired_told_.contains(id)) expired_told_.insert(own->id);
  rehome_leases(*own);
  log::info("trust", "split", "device", id, "off", own->id, "name", own->name);
  changed();
  tell(Kind::Changed, rest);
  tell(Kind::Changed, own);
  return std::shared_ptr<const Device>(own);
}

Result<ImportCount> AllowListImpl::import_devices(const std::vector<Device>& devices) {
  if (auto good = check_import(devices); !good) return pass(good);
  ImportCount count;
  std::vector<std::shared_ptr<Device>> added;
  for (const auto& wanted : devices) {
    const bool known =
        std::any_of(wanted.credentials.begin(), wanted.credentials.end(),
                    [&](const Credential& c) { return find(c.fingerprint) != nullptr; });
    if (known) {
      ++count.skipped;
      continue;
    }
    auto device = std::make_shared<Device>(wanted);
    device->id = 0;
    device->revision = 1;
    device->name = scrub_name(wanted.name, wanted.credentials.front().fingerprint);
    added.push_back(std::move(device));
  }
  count.added = added.size();
  auto stored = store([&]() -> Result<> {
    for (const auto& device : added) {
      auto id = store::save_device(database_, to_row(*device));
      if (!id) return pass(id);
      device->id = *id;
      if (auto done = append("imported", *id, device->name, describe(device->access)); !done)
        return done;
    }
    return {};
  });
  if (!stored) return fail(Errc::StoreFailed, stored.error().message());
  auto list = std::make_shared<Snapshot>(*snapshot());
  for (const auto& device : added) insert(*list, device);
  publish(std::move(list));
  watch_expiry();
  log::info("trust", "imported", "devices", count.added, "known already", count.skipped);
  changed();
  for (const auto& device : added) tell(Kind::Granted, device);
  return count;
}

}  // namespace pf::trust
