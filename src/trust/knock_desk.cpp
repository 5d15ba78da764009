#include "trust/knock_desk.hpp"

#include <algorithm>
#include <tuple>

#include "base/log.hpp"

namespace pf::trust {

const char* name(KnockOutcome outcome) {
  switch (outcome) {
    case KnockOutcome::Approved:
      return "approved";
    case KnockOutcome::Denied:
      return "denied";
    case KnockOutcome::TimedOut:
      return "timed out";
    case KnockOutcome::Superseded:
      return "superseded";
    case KnockOutcome::Withdrawn:
      return "withdrawn";
  }
  return "?";
}

struct KnockDesk::Impl {
  struct Entry {
    PendingKnock knock;
    std::string limit_key;
    std::uint64_t generation = 0;
    SteadyTime last{};  // its newest knock or the end of the last wait
    SteadyTime parked_since{};
    Waiter waiter;  // empty: nobody waits
    std::unique_ptr<Executor::Timer> park_timer;
    std::unique_ptr<Executor::Timer> ttl_timer;
  };
  using Entries = std::vector<std::unique_ptr<Entry>>;  // oldest first

  Executor& executor;
  AllowList& allow_list;
  KnockLimits limits;
  Entries entries;
  std::uint32_t next_id = 1;
  std::uint64_t next_generation = 1;
  std::vector<std::function<void()>> observers;
  std::function<void(const PendingKnock&)> denied;

  void changed() {
    for (const auto& observer : observers) observer();
  }
  Entry* by_id(std::uint32_t id) {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const auto& e) { return e->knock.id == id; });
    return it == entries.end() ? nullptr : it->get();
  }
  Entry* by_fingerprint(const crypto::Fingerprint& fingerprint) {
    const auto it = std::find_if(entries.begin(), entries.end(), [&](const auto& e) {
      return e->knock.fingerprint == fingerprint;
    });
    return it == entries.end() ? nullptr : it->get();
  }
  // The waiter leaves its entry before it runs: it may come back with a new knock. Posted, so that
  // it never runs inside the call that parked it or while entries are looked at.
  void wake(Entry& entry, KnockOutcome outcome) {
    auto waiter = std::exchange(entry.waiter, nullptr);
    entry.park_timer.reset();
    entry.last = executor.now();
    if (!waiter) return;
    log::info("trust", "a knock ended", "knock", entry.knock.id, "how", trust::name(outcome));
    executor.post([waiter = std::move(waiter), outcome] { waiter(outcome); });
  }
  void remove(std::uint32_t id, KnockOutcome outcome) {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const auto& e) { return e->knock.id == id; });
    if (it == entries.end()) return;
    const auto entry = std::move(*it);
    entries.erase(it);
    wake(*entry, outcome);
    changed();
  }

  // Makes room among the entries of one address, or of all (empty key): the least recently active
  // one that nobody waits for; when a connection waits for each of them, the one that waits
  // longest. Those from the internet go first and never push out one of the own network: then
  // false.
  bool make_room(const std::string& key, std::size_t limit, Source newcomer) {
    std::size_t count = 0;
    const Entry* victim = nullptr;
    for (const auto& entry : entries) {
      if (!key.empty() && entry->limit_key != key) continue;
      ++count;
      const auto rank = [](const Entry& e) {
        return std::tuple(e.knock.source == Source::Lan, static_cast<bool>(e.waiter),
                          e.waiter ? e.parked_since : e.last);
      };
      if (victim == nullptr || rank(*entry) < rank(*victim)) victim = entry.get();
    }
    if (count < limit || victim == nullptr) return true;
    if (newcomer == Source::Wan && victim->knock.source == Source::Lan) return false;
    remove(victim->knock.id, KnockOutcome::TimedOut);
    return true;
  }

  void park(Entry& entry, Waiter waiter) {
    const auto id = entry.knock.id;
    entry.waiter = std::move(waiter);
    entry.parked_since = entry.last = executor.now();
    entry.park_timer = executor.after(limits.park, [this, id] {
      if (auto* late = by_id(id)) {
        wake(*late, KnockOutcome::TimedOut);
        changed();
      }
    });
    entry.ttl_timer =
        executor.after(limits.ttl, [this, id] { remove(id, KnockOutcome::TimedOut); });
  }
};

KnockDesk::KnockDesk(Executor& executor, AllowList& allow_list, KnockLimits limits)
    : impl_(new Impl{executor, allow_list, limits, {}, 1, 1, {}, {}}) {}
KnockDesk::~KnockDesk() = default;

Result<KnockTicket> KnockDesk::knock(KnockRequest request, Waiter waiter) {
  auto& d = *impl_;
  if (const auto known = d.allow_list.find(request.fingerprint); known && known->disabled)
    return fail(Errc::Disabled, known->name);
  auto* entry = d.by_fingerprint(request.fingerprint);
  const auto key = limit_key(request.from, request.source);
  const bool fresh = entry == nullptr;
  if (fresh) {
    if (!d.make_room(key, d.limits.per_address, request.source) ||
        !d.make_room({}, d.limits.total, request.source))
      return fail(Errc::TooMany, request.from.address());
    d.entries.push_back(std::make_unique<Impl::Entry>());
    entry = d.entries.back().get();
    entry->knock.id = d.next_id++;
    entry->knock.fingerprint = request.fingerprint;
  } else {
    d.wake(*entry, KnockOutcome::Superseded);
  }
  entry->knock.name = scrub_name(request.name, request.fingerprint);
  entry->knock.from = request.from;
  entry->knock.source = request.source;
  entry->limit_key = key;
  entry->generation = d.next_generation++;
  d.park(*entry, std::move(waiter));
  if (fresh)
    log::info("trust", "a device waits for approval", "knock", entry->knock.id, "name",
              entry->knock.name, "address", request.from.address(), "source",
              trust::name(request.source), "fingerprint", request.fingerprint);
  const KnockTicket ticket{entry->knock.id, entry->generation};
  d.changed();
  return ticket;
}

void KnockDesk::withdraw(const KnockTicket& ticket) {
  auto* entry = impl_->by_id(ticket.id);
  if (entry == nullptr || entry->generation != ticket.generation || !entry->waiter) return;
  impl_->wake(*entry, KnockOutcome::Withdrawn);
  impl_->changed();
}

std::vector<PendingKnock> KnockDesk::pending() const {
  std::vector<PendingKnock> list;
  const auto now = impl_->executor.now();
  for (const auto& entry : impl_->entries) {
    auto knock = entry->knock;
    knock.age = std::chrono::floor<std::chrono::seconds>(now - entry->parked_since);
    knock.parked = static_cast<bool>(entry->waiter);
    list.push_back(std::move(knock));
  }
  return list;
}

Result<std::shared_ptr<const Device>> KnockDesk::approve(std::uint32_t id, const std::string& name,
                                                         const AccessChoice& choice) {
  auto& d = *impl_;
  const auto* entry = d.by_id(id);
  if (entry == nullptr) return fail(Errc::NothingWaiting);
  if (entry->knock.source == Source::Wan) return fail(Errc::FromInternet, entry->knock.name);
  if (const auto* problem = choice.problem()) return fail(Errc::BadValue, problem);

  const auto now = d.allow_list.wall_now();
  const auto fingerprint = entry->knock.fingerprint;
  auto access = choice.from(now);
  const auto known = d.allow_list.find(fingerprint);
  if (known && known->disabled) return fail(Errc::Disabled, known->name);
  if (!access && known && known->access.expires_unix && *known->access.expires_unix <= now) {
    access = known->access;
    access->expires_unix.reset();
    if (known->granted_unix)
      access->expires_unix = saturating_add(
          now, std::max<std::int64_t>(1, *known->access.expires_unix - *known->granted_unix));
  }
  Candidate candidate{fingerprint, Plane::Native, name, entry->knock.from.address()};
  if (name.empty() && !known) candidate.name = entry->knock.name;
  candidate.after_knock = true;
  auto device = d.allow_list.approve(candidate, access);
  if (!device) return device;
  d.remove(id, KnockOutcome::Approved);
  return device;
}

Result<> KnockDesk::deny(std::uint32_t id) {
  const auto* entry = impl_->by_id(id);
  if (entry == nullptr) return fail(Errc::NothingWaiting);
  // Turning away needs no disk; an entry that cannot be written is only logged.
  (void)impl_->allow_list.note(
      {"denied", std::nullopt, entry->knock.name,
       "native " + entry->knock.from.address() + ", certificate " + entry->knock.fingerprint});
  const auto knock = entry->knock;
  impl_->remove(id, KnockOutcome::Denied);
  if (impl_->denied) impl_->denied(knock);
  return {};
}

void KnockDesk::paired(const crypto::Fingerprint& fingerprint) {
  const auto* entry = impl_->by_fingerprint(fingerprint);
  if (entry == nullptr) return;
  const auto device = impl_->allow_list.find(fingerprint);
  if (!device || !effective_grants(*device, impl_->allow_list.wall_now())) return;
  impl_->remove(entry->knock.id, KnockOutcome::Approved);
}

void KnockDesk::on_denied(std::function<void(const PendingKnock&)> observer) {
  impl_->denied = std::move(observer);
}
void KnockDesk::on_change(std::function<void()> observer) {
  impl_->observers.push_back(std::move(observer));
}

}  // namespace pf::trust
