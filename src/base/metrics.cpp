#include "base/metrics.hpp"

#include <cmath>

namespace pf::metrics {

std::uint64_t Histogram::count() const noexcept {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

std::uint64_t Histogram::upper_edge(std::size_t bucket) noexcept {
  if (bucket < 4) return bucket;
  const auto log = bucket / 4 + 1;
  const auto step = std::uint64_t{1} << (log - 2);
  return (std::uint64_t{4} + bucket % 4) * step + step - 1;
}

std::uint64_t Histogram::quantile(double q) const noexcept {
  const auto total = count();
  if (total == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (seen >= rank && seen > 0) return upper_edge(i);
  }
  return upper_edge(kBuckets - 1);
}

}  // namespace pf::metrics
