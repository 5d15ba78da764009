// What is in force but not on disk yet, the audit log, and the end of accesses.
#include <algorithm>

#include "base/log.hpp"
#include "trust/allow_list_impl.hpp"
#include "trust/device_row.hpp"

namespace pf::trust {
namespace {

using namespace std::chrono_literals;

constexpr auto kSaveRetry = 5s;
// A step of the wall clock is noticed within this time (trust-and-console.md 2.5).
constexpr std::int64_t kExpiryLapS = 30;

}  // namespace

bool AllowListImpl::unsaved_revocations() const {
  return !unsaved_.empty() || !unsaved_narrowings_.empty();
}

Result<> AllowListImpl::append(std::string_view what, std::optional<DeviceId> id,
                               const std::string& name, const std::string& detail) {
  return store::append_audit(
      database_, {0, clock_(), std::string(what), id, name, actor().by, actor().from, detail});
}

Result<> AllowListImpl::note(const AuditNote& what) {
  auto stored = database_.transaction(
      [&] { return append(what.what, what.device_id, what.device_name, what.detail); });
  if (stored) return {};
  log::warn("trust", "an entry of the audit log was not stored", "entry", what.what, "what",
            stored.error().message());
  return fail(Errc::StoreFailed, stored.error().message());
}

Result<std::vector<AuditEntry>> AllowListImpl::audit(std::int64_t after, std::int64_t limit) const {
  auto rows = store::load_audit(database_, after, limit);
  if (!rows) return pass(rows);
  std::vector<AuditEntry> entries;
  for (auto& row : *rows) entries.push_back(from_row(std::move(row)));
  return entries;
}

Result<> AllowListImpl::store(const std::function<Result<>()>& body) {
  if (unsaved_revocations())
    if (auto saved = save_revocations(); !saved) return saved;
  return database_.transaction(body);
}

Result<> AllowListImpl::save_revocations() {
  save_timer_.reset();
  if (!unsaved_revocations()) return {};
  auto stored = database_.transaction([&]() -> Result<> {
    for (const auto id : unsaved_narrowings_)
      if (const auto device = by_id(id))
        if (auto saved = store::save_device(database_, to_row(*device)); !saved) return pass(saved);
    for (const auto& [device, by, unix_time, detail] : unsaved_) {
      if (auto done = store::delete_device(database_, device->id); !done) return done;
      if (auto done = store::append_audit(database_, {0, unix_time, "revoked", device->id,
                                                      device->name, by.by, by.from, detail});
          !done)
        return done;
    }
    return {};
  });
  if (stored) {
    unsaved_.clear();
    unsaved_narrowings_.clear();
    journal_.clear();
    noted_ = false;
    return {};
  }
  note_down();
  log::error("trust", "a revocation is in force but not stored yet", "what",
             stored.error().message());
  retry_saving();
  return fail(Errc::StoreFailed, stored.error().message());
}

void AllowListImpl::note_down() {
  if (noted_) return;
  std::vector<RevocationJournal::Entry> entries;
  for (const auto& one : unsaved_)
    entries.push_back(
        {.id = one.device->id, .unix_time = one.unix_time, .by = one.by.by, .from = one.by.from});
  for (const auto id : unsaved_narrowings_)
    if (const auto device = by_id(id))
      entries.push_back({.id = id,
                         .revoked = false,
                         .revision = device->revision,
                         .disabled = device->disabled,
                         .access = device->access});
  const auto written = journal_.write(entries);
  noted_ = written.has_value();
  if (!noted_)
    log::error("trust", "a revocation would not outlive this process", "what",
               written.error().message());
}

void AllowListImpl::take_journal(std::vector<RevocationJournal::Entry> entries,
                                 std::map<DeviceId, std::shared_ptr<Device>>& devices) {
  for (auto& entry : entries) {
    const auto found = devices.find(entry.id);
    if (found == devices.end()) continue;  // it was stored after all
    auto& device = *found->second;
    if (entry.revoked) {
      unsaved_.push_back({found->second,
                          {std::move(entry.by), std::move(entry.from)},
                          entry.unix_time,
                          "stored after a restart"});
      devices.erase(found);
    } else if (entry.revision > device.revision) {
      device.revision = entry.revision;
      device.disabled = entry.disabled;
      device.access = entry.access;
      unsaved_narrowings_.insert(entry.id);
    }
  }
  noted_ = unsaved_revocations();
}

void AllowListImpl::retry_saving() {
  save_timer_ = executor_.after(kSaveRetry, [this] {
    if (save_revocations()) changed();  // whoever shows that the disk needs attention
  });
}

void AllowListImpl::save_seen() {
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

// One timer for the nearest end of an access and the nearest warning of a live lease. The wall
// clock may step, so no lap is longer than kExpiryLapS, and there is none while nobody can expire.
void AllowListImpl::watch_expiry() {
  expiry_timer_.reset();
  const auto now = clock_();
  std::optional<std::int64_t> nearest;
  const auto consider = [&](std::int64_t mark) {
    nearest = std::min(nearest.value_or(mark), mark);
  };
  for (const auto& weak : leases_)
    if (const auto lease = weak.lock())
      if (const auto mark = lease->next_mark(now)) consider(*mark);
  const auto list = snapshot();
  for (const auto& [id, device] : list->devices)
    if (device->access.expires_unix && !expired_told_.contains(id))
      consider(*device->access.expires_unix);
  if (!nearest) return;
  const auto lap = *nearest <= now ? 0 : std::min(*nearest - now, kExpiryLapS);
  expiry_timer_ = executor_.after(std::chrono::seconds(lap), [this] {
    // Whoever hears of an end may change the list meanwhile.
    const auto all = snapshot();
    for (const auto& [id, was] : all->devices) {
      const auto device = by_id(id);
      if (!device) continue;
      apply_to_leases(*device);
      expired(device);
    }
    watch_expiry();
  });
}

// Told once for each end of an access, over restarts as well.
void AllowListImpl::expired(const Shared& device) {
  const auto& end = device->access.expires_unix;
  if (!end || *end > clock_() || !expired_told_.insert(device->id).second) return;
  const auto by_host = acting({});
  (void)note({"expired", device->id, device->name, describe(device->access)});
  log::info("trust", "the access of a device has expired", "device", device->id, "name",
            device->name);
  changed();
  tell(Kind::Expired, device);
}

}  // namespace pf::trust
