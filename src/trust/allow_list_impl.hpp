// The allow-list over the database. Its parts: allow_list.cpp (who may come in),
// allow_list_edit.cpp (changes by people), allow_list_store.cpp (what is in force but not stored
// yet, expiry).
#pragma once

#include <limits>
#include <mutex>
#include <set>

#include "trust/lease_impl.hpp"
#include "trust/revocation_journal.hpp"
#include "trust/stream_marks.hpp"

namespace pf::trust {

class AllowListImpl final : public AllowList {
 public:
  AllowListImpl(store::Database& database, Executor& executor, WallClock clock,
                std::vector<std::filesystem::path> journals);
  Result<> load();

  std::shared_ptr<const Snapshot> snapshot() const override;
  Result<LeasePtr> admit(const crypto::Fingerprint& fingerprint, Plane plane,
                         std::uint32_t required) override;
  void set_open(bool open) override;
  bool open() const override { return open_; }
  Result<LeasePtr> admit_guest(const Candidate& guest) override;
  Result<std::shared_ptr<const Device>> approve(const Candidate& candidate,
                                                std::optional<Access> access) override;
  Result<> revoke(DeviceId id) override;
  Result<std::size_t> revoke_all() override;
  Result<> change(DeviceId id, const DeviceChange& change) override;
  Result<std::shared_ptr<const Device>> merge(DeviceId id, DeviceId other) override;
  Result<std::shared_ptr<const Device>> split(DeviceId id,
                                              const crypto::Fingerprint& fingerprint) override;
  Result<ImportCount> import_devices(const std::vector<Device>& devices) override;
  Result<std::uint32_t> limit_streams(DeviceId id, std::uint32_t grants) override;
  void touch(const crypto::Fingerprint& fingerprint, const net::Endpoint& from,
             const ClientInfo& client) override;
  Result<> note(const AuditNote& what) override;
  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::int64_t limit) const override;
  bool unsaved_revocations() const override;
  bool unsaved_are_noted() const override { return unsaved_revocations() && noted_; }
  std::int64_t wall_now() const override { return clock_(); }
  std::size_t live_leases(DeviceId id) const override;
  void on_change(std::function<void()> observer) override {
    observers_.push_back(std::move(observer));
  }
  void on_event(std::function<void(const TrustEvent&)> observer) override {
    event_observers_.push_back(std::move(observer));
  }

 private:
  using Kind = TrustEvent::Kind;
  using Shared = std::shared_ptr<const Device>;

  // -- the list
  static void insert(Snapshot& list, Shared device);
  static void erase(Snapshot& list, const Device& device);
  Shared by_id(DeviceId id) const;
  void publish(std::shared_ptr<const Snapshot> list);
  void replace(const Shared& device);
  void changed();
  void tell(Kind kind, const Shared& device);

  // Of a device that is not in the list any more: ends what it has, and remembers to store that.
  void put_out(const Shared& device);

  // -- leases
  std::shared_ptr<LeaseImpl> make_lease(DeviceId id, std::string name,
                                        const crypto::Fingerprint& fingerprint,
                                        const LeaseImpl::Terms& terms);
  template <class Wanted>
  std::vector<std::shared_ptr<LeaseImpl>> leases_where(const Wanted& wanted) const {
    std::vector<std::shared_ptr<LeaseImpl>> found;
    for (const auto& weak : leases_)
      if (auto lease = weak.lock(); lease && wanted(*lease)) found.push_back(std::move(lease));
    return found;
  }
  // Brings live leases in line with a device's current row.
  void apply_to_leases(const Device& device);
  // Also those that its certificates got as guests, before it was paired.
  void stop_leases(const Device& device, StopReason reason);
  void rehome_leases(const Device& device);
  void stream_gone(const crypto::Fingerprint& fingerprint);
  std::size_t streams(const Device& device) const;

  // -- edits. What is lost is lost at once; what is gained waits for the disk.
  void narrow(const Device& before, const Device& after);
  Failure unsaved_narrowing(std::initializer_list<DeviceId> ids, const Error& error);

  // -- the disk
  Result<> append(std::string_view what, std::optional<DeviceId> id, const std::string& name,
                  const std::string& detail);
  // What is in force but not on disk goes first: nothing may be granted over it.
  Result<> store(const std::function<Result<>()>& body);
  // Stores what is in force but not on disk: revocations, and narrowed rows as they are now.
  Result<> save_revocations();
  void retry_saving();
  // Puts all that is unsaved into the journal.
  void note_down();
  // Makes rows of the database what the journal says they are.
  void take_journal(std::vector<RevocationJournal::Entry> entries,
                    std::map<DeviceId, std::shared_ptr<Device>>& devices);
  void save_seen();

  // -- time
  void watch_expiry();
  void expired(const Shared& device);

  store::Database& database_;
  Executor& executor_;
  const WallClock clock_;
  mutable std::mutex mutex_;  // guards the pointer only; held for a copy of it
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::weak_ptr<LeaseImpl>> leases_;
  struct Revocation {
    Shared device;
    Actor by;
    std::int64_t unix_time;
    std::string detail;
  };
  std::vector<Revocation> unsaved_;
  std::set<DeviceId> unsaved_narrowings_;
  const RevocationJournal journal_;
  bool noted_ = false;  // what is unsaved is in the journal
  std::map<DeviceId, Shared> seen_unsaved_;
  std::vector<std::function<void()>> observers_;
  std::vector<std::function<void(const TrustEvent&)>> event_observers_;
  std::set<DeviceId> expired_told_;
  StreamMarks marks_;
  std::map<DeviceId, std::unique_ptr<Executor::Timer>> away_;
  bool open_ = false;
  DeviceId last_nameless_ = std::numeric_limits<DeviceId>::min() / 2;
  std::unique_ptr<Executor::Timer> save_timer_, seen_timer_, expiry_timer_;
};

}  // namespace pf::trust
