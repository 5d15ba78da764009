// How often a password or set-up code may be tried (trust-and-console.md 5.1). An attempt is
// charged before it is looked at, so that many at once are no way around it. Control thread.
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "net/endpoint.hpp"

namespace pf::webui {

class LoginThrottle {
 public:
  static constexpr unsigned kFree = 5;                   // failures without a wait
  static constexpr std::chrono::seconds kLongest{300};   // waits double from 1 s up to this
  static constexpr std::chrono::minutes kForget{15};     // a quiet address starts anew
  static constexpr std::size_t kPeers = 4096;            // the quietest is forgotten first
  static constexpr std::size_t kAllFailures = 100;       // of everybody, in
  static constexpr std::chrono::seconds kAllWindow{60};  // this time: then every address waits
  static constexpr std::chrono::seconds kAllWait{1};     // this long before an attempt

  // Charges an attempt from there as a failure. The time to wait when it may not be made now;
  // nothing is charged then.
  std::optional<std::chrono::seconds> begin(const net::Endpoint& from, SteadyTime now);
  // The attempt was right: the address starts anew.
  void succeeded(const net::Endpoint& from);
  // Nothing was tried after all (too busy): the charge is taken back.
  void take_back(const net::Endpoint& from);
  // Wrong attempts that are still free of a wait.
  unsigned tries_left(const net::Endpoint& from) const;
  std::size_t peers() const { return by_key_.size(); }

 private:
  struct Peer {
    std::string key;
    unsigned failures = 0;
    SteadyTime last;
    SteadyTime locked_until{};
    std::optional<SteadyTime> turn;  // it waited because of all failures and may try from then on
  };
  using Peers = std::list<Peer>;
  Peer& peer(const net::Endpoint& from, SteadyTime now);

  Peers peers_;  // quietest first
  std::unordered_map<std::string, Peers::iterator> by_key_;
  std::deque<SteadyTime> all_;
};

}  // namespace pf::webui
