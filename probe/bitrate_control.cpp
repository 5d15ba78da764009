#include "probe/bitrate_control.hpp"

#include <algorithm>

namespace pf::probe {
namespace {

// Parity repairs a few per cent; more than this means a path that is full.
constexpr std::uint32_t kLossy = 20'000;
constexpr std::uint32_t kVeryLossy = 100'000;
constexpr std::uint32_t kCleanPpm = 5'000;
constexpr unsigned kCleanWindows = 4;  // before a step up
// Of what a burst of 0.8 s carried, a stream may take this much.
constexpr std::uint64_t kShareOfTest = 70;  // per cent

std::uint32_t per_cent(std::uint32_t kbps, std::uint64_t share) {
  return static_cast<std::uint32_t>(std::uint64_t{kbps} * share / 100);
}

}  // namespace

std::optional<std::uint32_t> BitrateControl::ask(std::uint32_t kbps) {
  kbps = std::max(kbps, kFloorKbps);
  if (retired_ || asked_kbps_ != 0 || kbps == kbps_) return std::nullopt;
  asked_kbps_ = kbps;
  return kbps;
}

std::optional<std::uint32_t> BitrateControl::on_window(std::uint32_t ppm) {
  if (ceiling_kbps_ == 0) ceiling_kbps_ = kbps_;
  if (ppm >= kLossy) {
    clean_ = 0;
    return ask(per_cent(kbps_, ppm >= kVeryLossy ? 60 : 80));
  }
  if (ppm > kCleanPpm) {
    clean_ = 0;
    return std::nullopt;
  }
  if (++clean_ < kCleanWindows || kbps_ >= ceiling_kbps_) return std::nullopt;
  clean_ = 0;
  return ask(std::min(ceiling_kbps_, per_cent(kbps_, 115) + 1));
}

std::optional<std::uint32_t> BitrateControl::on_speed_test(std::uint32_t kbps) {
  if (kbps == 0) return std::nullopt;
  ceiling_kbps_ = std::max(per_cent(kbps, kShareOfTest), kFloorKbps);
  return ask(ceiling_kbps_);
}

void BitrateControl::on_answer(std::uint32_t kbps, bool pinned) {
  // The encoder or the host's own rule ends below what was asked: asking again would not help.
  if (asked_kbps_ > kbps && asked_kbps_ > kbps_) ceiling_kbps_ = std::max(kbps, kFloorKbps);
  kbps_ = kbps;
  asked_kbps_ = 0;
  unanswered_ = 0;
  if (pinned) retired_ = true;
}

void BitrateControl::on_no_answer() {
  if (asked_kbps_ == 0) return;
  asked_kbps_ = 0;
  if (++unanswered_ >= kMostUnanswered) retired_ = true;
}

}  // namespace pf::probe
