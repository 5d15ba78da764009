// The administrator's lane: the bearer token, from this machine only (trust-and-console.md 4.1).
// Control thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/digest.hpp"
#include "http/server.hpp"
#include "webui/schema.hpp"

namespace pf::webui {

// Counts failures per address (an IPv6 /64 counts as one), so that nobody can be locked out by
// somebody else. Bounded: the address with the oldest failure is forgotten first.
class FailureCounter {
 public:
  static constexpr unsigned kFailures = 10;
  static constexpr std::chrono::seconds kWindow{60};
  static constexpr std::size_t kAddresses = 256;

  // Notes a failure now. The time to wait when the address had too many, else zero.
  std::chrono::seconds fail(const net::Endpoint& from, SteadyTime now);
  std::size_t addresses() const { return counts_.size(); }

 private:
  struct Count {
    unsigned failures = 0;
    SteadyTime since;
  };
  std::map<std::string, Count> counts_;
};

class AdminAuth {
 public:
  // Keeps the digest of the token only.
  explicit AdminAuth(std::string_view token);

  // Nothing when the request may do everything. 401: no or wrong token, or the right one from
  // another machine; 429 after too many of those from one address. A right token is never delayed.
  std::optional<Problem> check(const http::Request& request, SteadyTime now);

 private:
  crypto::Sha256 digest_;
  FailureCounter failures_;
};

}  // namespace pf::webui
