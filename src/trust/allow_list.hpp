// The single allow-list of both protocols (architecture, section 6). Lives on the control thread;
// snapshot() may be read from any thread.
//
// Granting is durable before it is effective; narrowing is effective before it is durable, and what
// the database does not take goes to a journal beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
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
  bool after_knock = false;  // a person approved it, instead of a PIN
};

// What one edit changes; what is absent stays.
struct DeviceChange {
  std::optional<std::string> name;  // scrubbed here
  std::optional<Access> access;
  std::optional<bool> disabled;
};

// Something that observers of trust want to know beside "the list changed".
struct TrustEvent {
  enum class Kind : std::uint8_t { Granted = 1, Changed, Expired, Revoked } kind;
  std::shared_ptr<const Device> device;  // Revoked: as it was
};

struct ImportCount {
  std::size_t added = 0;
  std::size_t skipped = 0;  // one of their certificates is in the list already
};

class AllowList {
 public:
  // Whole seconds since 1970.
  using WallClock = std::function<std::int64_t()>;
  // Reads the list; an error means nobody may be admitted and the host must not start. Devices that
  // were paired until they disconnect are gone after it: a new start ended their streams.
  // `journals`: see RevocationJournal.
  static Result<std::unique_ptr<AllowList>> open(store::Database& database, Executor& executor,
                                                 WallClock clock = unix_now,
                                                 std::vector<std::filesystem::path> journals = {});
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
  // The same for every device there is, in one transaction; says how many there were.
  virtual Result<std::size_t> revoke_all() { return std::size_t{0}; }
  // All of it in one transaction, or nothing; but what narrows is in force at once and stays so.
  // Errc::UnknownDevice, Errc::BadValue (reserved grants), Errc::StoreFailed.
  virtual Result<> change(DeviceId id, const DeviceChange& change) = 0;
  Result<> rename(DeviceId id, const std::string& name) { return change(id, {name, {}, {}}); }
  Result<> set_access(DeviceId id, const Access& access) { return change(id, {{}, access, {}}); }
  Result<> set_disabled(DeviceId id, bool disabled) { return change(id, {{}, {}, disabled}); }
  // Narrows what runs now: every live lease of the device may from here on do no more than `grants`
  // within what the pairing allows, until the lease ends or the pairing's grants are edited
  // (trust-and-console.md 2.5). Says what is left. Errc::UnknownDevice when it
  // holds no lease.
  virtual Result<std::uint32_t> limit_streams(DeviceId id, std::uint32_t grants) {
    (void)grants;
    return fail(Errc::UnknownDevice, std::to_string(id));
  }

  // One row for what is one device: `id` keeps its name and access and takes over the certificates
  // of `other`, whose row goes. The access of `id` binds all of them at once, live leases included;
  // it ends up disabled when either was. Errc::UnknownDevice, Errc::BadValue (the same device, or
  // too many certificates), Errc::StoreFailed (both rows stay; what narrowed is in force).
  virtual Result<std::shared_ptr<const Device>> merge(DeviceId id, DeviceId other) = 0;
  // The opposite: that certificate gets a row of its own with the same access, which is returned.
  // Errc::UnknownDevice, Errc::BadValue (not its certificate, or its only one), Errc::StoreFailed.
  virtual Result<std::shared_ptr<const Device>> split(DeviceId id,
                                                      const crypto::Fingerprint& fingerprint) = 0;
  // Adds devices as export has them (ids, revisions and clients do not count), all or none. Those
  // of whom a certificate is known already are left alone. Errc::BadValue with a sentence,
  // Errc::StoreFailed.
  virtual Result<ImportCount> import_devices(const std::vector<Device>& devices) = 0;

  // Last seen, and what the client says it is (an empty one changes nothing); kept in memory and
  // written now and then.
  virtual void touch(const crypto::Fingerprint& fingerprint, const net::Endpoint& from,
                     const ClientInfo& client = {}) = 0;

  // Whoever makes the changes from here to the end of the returned object's life, which must end
  // within the same turn of the control thread.
  class [[nodiscard]] Acting {
   public:
    Acting(AllowList& list, Actor actor)
        : list_(list), before_(std::exchange(list.actor_, std::move(actor))) {}
    ~Acting() { list_.actor_ = std::move(before_); }
    Acting(const Acting&) = delete;
    Acting& operator=(const Acting&) = delete;

   private:
    AllowList& list_;
    Actor before_;
  };
  Acting acting(Actor actor) { return {*this, std::move(actor)}; }
  const Actor& actor() const { return actor_; }

  // Writes what is no change of the list (a sign-in, a refusal) to the audit log, under the name of
  // actor().
  virtual Result<> note(const AuditNote& what) = 0;
  // Entries after that id, oldest first; with 0 the newest ones, oldest first. At most `limit`.
  virtual Result<std::vector<AuditEntry>> audit(std::int64_t after, std::int64_t limit) const = 0;

  // A revocation or narrowing is in force but not on disk yet; storing is tried again until it
  // works.
  virtual bool unsaved_revocations() const = 0;
  // All of that is in a journal beside the database, so it outlives this process.
  virtual bool unsaved_are_noted() const { return false; }
  // The clock that expiry is judged by. Any thread.
  virtual std::int64_t wall_now() const { return unix_now(); }
  // Leases alive now, for status.
  virtual std::size_t live_leases(DeviceId id) const = 0;
  // Runs on the control thread after each change of the list.
  virtual void on_change(std::function<void()> observer) = 0;
  // The same, once for each thing that happened; an expiry, too, which changes no row.
  virtual void on_event(std::function<void(const TrustEvent&)> observer) { (void)observer; }

 private:
  Actor actor_;
};

}  // namespace pf::trust
