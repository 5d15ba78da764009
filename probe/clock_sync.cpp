#include "probe/clock_sync.hpp"

#include <algorithm>
#include <bit>

namespace pf::probe {
namespace {

constexpr std::uint64_t kGoodRttNs = 2'000'000;
constexpr unsigned kRejectedBatches = 3;

}  // namespace

void ClockSync::begin(SteadyTime now) {
  phase_ = Phase::Connecting;
  sent_ = heard_ = 0;
  outstanding_ = false;
  best_.reset();
  open_.clear();
  at_ = now;
}

void ClockSync::resync(SteadyTime now) {
  if (phase_ != Phase::Waiting) return;
  phase_ = Phase::Batch;
  sent_ = heard_ = 0;
  best_.reset();
  open_.clear();
  at_ = now;
}

bool ClockSync::due(SteadyTime now) {
  switch (phase_) {
    case Phase::Idle:
      return false;
    case Phase::Connecting:
      if (outstanding_ && now >= at_) {
        // No answer: the exchange ends. Without any answer the clocks count as one.
        unanswered_ += kRounds - heard_;
        outstanding_ = false;
        open_.clear();
        if (best_) take(*best_);
        phase_ = Phase::Waiting;
        at_ = best_ ? now + kInterval : SteadyTime::max();
        return false;
      }
      return !outstanding_;
    case Phase::Waiting:
      if (now < at_) return false;
      resync(now);
      return true;
    case Phase::Batch:
      return now >= at_;
    case Phase::Settling:
      if (now >= at_) finish_batch(now);
      return false;
  }
  return false;
}

void ClockSync::sent(std::uint64_t t1_ns, SteadyTime now) {
  open_.push_back(t1_ns);
  ++sent_;
  if (phase_ == Phase::Connecting) {
    outstanding_ = true;
    at_ = now + kRoundTimeout;
  } else if (sent_ == kRounds) {
    phase_ = Phase::Settling;
    at_ = now + kRoundTimeout;
  } else {
    at_ = now + kSpacing;
  }
}

ClockSync::Echo ClockSync::on_echo(const native::wire::ClockEcho& echo, std::uint64_t t4_ns,
                                   SteadyTime now) {
  const auto it = std::find(open_.begin(), open_.end(), echo.t1);
  if (it == open_.end()) return Echo::Unexpected;
  open_.erase(it);
  ++heard_;
  // Differences first: the stamps themselves may lie anywhere in 64 bits.
  const auto there = std::bit_cast<std::int64_t>(echo.t2 - echo.t1);
  const auto back = std::bit_cast<std::int64_t>(echo.t3 - t4_ns);
  const auto inside = std::bit_cast<std::int64_t>(echo.t3 - echo.t2);
  const auto whole = std::bit_cast<std::int64_t>(t4_ns - echo.t1);
  const bool possible = inside >= 0 && inside <= whole;
  if (possible) {
    const Round round{static_cast<std::uint64_t>(whole - inside), there / 2 + back / 2};
    if (!best_ || round.rtt_ns < best_->rtt_ns) best_ = round;
  }
  if (phase_ == Phase::Connecting) {
    outstanding_ = false;
    at_ = now;
    if (heard_ == kRounds) {
      if (best_) take(*best_);
      phase_ = Phase::Waiting;
      at_ = now + kInterval;
    }
  } else if (phase_ == Phase::Settling && heard_ == kRounds) {
    finish_batch(now);
  }
  return possible ? Echo::Taken : Echo::Impossible;
}

void ClockSync::take(const Round& round) {
  offset_ns_ = round.offset_ns;
  rtt_ns_ = round.rtt_ns;
  floor_ns_ = floor_ns_ == 0 ? round.rtt_ns : std::min(floor_ns_, round.rtt_ns);
}

void ClockSync::finish_batch(SteadyTime now) {
  unanswered_ += kRounds - heard_;
  phase_ = Phase::Waiting;
  at_ = now + kInterval;
  open_.clear();
  if (!best_) return;
  if (best_->rtt_ns <= std::max(kGoodRttNs, floor_ns_ + floor_ns_ / 2)) {
    take(*best_);
    ++resyncs_;
    kept_.reset();
    kept_count_ = 0;
    return;
  }
  ++rejected_;
  if (!kept_ || best_->rtt_ns < kept_->rtt_ns) kept_ = best_;
  if (++kept_count_ < kRejectedBatches) return;
  take(*kept_);
  ++resyncs_;
  kept_.reset();
  kept_count_ = 0;
}

SteadyTime ClockSync::next() const {
  switch (phase_) {
    case Phase::Idle:
      return SteadyTime::max();
    case Phase::Connecting:
      return outstanding_ ? at_ : SteadyTime{};
    default:
      return at_;
  }
}

}  // namespace pf::probe
