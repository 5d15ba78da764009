#include "session/recovery_desk.hpp"

#include <algorithm>

namespace pf::session {
namespace {

constexpr std::uint64_t pack(std::uint32_t first, std::uint32_t last) {
  return std::uint64_t{first} << 32 | last;
}
constexpr std::uint32_t earlier(std::uint32_t a, std::uint32_t b) {
  return index_before(a, b) ? a : b;
}
constexpr std::uint32_t later(std::uint32_t a, std::uint32_t b) {
  return index_before(a, b) ? b : a;
}

}  // namespace

void RecoveryDesk::invalidate(std::uint32_t first, std::uint32_t last) noexcept {
  if (index_before(last, first)) return;
  auto seen = range_.load(std::memory_order_relaxed);
  std::uint64_t wanted = 0;
  do {
    wanted = seen == 0 ? pack(first, last)
                       : pack(earlier(first, static_cast<std::uint32_t>(seen >> 32)),
                              later(last, static_cast<std::uint32_t>(seen)));
  } while (!range_.compare_exchange_weak(seen, wanted, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
}

// An IDR heals everything before it; a picture that refers to nothing from some index on heals
// what lies between that index and itself.
bool RecoveryDesk::healed(std::uint32_t first, std::uint32_t last) const noexcept {
  if (have_idr_ && index_before(last, idr_index_)) return true;
  return have_anchor_ && index_before(last, anchor_index_) && !index_before(first, anchor_from_);
}

void RecoveryDesk::collect() noexcept {
  const auto range = range_.exchange(0, std::memory_order_acq_rel);
  if (range == 0) return;
  const auto first = static_cast<std::uint32_t>(range >> 32);
  const auto last = earlier(static_cast<std::uint32_t>(range), newest_);
  // What was never coded cannot be lost.
  if (index_before(newest_, first) || healed(first, last)) return;
  lost_first_ = lost_ ? earlier(lost_first_, first) : first;
  lost_last_ = lost_ ? later(lost_last_, last) : last;
  lost_ = true;
}

SteadyTime RecoveryDesk::due() noexcept {
  collect();
  auto due = SteadyTime::max();
  if (idr_.load(std::memory_order_acquire)) due = next_idr();
  if (lost_) {
    const auto last = std::max(have_idr_ ? last_idr_ : SteadyTime{}, last_repair_);
    auto repair = last == SteadyTime{} ? last : last + spacing_;
    // Without a way back the answer is an IDR.
    if (spacing_ == kRepairSpacing && have_idr_) repair = std::max(repair, last_idr_ + idr_rest_);
    due = std::min(due, repair);
  }
  return due;
}

SteadyTime RecoveryDesk::next_idr() const noexcept {
  return have_idr_ ? last_idr_ + std::max(kIdrSpacing, idr_rest_) : SteadyTime{};
}

RecoveryDesk::Orders RecoveryDesk::take(SteadyTime now, bool encoder_invalidates) noexcept {
  Orders orders;
  if (due() > now) return orders;
  const bool idr_asked = idr_.load(std::memory_order_acquire);
  const bool idr_due = idr_asked && now >= next_idr();
  orders.repair = lost_;
  // With both asked for, the IDR is the answer to both. A loss from before the first IDR has no
  // older picture to go back to.
  if (idr_due || !encoder_invalidates || !have_idr_) {
    orders.force_idr = true;
    idr_.store(false, std::memory_order_relaxed);
  } else {
    orders.invalid_from = lost_first_;
  }
  return orders;
}

void RecoveryDesk::coded(SteadyTime now, std::uint32_t index, media::FrameType type,
                         const Orders& orders, std::size_t bytes) noexcept {
  newest_ = index;
  if (type == media::FrameType::Idr) {
    have_idr_ = true;
    have_anchor_ = false;
    idr_index_ = index;
    last_idr_ = now;
    lost_ = false;
    idr_rest_ = std::min(std::chrono::milliseconds(bytes * 8 * kIdrRest / std::max(kbps_, 1U)),
                         kMostIdrSpacing);
    return;
  }
  if (orders.force_idr) request_idr();
  if (orders.invalid_from == 0) return;
  if (type != media::FrameType::AfterInvalidation) {
    request_idr();  // it knows no way back; the asked repair is settled by that IDR
    return;
  }
  have_anchor_ = true;
  anchor_index_ = index;
  anchor_from_ = orders.invalid_from;
  last_repair_ = now;
  lost_ = false;
}

void RecoveryDesk::not_coded(const Orders& orders) noexcept {
  if (orders.force_idr) request_idr();
}

}  // namespace pf::session
