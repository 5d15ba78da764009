// A network path in virtual time: loses, delays, reorders and repeats datagrams by a seeded random
// sequence, so that every run can be repeated exactly.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <utility>

#include "base/bytes.hpp"

namespace pf::sim {

struct LinkOptions {
  std::uint64_t seed = 1;
  double loss = 0;       // probability that a datagram begins a loss
  double burst = 0;      // probability that a loss goes on with the next datagram
  double duplicate = 0;  // probability of a second copy
  std::int64_t delay_ns = 1'000'000;
  double late = 0;           // probability of additional delay
  std::int64_t late_ns = 0;  // how much at most: later datagrams overtake
};

class Link {
 public:
  explicit Link(const LinkOptions& options) : options_(options), random_(options.seed) {}

  // A datagram enters the path. False when it will not come out.
  bool send(std::int64_t now_ns, ByteSpan datagram) {
    losing_ = chance(losing_ ? options_.burst : options_.loss);
    if (losing_) return false;
    deliver(now_ns, datagram);
    if (chance(options_.duplicate)) deliver(now_ns, datagram);
    return true;
  }

  // Calls take(ByteSpan) for everything that has come out by `now_ns`, in order of arrival.
  template <class Take>
  void receive(std::int64_t now_ns, Take&& take) {
    while (!path_.empty() && path_.begin()->first.first <= now_ns) {
      const Bytes datagram = std::move(path_.begin()->second);
      path_.erase(path_.begin());
      take(ByteSpan(datagram));
    }
  }

 private:
  bool chance(double probability) {
    return std::uniform_real_distribution<>(0, 1)(random_) < probability;
  }
  void deliver(std::int64_t now_ns, ByteSpan datagram) {
    std::int64_t at = now_ns + options_.delay_ns;
    if (chance(options_.late))
      at += std::uniform_int_distribution<std::int64_t>(0, options_.late_ns)(random_);
    path_.emplace(std::pair{at, next_++}, Bytes(datagram.begin(), datagram.end()));
  }

  LinkOptions options_;
  std::mt19937_64 random_;
  bool losing_ = false;
  std::uint64_t next_ = 0;  // keeps the order of datagrams that arrive together
  std::map<std::pair<std::int64_t, std::uint64_t>, Bytes> path_;
};

}  // namespace pf::sim
