#include "trust/pairing_desk.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace pf::trust {
namespace {

constexpr std::size_t kOutcomes = 32;

bool valid_pin(const std::string& pin) {
  return !pin.empty() && pin.size() <= 16 &&
         std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

struct PairingDesk::Impl {
  struct Entry {
    PinRequest request;
    Waiter waiter;
    std::unique_ptr<Executor::Timer> timer;
  };
  Executor& executor;
  PinLimits limits;
  std::vector<Entry> entries;
  std::vector<Outcome> outcomes;
  std::vector<std::function<void()>> observers;
  std::uint64_t next_id = 1;
  std::uint64_t outcome_serial = 0;

  void changed() {
    for (const auto& observer : observers) observer();
  }
  // Takes the entry out before its waiter runs: the waiter may come back with a new request.
  void finish(std::uint64_t id, PinAnswer answer) {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const Entry& e) { return e.request.id == id; });
    if (it == entries.end()) return;
    auto entry = std::move(*it);
    entries.erase(it);
    changed();
    if (entry.waiter) entry.waiter(std::move(answer));
  }
};

PairingDesk::PairingDesk(Executor& executor, PinLimits limits)
    : impl_(new Impl{executor, limits, {}, {}, {}, 1, 0}) {}
PairingDesk::~PairingDesk() = default;

Result<std::uint64_t> PairingDesk::wait_for_pin(PinRequest request, Waiter waiter) {
  const auto same_address = [&](const Impl::Entry& e) {
    return e.request.from.address() == request.from.address();
  };
  const auto earlier =
      std::find_if(impl_->entries.begin(), impl_->entries.end(), [&](const Impl::Entry& e) {
        return same_address(e) && e.request.fingerprint == request.fingerprint;
      });
  if (earlier != impl_->entries.end())
    impl_->finish(earlier->request.id, {PinAnswer::Kind::Replaced, {}, {}, {}});
  const auto here = std::count_if(impl_->entries.begin(), impl_->entries.end(), same_address);
  if (static_cast<std::size_t>(here) >= impl_->limits.per_address)
    return fail(Errc::AlreadyWaiting, request.from.address());
  if (impl_->entries.size() >= impl_->limits.total) return fail(Errc::TooMany);

  request.id = impl_->next_id++;
  request.since_unix = unix_now();
  const auto id = request.id;
  log::info("trust", "a client waits for its PIN", "request", id, "address", request.from.address(),
            "fingerprint", request.fingerprint);
  impl_->entries.push_back(
      {std::move(request), std::move(waiter), impl_->executor.after(impl_->limits.wait, [this, id] {
         report(id, false, "nobody typed the PIN in time");
         impl_->finish(id, {PinAnswer::Kind::TimedOut, {}, {}, {}});
       })});
  impl_->changed();
  return id;
}

void PairingDesk::cancel(std::uint64_t id) {
  impl_->finish(id, {PinAnswer::Kind::Cancelled, {}, {}, {}});
}

std::vector<PinRequest> PairingDesk::pending() const {
  std::vector<PinRequest> requests;
  for (const auto& entry : impl_->entries) requests.push_back(entry.request);
  return requests;
}

Result<> PairingDesk::submit_pin(std::uint64_t id, const std::string& pin, const std::string& label,
                                 const AccessChoice& access) {
  if (!valid_pin(pin)) return fail(Errc::BadValue, "a PIN is 1 to 16 digits");
  if (const auto* problem = access.problem()) return fail(Errc::BadValue, problem);
  const bool waiting = std::any_of(impl_->entries.begin(), impl_->entries.end(),
                                   [&](const auto& e) { return e.request.id == id; });
  if (!waiting) return fail(Errc::NothingWaiting);
  impl_->finish(id, {PinAnswer::Kind::Typed, pin, label, access});
  return {};
}

Result<std::uint64_t> PairingDesk::only_pending() const {
  if (impl_->entries.empty()) return fail(Errc::NothingWaiting);
  if (impl_->entries.size() > 1) return fail(Errc::TooMany, "say which one");
  return impl_->entries.front().request.id;
}

void PairingDesk::report(std::uint64_t request_id, bool paired, std::string text) {
  log::info("trust", paired ? "pairing completed" : "pairing failed", "request", request_id, "what",
            text);
  impl_->outcomes.push_back(
      {++impl_->outcome_serial, request_id, unix_now(), paired, std::move(text)});
  if (impl_->outcomes.size() > kOutcomes) impl_->outcomes.erase(impl_->outcomes.begin());
  impl_->changed();
}

const std::vector<PairingDesk::Outcome>& PairingDesk::outcomes() const {
  return impl_->outcomes;
}
void PairingDesk::on_change(std::function<void()> observer) {
  impl_->observers.push_back(std::move(observer));
}

}  // namespace pf::trust
