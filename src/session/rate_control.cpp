#include "session/rate_control.hpp"

#include <algorithm>

namespace pf::session {
namespace {

constexpr std::uint64_t kPacketOverhead = 64;  // punktfunk1.md 6.12

}  // namespace

std::uint32_t encoder_kbps(std::uint32_t wire, unsigned fec_percent, const WireShape& shape) {
  if (wire <= shape.audio_kbps) return 0;
  const auto video = std::uint64_t{wire - shape.audio_kbps};
  return static_cast<std::uint32_t>(video * shape.payload_bytes * 100 /
                                    ((shape.payload_bytes + kPacketOverhead) * (100 + fec_percent)));
}

std::uint32_t wire_kbps(std::uint32_t encoder, unsigned fec_percent, const WireShape& shape) {
  return static_cast<std::uint32_t>(std::uint64_t{encoder} *
                                    (shape.payload_bytes + kPacketOverhead) * (100 + fec_percent) /
                                    (std::uint64_t{shape.payload_bytes} * 100)) +
         shape.audio_kbps;
}

RateControl::RateControl(const Config& config) : config_(config), asked_kbps_(config.wire_kbps) {
  settle(Reason::Start);
}
const RateControl::Decision& RateControl::ask(std::uint32_t wire) {
  asked_kbps_ = std::clamp(wire, config_.min_wire_kbps, config_.max_wire_kbps);
  return settle(asked_kbps_ == wire ? Reason::Asked : Reason::Limited);
}
const RateControl::Decision& RateControl::report_loss(std::uint32_t ppm, bool) {
  const auto target = std::clamp((ppm * 14U + 99'999U) / 100'000U + 1, kLeastFec, kMostFec);
  const auto old = fec_percent_;
  fec_percent_ = target > fec_percent_ ? target : std::max(target, fec_percent_ - 1);
  return settle(fec_percent_ > old ? Reason::LossRose
                                   : fec_percent_ < old ? Reason::LossFell : Reason::Steady);
}
void RateControl::recovery_asked() { recovery_asked_ = true; }
const RateControl::Decision& RateControl::report_delivery(std::uint64_t, std::uint64_t) {
  return settle(Reason::Steady);
}
const RateControl::Decision& RateControl::reshape(const WireShape& shape) {
  config_.shape = shape;
  return settle(Reason::Steady);
}
const RateControl::Decision& RateControl::settle(Reason reason) {
  Decision next;
  next.fec_percent = fec_percent_;
  next.wire_kbps = asked_kbps_;
  next.encoder_kbps = pf::session::encoder_kbps(asked_kbps_, fec_percent_, config_.shape);
  next.reason = reason;
  next.changed = next.fec_percent != decision_.fec_percent ||
                 next.wire_kbps != decision_.wire_kbps || next.encoder_kbps != decision_.encoder_kbps;
  decision_ = next;
  return decision_;
}
const char* name(RateControl::Reason) { return "rate"; }

}  // namespace pf::session
