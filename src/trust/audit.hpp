// Who changed what about whom, and from where: what the audit log holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pf::trust {

// Who speaks while a change is made. `by`: "console", "ctl", the name of a token or a device, or
// "host" for what the host does by itself (an access that is over). `from`: an address, or empty.
struct Actor {
  std::string by = "host";
  std::string from;
  bool operator==(const Actor&) const = default;
};

struct AuditEntry {
  std::int64_t id = 0;  // rises by one; gaps only where old entries went
  std::int64_t unix_time = 0;
  // "paired", "approved", "denied", "access_changed", "disabled", "enabled", "renamed", "merged",
  // "split", "imported", "expired", "revoked", "signed_in", …
  std::string what;
  std::optional<std::int64_t> device_id;
  std::string device_name;
  std::string by, from;  // Actor
  std::string detail;    // for people; no secrets
};

// Something that happened beside the list of devices.
struct AuditNote {
  std::string what;
  std::optional<std::int64_t> device_id = {};
  std::string device_name = {};
  std::string detail = {};
};

}  // namespace pf::trust
