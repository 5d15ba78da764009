#include "webui/login_throttle.hpp"

#include <algorithm>

#include "trust/source.hpp"

namespace pf::webui {
namespace {

std::string key_of(const net::Endpoint& from) {
  return trust::limit_key(from, trust::source_of(from));
}

std::chrono::seconds rounded_up(SteadyTime::duration left) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(left));
}

}  // namespace

LoginThrottle::Peer& LoginThrottle::peer(const net::Endpoint& from, SteadyTime now) {
  auto key = key_of(from);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    peers_.splice(peers_.end(), peers_, found->second);
    if (now - found->second->last >= kForget) {
      found->second->failures = 0;
      found->second->turn.reset();
    }
  } else {
    if (peers_.size() >= kPeers) {
      by_key_.erase(peers_.front().key);
      peers_.pop_front();
    }
    peers_.push_back({.key = key, .failures = 0, .last = now, .locked_until = {}, .turn = {}});
    by_key_[std::move(key)] = std::prev(peers_.end());
  }
  return peers_.back();
}

std::optional<std::chrono::seconds> LoginThrottle::begin(const net::Endpoint& from,
                                                         SteadyTime now) {
  auto& who = peer(from, now);
  if (now < who.locked_until) return rounded_up(who.locked_until - now);
  while (!all_.empty() && now - all_.front() >= kAllWindow) all_.pop_front();
  if (all_.size() >= kAllFailures && !(who.turn && now >= *who.turn)) {
    // Each waits for itself: whoever comes often takes no turn from another.
    if (!who.turn) who.turn = now + kAllWait;
    who.last = now;
    return rounded_up(*who.turn - now);
  }
  who.turn.reset();
  who.last = now;
  if (++who.failures > kFree) {
    const auto doublings = std::min(who.failures - kFree - 1, 16U);
    who.locked_until = now + std::min(kLongest, std::chrono::seconds(1U << doublings));
  }
  all_.push_back(now);
  if (all_.size() > 2 * kAllFailures) all_.pop_front();
  return std::nullopt;
}

void LoginThrottle::succeeded(const net::Endpoint& from) {
  const auto found = by_key_.find(key_of(from));
  if (found == by_key_.end()) return;
  peers_.erase(found->second);
  by_key_.erase(found);
  if (!all_.empty()) all_.pop_back();
}

void LoginThrottle::take_back(const net::Endpoint& from) {
  const auto found = by_key_.find(key_of(from));
  if (found == by_key_.end() || found->second->failures == 0) return;
  --found->second->failures;
  found->second->locked_until = {};
  if (!all_.empty()) all_.pop_back();
}

unsigned LoginThrottle::tries_left(const net::Endpoint& from) const {
  const auto found = by_key_.find(key_of(from));
  if (found == by_key_.end()) return kFree;
  return found->second->failures >= kFree ? 0 : kFree - found->second->failures;
}

}  // namespace pf::webui
