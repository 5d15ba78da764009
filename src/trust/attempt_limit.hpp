// How often pairing may be tried: per address, and in total for each kind of source, so that a
// flood from the internet takes nothing from the local network. Control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "trust/source.hpp"

namespace pf::trust {

struct AttemptLimits {
  std::chrono::milliseconds per_address{2'000};  // between two attempts (trust-and-console.md 3.1)
  // All addresses of one source class together: `burst` attempts at once, then `per_second`.
  double lan_burst = 32, lan_per_second = 16;
  double wan_burst = 8, wan_per_second = 2;
  // Addresses remembered; the one that was quiet longest is forgotten first.
  std::size_t addresses = 4096;
};

// One charge() per attempt. An address that comes again too early is refused and its wait starts
// anew. An address that is refused only because the total is spent gets a turn: its next attempt,
// 2 s later or more, passes whatever the others do. So a device on the local network is refused at
// most once because of a flood, as long as fewer than `addresses` others come between its two
// attempts.
class AttemptLimit {
 public:
  explicit AttemptLimit(AttemptLimits limits) : limits_(limits) {}
  std::chrono::milliseconds per_address() const { return limits_.per_address; }
  // False: refuse this attempt.
  bool charge(const net::Endpoint& from, Source source, SteadyTime now);

 private:
  struct Address {
    std::string key;
    SteadyTime last;
    bool has_turn = false;
  };
  struct Bucket {
    double tokens = 0;
    SteadyTime filled{};
    bool started = false;
  };
  bool take(Source source, SteadyTime now);

  AttemptLimits limits_;
  std::list<Address> addresses_;  // quietest first
  std::unordered_map<std::string, std::list<Address>::iterator> by_key_;
  Bucket lan_, wan_;
};

}  // namespace pf::trust
