// Who may use this host: devices, their certificates and their rights.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/x509.hpp"
#include "trust/audit.hpp"
#include "trust/grants.hpp"

namespace pf::trust {

using DeviceId = std::int64_t;
enum class Plane : std::uint8_t { Native = 1, GameStream = 2 };
const char* name(Plane plane);  // "native", "gamestream"

struct Credential {
  crypto::Fingerprint fingerprint;
  Plane plane = Plane::GameStream;
  std::int64_t paired_unix = 0;
};

struct Access {
  std::uint32_t grants = grant::kAll;
  std::optional<std::int64_t> expires_unix;  // absent = permanent
  // The row goes when the device's last stream has been away for a minute, and at the next start
  // (trust-and-console.md 2.4).
  bool until_disconnect = false;
  bool operator==(const Access&) const = default;
};

// What a person chose when arming a PIN or approving a knock. Nothing chosen at all keeps what a
// known device has; any choice replaces the whole access.
struct AccessChoice {
  std::optional<std::uint32_t> grants;       // absent = full
  std::optional<std::int64_t> expires_in_s;  // counted from the moment of pairing; absent = never
  bool until_disconnect = false;
  Actor by{};  // who chose
  bool empty() const { return !grants && !expires_in_s && !until_disconnect; }
  // Nothing when the choice may stand; else one sentence: reserved bits, a negative time, or
  // until_disconnect alone, which would mean full and permanent (trust-and-console.md 2.4).
  const char* problem() const;
  // Nothing when empty().
  std::optional<Access> from(std::int64_t now_unix) const;
};
// For people: "full, no end", "controller, until 2030-01-31 18:00 UTC".
std::string describe(const Access& access);
// now + seconds, at most the latest time there is (trust-and-console.md 2.3).
std::int64_t saturating_add(std::int64_t now_unix, std::int64_t seconds);

// What a client says that it is; proves nothing. Either may be empty.
struct ClientInfo {
  std::string kind;     // "Moonlight (Android)", "linux"
  std::string version;  // "0.43"
  bool operator==(const ClientInfo&) const = default;
};

// One row of the allow-list. A device may hold a native and a GameStream certificate.
struct Device {
  DeviceId id = 0;
  std::string name;  // scrubbed (scrub_name)
  bool disabled = false;
  Access access;
  std::int64_t created_unix = 0;
  std::optional<std::int64_t> last_seen_unix;
  std::string last_address;
  std::vector<Credential> credentials;
  std::optional<std::int64_t> granted_unix;  // when a person last chose its access
  // Rises with every change that a person made or sees: name, access, certificates. Not with
  // last_seen_unix, last_address and client.
  std::int64_t revision = 1;
  ClientInfo client;  // as it said last
};

// What the device may do right now; nothing when it is disabled or its access expired. Expiry
// compares with the wall clock at each check.
std::optional<std::uint32_t> effective_grants(const Device& device, std::int64_t now_unix);

// A name from a peer or a person made safe for logs, lists and terminals
// (trust-and-console.md 3.3): control, bidi and format characters removed, white space collapsed,
// at most 64 bytes. Empty gives "device " and the first 8 digits of the fingerprint.
std::string scrub_name(std::string_view name, const crypto::Fingerprint& fingerprint);
// The same for any other short text of a peer; may be empty.
std::string scrub_text(std::string_view text, std::size_t max_bytes);

}  // namespace pf::trust
