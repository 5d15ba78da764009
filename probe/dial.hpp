// Short conversations with a host, each on a connection of its own: is it there, and the PIN
// ceremony (punktfunk1.md 1, 5; punktfunk2.md 4.7). Blocking; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crypto/identity.hpp"
#include "net/endpoint.hpp"
#include "probe/ending.hpp"

namespace pf::probe {

struct DialOptions {
  net::Endpoint host;
  std::vector<std::string> alpns{"pkf2", "pkf1"};
  std::optional<crypto::Identity> identity;
  std::optional<crypto::Fingerprint> expected_host;
  std::chrono::milliseconds budget{10'000};  // for the handshake, in attempts of three seconds
};

struct DialOutcome {
  Ending ending;  // kExitOk: did what it was for
  bool connected = false;
  crypto::Fingerprint host;  // what the host presented
  std::string alpn;
  std::chrono::microseconds handshake{};  // from the dial to its completion
};

// Connects and closes with code 0 before any stream is opened.
DialOutcome look(const DialOptions& options);

// The ceremony; `pin` exactly as typed, `name` as the host shall list this device. On success
// `host` is the fingerprint to pin from now on.
DialOutcome pair(const DialOptions& options, std::string_view pin, const std::string& name);

}  // namespace pf::probe
