#include "session/path_share.hpp"

#include <algorithm>
#include <utility>

namespace pf::session {
namespace {

// Loss above the ground by half of it and by this much is not the path's own.
constexpr std::uint32_t kSudden = 15'000;
// From here on no second window is waited for.
constexpr std::uint32_t kSevere = 100'000;
// How fast the ground follows a better path, as a share of the difference.
constexpr std::uint32_t kGroundDown = 4;
// A loss that a fall leaves as it was, within these bounds, has nothing to do with what is sent.
constexpr double kSameLow = 0.6, kSameHigh = 1.6;
// More than this no path loses by itself.
constexpr std::uint32_t kMostGround = 250'000;
// Below what arrived, so that queues on the way empty.
constexpr double kBelowArrived = 0.85, kGentle = 0.85;
// Not further at once: a client that waits for a repair counts what it throws away.
constexpr double kDeepest = 0.25;
// Windows in a row: with frames that parity could not repair, with losses that it could, with a
// queue; and how long a fall takes to show.
constexpr unsigned kBadWindows = 2, kLossyWindows = 4, kSlowWindows = 3, kSettling = 2;
constexpr std::uint32_t kQueueing = 60, kQueueRest = 40;
// After a fall, losses are still those of before it: in what is repaired, and asked for again.
constexpr unsigned kAftermath = 6;
constexpr unsigned kMostHold = 16;
constexpr unsigned kFirstStep = 20, kMostStep = 80;  // permille of the share
// Around the share at which it was stopped, steps stay small: a queue shows before packets are
// lost.
constexpr unsigned kNearLow = 900, kNearHigh = 1100;  // permille of that share
// A loss that grows this much in spite of a fall is a new one.
constexpr double kWorse = 1.5;

}  // namespace

unsigned PathShare::report(const Window& window) {
  const auto ppm = window.loss_ppm;
  const bool sudden = ppm > ground_ppm_ + ground_ppm_ / 2 + kSudden;
  reason_ = Reason::Steady;
  if (ppm < ground_ppm_) ground_ppm_ -= (ground_ppm_ - ppm) / kGroundDown;
  congested_ = aftermath_ > 0 || (sudden && window.queue_ms >= kQueueRest);
  if (aftermath_ > 0) --aftermath_;
  const bool worse = ppm >= kSevere && ppm > fell_at_ppm_ * kWorse;
  if (settling_ > 0 && !worse) {
    --settling_;
    return share_;
  }
  bad_ = sudden && window.frame_lost ? bad_ + 1 : 0;
  lossy_ = sudden ? lossy_ + 1 : 0;
  slow_ = window.queue_ms >= kQueueing ? slow_ + 1 : 0;

  if (!sudden && hold_ == 0) fell_at_ppm_ = 0;
  if (sudden && !config_.guessed && window.queue_ms < kQueueRest && fell_at_ppm_ != 0 &&
      ppm < kMostGround && ppm > fell_at_ppm_ * kSameLow && ppm < fell_at_ppm_ * kSameHigh) {
    ground_ppm_ = ppm;
    fell_at_ppm_ = hold_ = 0;
    return share_;
  }
  const double arrived = 1 - static_cast<double>(std::min(ppm, 990'000U)) / 1e6;
  if (sudden && risen_ > 0) {
    // Stopped by the same thing again and again: ask less often.
    patience_ = std::min(patience_ * 2, kMostHold);
    const auto back = static_cast<double>(before_) / share_;
    fall(std::min(back, arrived * kBelowArrived), Reason::Stopped, ppm);
  } else if (bad_ > 0 && ppm >= kSevere) {
    patience_ = kFirstHold;
    fall(arrived * kBelowArrived, Reason::Overwhelmed, ppm);
  } else if (bad_ >= kBadWindows || lossy_ >= kLossyWindows ||
             (lossy_ >= kBadWindows && window.queue_ms >= kQueueRest)) {
    fall(std::min(kGentle, arrived), Reason::Overwhelmed, ppm);
  } else if (slow_ >= kSlowWindows) {
    fall(kGentle, Reason::Queueing, ppm);
  } else if (!sudden && !window.frame_lost && window.queue_ms < kQueueRest) {
    rise();
  }
  return share_;
}

void PathShare::fall(double factor, Reason reason, std::uint32_t ppm) {
  const double carried = reason == Reason::Overwhelmed ? std::min(factor / kBelowArrived, 1.0) : 1;
  ceiling_ = static_cast<unsigned>(share_ * carried);
  fell_at_ppm_ = ppm;
  share_ =
      std::max(static_cast<unsigned>(share_ * std::max(factor, kDeepest)), config_.floor_permille);
  reason_ = reason;
  congested_ = true;
  aftermath_ = kAftermath;
  settling_ = kSettling;
  hold_ = patience_;
  step_ = kFirstStep;
  risen_ = bad_ = lossy_ = slow_ = 0;
}

void PathShare::rise() {
  if (share_ >= kWhole) {
    patience_ = kFirstHold;
    risen_ = 0;
    return;
  }
  if (hold_ > 0) {
    --hold_;
    return;
  }
  if (risen_++ == 0) before_ = share_;
  if (share_ * 1000 > ceiling_ * kNearHigh)
    ceiling_ = kWhole;
  else if (share_ * 1000 > ceiling_ * kNearLow)
    step_ = kFirstStep;
  share_ = std::min(share_ + std::max(share_ * step_ / 1000, 1U), kWhole);
  step_ = std::min(step_ * 2, kMostStep);
  reason_ = Reason::Recovering;
}

const char* name(PathShare::Reason reason) {
  switch (reason) {
    case PathShare::Reason::Steady:
      return "steady";
    case PathShare::Reason::Overwhelmed:
      return "overwhelmed";
    case PathShare::Reason::Stopped:
      return "stopped";
    case PathShare::Reason::Queueing:
      return "queueing";
    case PathShare::Reason::Recovering:
      return "recovering";
  }
  return "?";
}

}  // namespace pf::session
