#include "session/rate_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pf::session {
namespace {

// Around the compressed bytes of each packet: headers, tag, IP and UDP (punktfunk1.md 6.12).
constexpr std::uint64_t kPacketOverhead = 64;
constexpr std::uint32_t kMillion = 1'000'000;

// A window with less loss than this and no lost frame is clean enough to speed up again.
constexpr std::uint32_t kNearlyCleanPpm = 5'000;
// A loss this high while frames are lost in spite of the parity is taken for congestion, not for
// bad luck; one window may be a passing burst.
constexpr std::uint32_t kCongestedPpm = 20'000;
constexpr unsigned kBadWindows = 2;
constexpr unsigned kSlowDownPermille = 850, kLeastShare = 300;
constexpr unsigned kCleanWindows = 4, kSpeedUpPermille = 50;
// More parity than the loss alone asks for, where frames were lost all the same. It goes a step for
// so many windows without a broken frame, and each broken frame makes it stay longer.
constexpr unsigned kBurstStep = 6, kCalmWindows = 4, kMostCalmWindows = 64;
// What a stream survives before anything is known about its path: this share of packets lost in
// bursts of so many, in all frames but a few of a thousand, or random losses of this much.
constexpr std::uint64_t kFirstBurst = 12;
constexpr double kFirstBurstShare = 0.02, kFirstFailure = 2e-3;
constexpr std::uint32_t kFirstLossPpm = 50'000;
// A window with less loss than this holds no burst: a few packets of a thousand.
constexpr std::uint32_t kBurstPpm = 3'000;
// A path that has lost nothing yet gives up this share of its parity in each window.
constexpr unsigned kUnneeded = 3;
// Windows after which the spread of the losses between them is trusted, and the mean length of
// bursts below which it speaks of random losses: those have 1.
constexpr unsigned kStudiedWindows = 6;
constexpr double kRandomBurst = 3, kStudyWeight = 0.2, kWindowSeconds = 0.75;
// The encoder is told of a higher rate only when it gains this much.
constexpr std::uint64_t kWorthwhilePercent = 103;
// A delivery report over fewer packets says nothing about a share.
constexpr std::uint64_t kMeaningfulPackets = 50;

// How often a frame may stay broken at the loss that was reported: a few times an hour.
constexpr double kAcceptableFailure = 1e-4;
// Larger frames are sent in several blocks, each with its own parity.
constexpr std::uint64_t kLargestBlock = 2000;

// The share that follows the loss alone (punktfunk1.md 6.10): ceil(loss% × 1.4) + 1.
unsigned share_for_loss(std::uint32_t ppm) {
  return static_cast<unsigned>((std::uint64_t{std::min(ppm, kMillion)} * 14 + 99'999) / 100'000) +
         1;
}

// The probability that more than `most` of `packets` are lost, each with probability `loss`.
double more_lost(unsigned packets, unsigned most, double loss) {
  if (loss >= 1) return 1;
  double term = std::pow(1 - loss, packets), sum = term;
  for (unsigned k = 1; k <= most && k <= packets; ++k) {
    term *= loss / (1 - loss) * (packets - k + 1) / k;
    sum += term;
  }
  return 1 - std::min(sum, 1.0);
}

unsigned most_of(const RateControl::Config& config) {
  return std::clamp(config.most_fec_percent, RateControl::kLeastFec, RateControl::kMostFec);
}

// How many bursts a frame of so many packets has to survive: more come to hardly any.
std::uint64_t bursts_in(std::uint64_t packets) {
  const auto mean = static_cast<double>(packets) * kFirstBurstShare / kFirstBurst;
  std::uint64_t bursts = 1;
  double term = std::exp(-mean), sum = term;
  for (;; ++bursts) {
    term *= mean / static_cast<double>(bursts);
    sum += term;
    if (1 - sum <= kFirstFailure) return bursts;
  }
}

}  // namespace

std::uint32_t encoder_kbps(std::uint32_t wire_kbps, unsigned fec_percent, const WireShape& shape) {
  if (wire_kbps <= shape.audio_kbps || shape.payload_bytes == 0) return 0;
  const auto video = std::uint64_t{wire_kbps} - shape.audio_kbps;
  return static_cast<std::uint32_t>(
      video * shape.payload_bytes * 100 /
      ((shape.payload_bytes + kPacketOverhead) * (100 + fec_percent)));
}

std::uint32_t wire_kbps(std::uint32_t encoder_kbps, unsigned fec_percent, const WireShape& shape) {
  if (shape.payload_bytes == 0) return shape.audio_kbps;
  const auto divisor = std::uint64_t{shape.payload_bytes} * 100;
  const auto video =
      (std::uint64_t{encoder_kbps} * (shape.payload_bytes + kPacketOverhead) * (100 + fec_percent) +
       divisor - 1) /
      divisor;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(video + shape.audio_kbps, 0xFFFF'FFFF));
}

RateControl::RateControl(const Config& config)
    : config_(config),
      fec_percent_(std::clamp(config.fec_percent, kLeastFec, most_of(config))),
      calm_needed_(kCalmWindows) {
  config_.max_wire_kbps = std::max(config_.max_wire_kbps, config_.min_wire_kbps);
  asked_kbps_ = std::clamp(config_.wire_kbps, config_.min_wire_kbps, config_.max_wire_kbps);
  settle(Reason::Start);
}

unsigned RateControl::first_fec(const Config& config) {
  const auto video = config.wire_kbps - std::min(config.wire_kbps, config.shape.audio_kbps);
  const auto packets = std::uint64_t{video} * 125 / std::max(config.frames_per_second, 1U) /
                       (config.shape.payload_bytes + kPacketOverhead);
  const auto lost = kFirstBurst * bursts_in(packets);
  const auto most = most_of(config);
  if (packets <= lost) return most;
  const auto data = packets - lost;
  const auto percent = std::min<std::uint64_t>((lost * 100 + data - 1) / data, most);
  return std::max(static_cast<unsigned>(percent), RateControl(config).wanted_fec(kFirstLossPpm));
}

const RateControl::Decision& RateControl::ask(std::uint32_t wire_kbps) {
  asked_kbps_ = std::clamp(wire_kbps, config_.min_wire_kbps, config_.max_wire_kbps);
  // The client has judged the path itself: what the host held back before is settled by that.
  share_permille_ = 1000;
  clean_windows_ = bad_windows_ = 0;
  return settle(asked_kbps_ == wire_kbps ? Reason::Asked : Reason::Limited);
}

unsigned RateControl::packets_in_frame() const {
  const auto frame_bytes =
      std::uint64_t{decision_.encoder_kbps} * 125 / std::max(config_.frames_per_second, 1U);
  const auto packets = frame_bytes / std::max(config_.shape.payload_bytes, 1U) + 1;
  return static_cast<unsigned>(std::min(packets, kLargestBlock));
}

unsigned RateControl::wanted_fec(std::uint32_t ppm) const {
  const auto loss = static_cast<double>(ppm) / kMillion;
  const auto data = packets_in_frame();
  const auto most = most_of(config_);
  auto percent = std::clamp(share_for_loss(ppm), kLeastFec, most);
  for (; percent < most; ++percent) {
    const auto parity = (data * percent + 99) / 100;
    if (more_lost(data + parity, parity, loss) <= kAcceptableFailure) break;
  }
  return percent;
}

void RateControl::recovery_asked() {
  recovery_asked_ = true;
}

const RateControl::Decision& RateControl::frame_broken() {
  recovery_asked_ = lossy_ = true;
  const auto now = asked_config();
  if (fec_percent_ >= first_fec(now)) return settle(Reason::Steady);
  expect_bursts(first_fec(now));
  fec_percent_ = burst_percent_;
  raised_ = true;
  return settle(Reason::LossRose);
}

void RateControl::expect_bursts(unsigned percent) {
  burst_percent_ = std::min(std::max(burst_percent_, percent), most_of(config_));
  calm_windows_ = 0;
}

// One window without a broken frame.
void RateControl::forget_bursts(std::uint32_t ppm) {
  const auto needed = ppm < kBurstPpm || looks_random() ? 1 : calm_needed_;
  if (burst_percent_ == 0 || ++calm_windows_ < needed) return;
  calm_windows_ = 0;
  burst_percent_ = burst_percent_ > kLeastFec ? burst_percent_ - 1 : 0;
}

// Random losses differ little from window to window, bursts a lot.
void RateControl::study(std::uint32_t ppm) {
  const auto weight = studied_windows_ == 0 ? 1 : kStudyWeight;
  const auto away = ppm - mean_loss_;
  mean_loss_ += weight * away;
  spread_ = (1 - weight) * (spread_ + weight * away * away);
  ++studied_windows_;
}

bool RateControl::looks_random() const {
  if (studied_windows_ < kStudiedWindows || mean_loss_ <= 0) return false;
  const auto packets = packets_in_frame() * (100.0 + fec_percent_) / 100 *
                       config_.frames_per_second * kWindowSeconds;
  // Lost packets in a window: variance over mean is the length of a burst.
  return spread_ * packets / (mean_loss_ * kMillion) < kRandomBurst;
}

const RateControl::Decision& RateControl::report_loss(std::uint32_t ppm, bool frame_lost) {
  // Asked for without any loss, a picture went missing elsewhere: in a decoder that just started.
  const bool broken = frame_lost || (std::exchange(recovery_asked_, false) && ppm > 0);
  auto reason = Reason::Steady;

  const bool was_clean = !std::exchange(lossy_, lossy_ || broken || ppm > 0);
  study(ppm);
  const auto step = std::exchange(raised_, false) ? 0 : kBurstStep;
  if (broken) {
    expect_bursts(std::max(fec_percent_ + step, first_fec(asked_config())));
    calm_needed_ = std::min(calm_needed_ * 2, kMostCalmWindows);
  } else if (was_clean && ppm >= kBurstPpm) {
    // The parity that the stream began with may be what kept it whole.
    expect_bursts(fec_percent_);
  } else {
    forget_bursts(ppm);
  }
  const auto wanted = std::min(std::max(wanted_fec(ppm), burst_percent_), most_of(config_));
  if (wanted > fec_percent_) {
    fec_percent_ = wanted;
    reason = Reason::LossRose;
  } else if (wanted < fec_percent_ && !broken) {
    fec_percent_ = std::max(wanted, fec_percent_ - (lossy_ ? 1 : fec_percent_ / kUnneeded));
    reason = Reason::LossFell;
  }

  bad_windows_ = broken && ppm >= kCongestedPpm ? bad_windows_ + 1 : 0;
  clean_windows_ = !broken && ppm < kNearlyCleanPpm ? clean_windows_ + 1 : 0;
  if (config_.may_slow_down) {
    if (bad_windows_ >= kBadWindows && share_permille_ > kLeastShare) {
      share_permille_ = std::max(share_permille_ * kSlowDownPermille / 1000, kLeastShare);
      reason = Reason::Overwhelmed;
    } else if (clean_windows_ >= kCleanWindows && share_permille_ < 1000) {
      share_permille_ = std::min(share_permille_ + kSpeedUpPermille, 1000U);
      reason = Reason::Recovering;
    }
  }
  return settle(reason);
}

const RateControl::Decision& RateControl::report_delivery(std::uint64_t received_packets,
                                                          std::uint64_t sent_packets) {
  // Counters that run backwards belong to another stream: start over.
  if (!have_delivery_ || received_packets < received_ || sent_packets < sent_) {
    have_delivery_ = true;
    received_ = received_packets;
    sent_ = sent_packets;
    return settle(Reason::Steady);
  }
  const auto sent = sent_packets - sent_;
  if (sent < kMeaningfulPackets) return settle(Reason::Steady);
  const auto received = std::min(received_packets - received_, sent);
  received_ = received_packets;
  sent_ = sent_packets;
  const auto share = static_cast<double>(sent - received) / static_cast<double>(sent);
  return report_loss(static_cast<std::uint32_t>(share * kMillion), false);
}

RateControl::Config RateControl::asked_config() const {
  auto config = config_;
  config.wire_kbps = asked_kbps_;
  return config;
}

const RateControl::Decision& RateControl::reshape(const WireShape& shape) {
  config_.shape = shape;
  return settle(Reason::Steady);
}

const RateControl::Decision& RateControl::settle(Reason reason) {
  const auto before = decision_;
  auto& now = decision_;
  now.fec_percent = fec_percent_;
  now.wire_kbps = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
      std::uint64_t{asked_kbps_} * share_permille_ / 1000, config_.min_wire_kbps, asked_kbps_));
  const auto fits = std::max(session::encoder_kbps(now.wire_kbps, fec_percent_, config_.shape),
                             kLeastEncoderKbps);
  const bool told = reason == Reason::Start || reason == Reason::Asked || reason == Reason::Limited;
  if (told || fits < before.encoder_kbps || now.wire_kbps > before.wire_kbps ||
      std::uint64_t{fits} * 100 >= std::uint64_t{before.encoder_kbps} * kWorthwhilePercent)
    now.encoder_kbps = fits;
  now.changed = now.fec_percent != before.fec_percent || now.encoder_kbps != before.encoder_kbps ||
                now.wire_kbps != before.wire_kbps;
  now.reason = reason;
  return decision_;
}

const char* name(RateControl::Reason reason) {
  switch (reason) {
    case RateControl::Reason::Start:
      return "start";
    case RateControl::Reason::Asked:
      return "asked";
    case RateControl::Reason::Limited:
      return "limited";
    case RateControl::Reason::LossRose:
      return "loss-rose";
    case RateControl::Reason::LossFell:
      return "loss-fell";
    case RateControl::Reason::Overwhelmed:
      return "overwhelmed";
    case RateControl::Reason::Recovering:
      return "recovering";
    case RateControl::Reason::Steady:
      return "steady";
  }
  return "?";
}

}  // namespace pf::session
