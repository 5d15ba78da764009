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
constexpr std::uint32_t kGroundDown = 4, kGroundDownSlow = 16;  // the latter where nothing waits
// A loss that a fall leaves as it was, within these bounds, has nothing to do with what is sent.
constexpr double kSameLow = 0.6, kSameHigh = 1.6;
// Where nothing waits, windows with bursts differ that much.
constexpr double kSameBursts = 3;
// More than this no path loses by itself.
constexpr std::uint32_t kMostGround = 250'000;
// Below what arrived, so that queues on the way empty.
constexpr double kBelowArrived = 0.85, kGentle = 0.85;
// Not further at once: a client that waits for a repair counts what it throws away.
constexpr double kDeepest = 0.25;
// Where most is lost behind a queue, what arrived tells little: lower, and up again from there.
constexpr std::uint32_t kFlooded = 500'000;
constexpr double kDeepestFlooded = 0.15;
// Windows in a row: with frames that parity could not repair, with losses that it could, with a
// queue; and how long a fall takes to show.
constexpr unsigned kBadWindows = 2, kLossyWindows = 4, kSlowWindows = 2, kSettling = 2;
constexpr unsigned kMostSettling = 4;
// Milliseconds: from here on the stream falls, rests, and losses are the queue's. A queue shows
// before anything is lost, and clients do not report the parity that gets lost behind a frame.
constexpr std::uint32_t kQueueing = 25, kQueueRest = 15, kQueueLoses = 40;
// Losses without any queue are more likely a radio's bursts: so many times as long is waited,
// unless this much is lost.
constexpr unsigned kDoubt = 3;
constexpr std::uint32_t kBeyondDoubt = 400'000;
// Windows after which a small queue that stays is looked into: a short one is full then, and what
// does not fit is parity at the end of frames, which no client misses.
constexpr unsigned kStandingWindows = 4;
// Falls after which a queue that stays as it is belongs to somebody else's traffic.
constexpr unsigned kVainFalls = 3;
// After a fall, losses are still those of before it: in what is repaired, and asked for again.
constexpr unsigned kAftermath = 6;
constexpr unsigned kMostHold = 8;
constexpr unsigned kFirstStep = 20, kMostStep = 100;  // permille of the share
// Around the share at which it was stopped, steps stay small: a queue shows before packets are
// lost.
constexpr unsigned kNearLow = 930, kNearHigh = 1050;  // permille of that share
// A loss that grows this much in spite of a fall is a new one.
constexpr double kWorse = 1.5;

}  // namespace

unsigned PathShare::report(const Window& window) {
  const auto ppm = window.loss_ppm;
  queue_ms_ = window.queue_ms;
  const bool sudden = ppm > ground_ppm_ + ground_ppm_ / 2 + kSudden;
  reason_ = Reason::Steady;
  ground_queue_ = std::min(ground_queue_, window.queue_ms);
  auto queue = window.queue_ms - ground_queue_;
  const bool no_queue = window.queue_known && queue < kQueueRest;
  if (ppm < ground_ppm_)
    ground_ppm_ -= (ground_ppm_ - ppm) / (no_queue ? kGroundDownSlow : kGroundDown);
  congested_ = aftermath_ > 0 || (sudden && queue >= kQueueLoses);
  if (aftermath_ > 0) --aftermath_;
  const bool worse =
      ppm >= kSevere && (ppm > fell_at_ppm_ * kWorse || (settling_ == 1 && queue >= kQueueLoses));
  if (settling_ > 0 && !worse) {
    --settling_;
    return share_;
  }
  bad_ = sudden && window.frame_lost ? bad_ + 1 : 0;
  lossy_ = sudden ? lossy_ + 1 : 0;
  if (!sudden) queue = judge_queue(window.queue_ms);
  slow_ = queue >= kQueueing ? slow_ + 1 : 0;
  standing_ = !sudden && queue >= kQueueRest && queue < kQueueing ? standing_ + 1 : 0;

  if (!sudden && hold_ == 0) fell_at_ppm_ = 0;
  const bool same = no_queue ? ppm < fell_at_ppm_ * kSameBursts
                             : ppm > fell_at_ppm_ * kSameLow && ppm < fell_at_ppm_ * kSameHigh;
  if (sudden && !config_.guessed && queue < kQueueLoses && fell_at_ppm_ != 0 && ppm < kMostGround &&
      same) {
    ground_ppm_ = ppm;
    fell_at_ppm_ = hold_ = 0;
    return share_;
  }
  const unsigned sure = no_queue && ppm < kBeyondDoubt ? kDoubt : 1;
  const double arrived = 1 - static_cast<double>(std::min(ppm, 990'000U)) / 1e6;
  if (sudden && risen_ > 0 && lossy_ >= sure) {
    // Stopped by the same thing again and again: ask less often.
    patience_ = std::min(patience_ * 2, kMostHold);
    const auto back = static_cast<double>(before_) / share_;
    fall(std::max(std::min(back, arrived * kBelowArrived), kDeepest), Reason::Stopped, ppm);
  } else if (bad_ >= sure && ppm >= kSevere) {
    patience_ = kFirstHold;
    const bool flooded = ppm >= kFlooded && queue >= kQueueLoses;
    fall(std::max(arrived * kBelowArrived, flooded ? kDeepestFlooded : kDeepest),
         Reason::Overwhelmed, ppm);
  } else if (bad_ >= kBadWindows * sure || lossy_ >= kLossyWindows * sure ||
             (lossy_ >= kBadWindows && queue >= kQueueLoses)) {
    fall(std::max(std::min(kGentle, arrived), kDeepest), Reason::Overwhelmed, ppm);
  } else if (slow_ >= kSlowWindows || standing_ >= kStandingWindows) {
    patience_ = std::min(patience_ * 2, kMostHold);
    fall(kGentle, Reason::Queueing, ppm);
    fell_at_queue_ = queue;
  } else if (!sudden && !window.frame_lost && queue < kQueueRest) {
    rise();
  }
  return share_;
}

// Others may fill the same queue, and no fall empties it then: it becomes the path's own delay.
// Returns what is the stream's.
std::uint32_t PathShare::judge_queue(std::uint32_t queue_ms) {
  const auto queue = queue_ms - ground_queue_;
  const auto before = std::exchange(fell_at_queue_, 0);
  if (before == 0) return queue;
  vain_ = queue >= kQueueRest && queue * 5 >= before * 4 ? vain_ + 1 : 0;
  if (vain_ < (queue < kQueueing ? 1 : kVainFalls)) return queue;
  vain_ = 0;
  ground_queue_ = queue_ms;
  return 0;
}

void PathShare::fall(double factor, Reason reason, std::uint32_t ppm) {
  const double carried = reason == Reason::Overwhelmed ? std::min(factor / kBelowArrived, 1.0) : 1;
  ceiling_ = static_cast<unsigned>(share_ * carried);
  fell_at_ppm_ = ppm;
  share_ = std::max(static_cast<unsigned>(share_ * factor), config_.floor_permille);
  reason_ = reason;
  congested_ = true;
  aftermath_ = kAftermath;
  // What was queued before it is told of only once it has come through.
  settling_ = kSettling + std::min(queue_ms_ / kWindowMs, kMostSettling);
  hold_ = patience_;
  step_ = kFirstStep;
  risen_ = bad_ = lossy_ = slow_ = standing_ = 0;
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
