#include "trust/lease.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "trust/lease_impl.hpp"

namespace pf::trust {
namespace {

// What is left when the client is warned (trust-and-console.md 2.5).
constexpr std::array<std::uint32_t, 2> kWarnings = {300, 60};

}  // namespace

const char* name(StopReason reason) {
  switch (reason) {
    case StopReason::Revoked:
      return "revoked";
    case StopReason::Disabled:
      return "disabled";
    case StopReason::Expired:
      return "expired";
  }
  return "?";
}

std::uint32_t remaining_s(const std::optional<std::int64_t>& expires_unix, std::int64_t now_unix) {
  if (!expires_unix) return 0;
  if (*expires_unix <= now_unix) return 1;
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(*expires_unix - now_unix, std::numeric_limits<std::uint32_t>::max()));
}

LeaseImpl::LeaseImpl(DeviceId device, std::string name, crypto::Fingerprint fingerprint,
                     Terms terms, const Clock& clock, Marker marker)
    : device_(device),
      name_(std::move(name)),
      fingerprint_(std::move(fingerprint)),
      clock_(clock),
      marker_(std::move(marker)),
      terms_(terms),
      grants_(terms.grants),
      left_(remaining_s(terms.expires_unix, clock_())) {}

void LeaseImpl::on_stop(std::function<void(StopReason)> stop) {
  if (stopped() && stop) {
    stop(reason_);
    return;
  }
  stop_ = std::move(stop);
}

AccessUpdate LeaseImpl::access() const {
  return {grants_.load(std::memory_order_acquire), remaining_s(terms_.expires_unix, clock_())};
}

void LeaseImpl::set_terms(const Terms& terms) {
  if (stopped()) return;
  // An edit of the pairing overrules what was said about the stream (2.5).
  if (terms.grants != terms_.grants) limit_ = grant::kAll;
  const bool moved = terms.expires_unix != terms_.expires_unix;
  terms_ = terms;
  const auto granted = terms.grants & limit_;
  const bool regranted = grants_.exchange(granted, std::memory_order_acq_rel) != granted;
  const auto before = std::exchange(left_, remaining_s(terms.expires_unix, clock_()));
  const bool warn = std::any_of(kWarnings.begin(), kWarnings.end(), [&](std::uint32_t mark) {
    return terms.expires_unix && before > mark && left_ <= mark;
  });
  if (regranted && changed_) changed_();
  if ((regranted || moved || warn) && update_ && !stopped()) update_(access());
}

std::uint32_t LeaseImpl::limit(std::uint32_t grants) {
  limit_ = grants;
  set_terms(Terms(terms_));
  return grants_.load(std::memory_order_acquire);
}

std::optional<std::int64_t> LeaseImpl::next_mark(std::int64_t now_unix) const {
  if (stopped() || !terms_.expires_unix) return std::nullopt;
  for (const auto mark : kWarnings)
    if (*terms_.expires_unix - mark > now_unix) return *terms_.expires_unix - mark;
  return terms_.expires_unix;
}

void LeaseImpl::stop(StopReason reason) {
  if (stopped_.exchange(true, std::memory_order_acq_rel)) return;
  reason_ = reason;
  grants_.store(0, std::memory_order_release);
  if (auto callback = std::exchange(stop_, nullptr)) callback(reason);
}

}  // namespace pf::trust
