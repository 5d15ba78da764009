#include "gamestream/adaptation.hpp"

#include <algorithm>
#include <utility>

namespace pf::gamestream {
namespace {

// Fewer packets say nothing about a share.
constexpr std::uint64_t kMeaningfulPackets = 40;
// Parity is judged over three windows (750 ms), as with native clients.
constexpr unsigned kLongWindow = 3;
// A client that only asks for pictures has lost something; how much is not told.
constexpr std::uint32_t kUntoldPpm = 30'000;
constexpr std::uint32_t kLeastKbps = 300;
// A frame that is lost all the same costs one frame, since its client says so at once; above this
// share every frame would pay for that.
constexpr unsigned kMostFec = 50;
// From here on the path has broken in: so many frames lost within a window, and so much of each.
// What is missing from those tells how much arrives better than a window that began before.
constexpr unsigned kPressingBlocks = 3;
constexpr std::uint32_t kPressingPpm = 300'000;
// How far down the bitrate may go, in permille; with guesses not as far.
constexpr unsigned kFloor = 50, kCautiousFloor = 300;

session::RateControl::Config rate_config(const Adaptation::Config& config) {
  session::RateControl::Config rates;
  rates.shape.payload_bytes = std::max(config.payload_bytes, 1U);
  rates.shape.audio_kbps = config.audio_kbps;
  rates.wire_kbps = config.total_kbps;
  rates.frames_per_second = std::max(config.frames_per_second, 1U);
  rates.fec_percent = config.fec_percent;
  rates.most_fec_percent = std::max(kMostFec, config.fec_percent);
  rates.min_wire_kbps = std::min(kLeastKbps, config.total_kbps);
  rates.max_wire_kbps = std::max(config.total_kbps, kLeastKbps);
  rates.may_slow_down = false;  // PathShare does that
  return rates;
}

std::uint32_t ppm_of(std::uint64_t missing, std::uint64_t sent) {
  return static_cast<std::uint32_t>(std::min(missing, sent) * 1'000'000 / std::max(sent, {1}));
}

}  // namespace

Adaptation::Adaptation(const Config& config)
    : config_(config),
      rates_(rate_config(config)),
      path_({config.reports_fec ? kFloor : kCautiousFloor, !config.reports_fec}),
      first_kbps_(std::max(rates_.current().encoder_kbps, 1U)),
      decision_{config.fec_percent, config.encoder_kbps, 0} {
  config_.follow_fec = config_.follow_fec && config_.fec_percent != 0;
}

void Adaptation::fec_status(const FecStatus& status) {
  const unsigned received = status.received_data + status.received_parity;
  const unsigned all = status.data_shards + status.parity_shards;
  // A block that was given up on lost what had not come; of one that was repaired the rest may
  // still have been on its way.
  const bool failed = received < status.data_shards;
  missing_ += failed && all > received ? all - received : status.missing;
  lost_ = lost_ || failed;
  if (!failed) return;
  ++failed_blocks_;
  failed_sent_ += all;
  failed_missing_ += all - received;
}

bool Adaptation::pressing() const {
  return failed_blocks_ >= kPressingBlocks && ppm_of(failed_missing_, failed_sent_) >= kPressingPpm;
}

void Adaptation::picture_lost() {
  lost_ = true;
}

std::optional<Adaptation::Decision> Adaptation::window(std::uint64_t packets_sent,
                                                       std::uint32_t rtt_ms) {
  const auto sent = packets_sent - std::min(sent_, packets_sent);
  if (sent < kMeaningfulPackets) return std::nullopt;
  sent_ = packets_sent;
  const auto missing = std::exchange(missing_, 0);
  const bool lost = std::exchange(lost_, false);
  auto loss = config_.reports_fec ? ppm_of(missing, sent) : (lost ? kUntoldPpm : 0);
  if (pressing()) loss = std::max(loss, ppm_of(failed_missing_, failed_sent_));
  failed_blocks_ = 0;
  failed_sent_ = failed_missing_ = 0;

  if (rtt_ms != 0) least_rtt_ms_ = least_rtt_ms_ == 0 ? rtt_ms : std::min(least_rtt_ms_, rtt_ms);
  if (config_.follow_bitrate)
    path_.report({loss, lost, rtt_ms == 0 ? 0 : rtt_ms - least_rtt_ms_, rtt_ms != 0});
  if (path_.permille() != last_share_) {
    last_share_ = path_.permille();
    rates_.ask(static_cast<std::uint32_t>(std::uint64_t{config_.total_kbps} * last_share_ / 1000));
  }

  if (config_.follow_fec) follow_loss(sent, missing, lost && !path_.congested());

  decision_.loss_ppm = loss;
  if (config_.follow_fec) decision_.fec_percent = rates_.current().fec_percent;
  // The agreed start stays what it was; from there the two go in step.
  decision_.encoder_kbps =
      std::max(kLeastKbps, static_cast<std::uint32_t>(std::uint64_t{config_.encoder_kbps} *
                                                      rates_.current().encoder_kbps / first_kbps_));
  if (!config_.follow_fec)
    decision_.encoder_kbps = std::max(
        kLeastKbps,
        static_cast<std::uint32_t>(std::uint64_t{config_.encoder_kbps} * last_share_ / 1000));
  return decision_;
}

// `broken`: a frame was lost for want of parity.
void Adaptation::follow_loss(std::uint64_t sent, std::uint64_t missing, bool broken) {
  if (!path_.congested()) {
    long_sent_ += sent;
    long_missing_ += missing;
    long_lost_ = long_lost_ || broken;
  }
  if (broken) rates_.frame_broken();
  if (++path_windows_ < kLongWindow && !broken) return;
  const auto loss =
      config_.reports_fec ? ppm_of(long_missing_, long_sent_) : (long_lost_ ? kUntoldPpm : 0);
  if (long_sent_ != 0) rates_.report_loss(loss, long_lost_);
  path_windows_ = 0;
  long_sent_ = long_missing_ = 0;
  long_lost_ = false;
}

}  // namespace pf::gamestream
