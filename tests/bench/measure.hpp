// Timing for the bench: processor time of the calling thread, so that other load does not count (it
// still disturbs caches and clock rates). Variants run interleaved, round by round, so that what
// disturbs one disturbs all; a result is the median over rounds with its spread.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace pf::bench {

struct Variant {
  std::string name;
  std::function<void()> run;
};

inline double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Spread {
  double median = 0;
  double low = 0;   // 10th percentile
  double high = 0;  // 90th percentile
};
inline Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  return {at(0.5), at(0.1), at(0.9)};
}

// Seconds per call.
struct Timing : Spread {
  std::vector<double> rounds;  // in order
};

// How many times slower `slow` is, round by round.
inline Spread ratio(const Timing& slow, const Timing& fast) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < slow.rounds.size(); ++i)
    ratios.push_back(slow.rounds[i] / fast.rounds[i]);
  return spread(std::move(ratios));
}

// Times every variant in `rounds` rounds of at least `round_seconds` each.
inline std::vector<Timing> measure(const std::vector<Variant>& variants, int rounds,
                                   double round_seconds) {
  std::vector<std::size_t> calls(variants.size(), 1);
  for (std::size_t v = 0; v < variants.size(); ++v) {
    variants[v].run();  // first touch
    const double start = thread_seconds();
    variants[v].run();
    const double once = std::max(thread_seconds() - start, 1e-9);
    calls[v] = std::max<std::size_t>(1, static_cast<std::size_t>(round_seconds / once));
  }
  std::vector<std::vector<double>> samples(variants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t v = 0; v < variants.size(); ++v) {
      const double start = thread_seconds();
      for (std::size_t i = 0; i < calls[v]; ++i) variants[v].run();
      samples[v].push_back((thread_seconds() - start) / static_cast<double>(calls[v]));
    }
  }
  std::vector<Timing> timings;
  for (auto& s : samples) timings.push_back({spread(s), std::move(s)});
  return timings;
}

}  // namespace pf::bench
