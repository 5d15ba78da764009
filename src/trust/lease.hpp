// A lease: the right of one admitted connection, waiting launch or stream to be served. No lease,
// no service. The allow-list keeps a weak index of leases and stops them when trust changes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "trust/device.hpp"

namespace pf::trust {

enum class StopReason : std::uint8_t { Revoked = 1, Disabled, Expired };
const char* name(StopReason reason);

// A device's rights as its client is told of them (punktfunk1.md 4.2, AccessUpdate).
struct AccessUpdate {
  std::uint32_t grants = 0;
  std::uint32_t remaining_s = 0;  // until the access ends, at least 1; 0 = it does not end
  bool operator==(const AccessUpdate&) const = default;
};

class Lease {
 public:
  virtual ~Lease() = default;
  virtual DeviceId device() const = 0;
  virtual const std::string& device_name() const = 0;  // as at admission
  virtual const crypto::Fingerprint& fingerprint() const = 0;
  // The live grant mask; 0 once stopped. Any thread, valid as long as the lease.
  virtual const std::atomic<std::uint32_t>& grants() const = 0;
  // Any thread.
  virtual bool stopped() const = 0;
  // Control thread. `stop` runs on the control thread within the revoking call, after grants()
  // became 0; it must shut the input gate and mute media at once and must not block. When the lease
  // is stopped already it runs immediately. Replaces an earlier callback.
  virtual void on_stop(std::function<void(StopReason)> stop) = 0;
  // Control thread. `changed` runs on the control thread after grants() changed while the lease
  // goes on, so that what is held without right any more can be let go at once. Replaces an earlier
  // one.
  virtual void on_grants_changed(std::function<void()> changed) { (void)changed; }
  // Control thread: the rights now.
  virtual AccessUpdate access() const { return {grants().load(std::memory_order_acquire), 0}; }
  // Control thread. `update` runs on the control thread when the grants or the end of the access
  // were changed, and when 300 s and 60 s are left; a mark that had passed at admission or at the
  // last change is not told (trust-and-console.md 2.5). Replaces an earlier one.
  virtual void on_access_update(std::function<void(const AccessUpdate&)> update) { (void)update; }
  // Control thread. A stream of this device runs as long as the mark is held. When the last mark of
  // an until_disconnect device is gone for 60 s, its row is removed (trust-and-console.md 2.4). Any
  // thread may let go of it.
  [[nodiscard]] virtual std::shared_ptr<void> mark_stream() { return {}; }
};
using LeasePtr = std::shared_ptr<Lease>;

}  // namespace pf::trust
