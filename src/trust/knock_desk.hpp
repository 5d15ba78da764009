// Devices that connected without being paired and wait for a person's decision
// (trust-and-console.md 3.2). Control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "net/endpoint.hpp"
#include "trust/allow_list.hpp"
#include "trust/source.hpp"

namespace pf::trust {

struct KnockRequest {
  crypto::Fingerprint fingerprint;
  std::string name;  // as the client sent it; scrubbed here
  net::Endpoint from;
  Source source = Source::Wan;
};

// How waiting ended. Close codes: punktfunk2.md 4.6.
enum class KnockOutcome : std::uint8_t {
  Approved = 1,  // admit it now, like a device that was paired all along
  Denied,        // 0x64
  TimedOut,      // 0x65; also when the list was full of other waiting devices
  Superseded,    // 0x66: the same device knocked again
  Withdrawn,     // withdraw(): the connection is gone
};
const char* name(KnockOutcome outcome);

// One parked connection: the entry and the knock that parked it.
struct KnockTicket {
  std::uint32_t id = 0;
  std::uint64_t generation = 0;
};

struct PendingKnock {
  std::uint32_t id = 0;
  std::string name;
  crypto::Fingerprint fingerprint;
  net::Endpoint from;
  Source source = Source::Wan;
  std::chrono::seconds age{0};  // since its newest knock
  bool parked = false;          // a connection waits right now
};

struct KnockLimits {
  std::size_t total = 32;
  std::size_t per_address = 4;
  std::chrono::milliseconds park{180'000};  // how long a connection waits
  std::chrono::milliseconds ttl{600'000};   // how long an entry lives after its newest knock
};

class KnockDesk {
 public:
  using Waiter = std::function<void(KnockOutcome)>;
  KnockDesk(Executor& executor, AllowList& allow_list, KnockLimits limits = {});
  ~KnockDesk();

  // Parks a connection. `waiter` runs exactly once, on the control thread, perhaps within a later
  // call of this object, never within this one. The device's earlier connection ends as Superseded;
  // its entry keeps its id. For devices that admit() refused as unknown or expired:
  // Errc::Disabled for a device that a person locked out, which is not asked about again;
  // Errc::TooMany for one from the internet when devices of the own network fill the list.
  Result<KnockTicket> knock(KnockRequest request, Waiter waiter);
  // The connection is gone: its waiter ends as Withdrawn, the entry stays until its time is over.
  // Nothing happens for a ticket that is not the newest one of its entry, or ended.
  void withdraw(const KnockTicket& ticket);

  // Oldest entry first.
  std::vector<PendingKnock> pending() const;

  // Stores, then takes the entry out, then wakes the connection. `name`: the operator's, else the
  // device's own. Without a choice a new device gets full and permanent access; a known one keeps
  // its own, and when that is over, gets the same rights for as long as the last time.
  // Errors, all of which leave the entry waiting: Errc::NothingWaiting, Errc::FromInternet (bind a
  // PIN window to the device instead), Errc::BadValue, Errc::Disabled, Errc::StoreFailed.
  Result<std::shared_ptr<const Device>> approve(std::uint32_t id, const std::string& name = {},
                                                const AccessChoice& access = {});
  // Takes the entry out. No block-list: the next attempt knocks again. Errc::NothingWaiting.
  Result<> deny(std::uint32_t id);
  // The device was paired in another way (PIN). When it may come in now, its entry goes and its
  // parked connection ends as Approved; when its kept access is over, it goes on waiting.
  void paired(const crypto::Fingerprint& fingerprint);

  // A person turned a device away. One observer.
  void on_denied(std::function<void(const PendingKnock&)> observer);
  // Runs after the list changed.
  void on_change(std::function<void()> observer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::trust
