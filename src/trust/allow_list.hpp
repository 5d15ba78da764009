// The single allow-list of both protocols (architecture, section 6). Lives on the control thread;
// snapshot() may be read from any thread.
//
// Granting is durable before it is effective; narrowing is effective before it is durable.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "net/endpoint.hpp"
#include "trust/lease.hpp"

namespace pf::store {
class Database;
}

namespace pf::trust {

enum class Errc {
  UnknownDevice = 1,
  NotAllowed,
  Expired,
  Disabled,
  StoreFailed,
  BadValue,
  NothingWaiting,
  TooMany,
  AlreadyWaiting,
  FromInternet
};
const char* error_room(Errc);
const char* error_text(Errc);

struct Snapshot {
  std::map<DeviceId, std::shared_ptr<const Device>> devices;
  std::map<crypto::Fingerprint, std::shared_ptr<const Device>> by_fingerprint;
};

// A peer that has proved everything its protocol asks for.
struct Candidate {
  crypto::Fingerprint fingerprint;
  Plane plane = Plane::GameStream;
  std::string name;  // scrubbed here
  std::string address;
};

class AllowList {
 public:
  // Whole seconds since 1970.
  using WallClock = std::function<std::int64_t()>;
  // Reads the list; an error means nobody may be admitted and the host must not start. Devices that
  // were paired until they disconnect are gone after it: a new start ended their streams.
  static Result<std::unique_ptr<AllowList>> open(store::Database& database, Executor& executor,
                                                 WallClock clock = unix_now);
  virtual ~AllowList() = default;

  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;  // any thread
  // Exact match; nothing for unknown. Says who it is, not what it may do (see admit).
  std::shared_ptr<const Device> find(const crypto::Fingerprint& fingerprint) const;

  // Effective grants are checked and the lease registered in one step, so a revocation cannot slip
  // in between. `required`: grants that must all be held.
  virtual Result<LeasePtr> admit(const crypto::Fingerprint& fingerprint, Plane plane,
                                 std::uint32_t required) = 0;
  // Open mode (trust-and-console.md 3.5): unpaired native peers come in with full access. Off at
  // start. Switching it off stops the leases of such guests.
  virtual void set_open(bool open) { (void)open; }
  virtual bool open() const { return false; }
  // A lease for a peer that is not in the list, while open mode is on; its device() is negative and
  // names no row. Errc::UnknownDevice when open mode is off. A certificate that is in the list is
  // judged by its row, as by admit(). An empty fingerprint is a peer without a certificate.
  virtual Result<LeasePtr> admit_guest(const Candidate& guest) {
    return fail(Errc::UnknownDevice, guest.name);
  }
  // Stores first, then publishes. Pairing a known certificate again keeps its row, name and access
  // unless `access` or a new name is given.
  virtual Result<std::shared_ptr<const Device>> approve(const Candidate& candidate,
                                                        std::optional<Access> access = {}) = 0;
  // Publishes and stops every lease first, then stores. On a store error the device stays out and
  // the error is returned; unsaved_revocations() stays true until a later store succeeds (retried).
  virtual Result<> revoke(DeviceId id) = 0;
  virtual Result<> rename(DeviceId id, const std::string& name) = 0;
  virtual Result<> set_access(DeviceId id, const Access& access) = 0;
  virtual Result<> set_disabled(DeviceId id, bool disabled) = 0;
  // Last seen; kept in memory and written now and then.
  virtual void touch(const crypto::Fingerprint& fingerprint, const net::Endpoint& from) = 0;

  // A revocation or narrowing is in force but not on disk yet; storing is tried again until it
  // works.
  virtual bool unsaved_revocations() const = 0;
  // The clock that expiry is judged by. Any thread.
  virtual std::int64_t wall_now() const { return unix_now(); }
  // Leases alive now, for status.
  virtual std::size_t live_leases(DeviceId id) const = 0;
  // Runs on the control thread after each change of the list.
  virtual void on_change(std::function<void()> observer) = 0;
};

}  // namespace pf::trust
