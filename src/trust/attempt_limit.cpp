#include "trust/attempt_limit.hpp"

#include <algorithm>

namespace pf::trust {

bool AttemptLimit::take(Source source, SteadyTime now) {
  auto& bucket = source == Source::Lan ? lan_ : wan_;
  const auto burst = source == Source::Lan ? limits_.lan_burst : limits_.wan_burst;
  const auto rate = source == Source::Lan ? limits_.lan_per_second : limits_.wan_per_second;
  if (!bucket.started) {
    bucket.tokens = burst;
    bucket.started = true;
  } else {
    const std::chrono::duration<double> passed = now - bucket.filled;
    bucket.tokens = std::min(burst, bucket.tokens + passed.count() * rate);
  }
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

bool AttemptLimit::charge(const net::Endpoint& from, Source source, SteadyTime now) {
  const auto key = limit_key(from, source);
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) {
    if (addresses_.size() >= limits_.addresses) {
      by_key_.erase(addresses_.front().key);
      addresses_.pop_front();
    }
    const bool taken = take(source, now);
    addresses_.push_back({key, now, !taken});
    by_key_.emplace(key, std::prev(addresses_.end()));
    return taken;
  }
  auto& address = *known->second;
  addresses_.splice(addresses_.end(), addresses_, known->second);
  const bool early = now - address.last < limits_.per_address;
  address.last = now;
  if (early) return false;
  const bool pass = address.has_turn || take(source, now);
  address.has_turn = !pass;
  return pass;
}

}  // namespace pf::trust
