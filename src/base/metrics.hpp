// Counters, gauges and log-bucket histograms in relaxed atomics; the unit is in the name
// (`encode_us`, `sent_bytes`). Updating never allocates or locks; registering and reading may.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

namespace pf::metrics {

class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t v) noexcept { value_.store(v, std::memory_order_relaxed); }
  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Four buckets per power of two: quantiles are right to about 19 %.
class Histogram {
 public:
  void record(std::uint64_t v) noexcept {
    buckets_[bucket(v)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(v, std::memory_order_relaxed);
  }
  std::uint64_t count() const noexcept;
  std::uint64_t sum() const noexcept { return sum_.load(std::memory_order_relaxed); }
  // Upper edge of the bucket that holds quantile q (0..1); 0 without samples.
  std::uint64_t quantile(double q) const noexcept;

 private:
  static constexpr std::size_t kBuckets = 4 * 40;
  static std::size_t bucket(std::uint64_t v) noexcept {
    if (v < 4) return static_cast<std::size_t>(v);
    const auto log = static_cast<std::size_t>(std::bit_width(v)) - 1;
    const auto index = (log - 1) * 4 + ((v >> (log - 2)) & 3);
    return index < kBuckets ? index : kBuckets - 1;
  }
  static std::uint64_t upper_edge(std::size_t bucket) noexcept;
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace pf::metrics
