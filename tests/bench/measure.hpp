// Timing for the bench: variants run interleaved, round by round, so that what disturbs the machine
// disturbs all of them; a result is the median over rounds with its spread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace pf::bench {

struct Variant {
  std::string name;
  std::function<void()> run;
};

// Seconds per call.
struct Timing {
  double median = 0;
  double low = 0;   // 10th percentile
  double high = 0;  // 90th percentile
};

// Times every variant in `rounds` rounds of at least `round_seconds` each.
inline std::vector<Timing> measure(const std::vector<Variant>& variants, int rounds,
                                   double round_seconds) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  std::vector<std::size_t> calls(variants.size(), 1);
  for (std::size_t v = 0; v < variants.size(); ++v) {
    variants[v].run();  // first touch
    const auto start = Clock::now();
    variants[v].run();
    const double once = std::max(seconds(Clock::now() - start), 1e-9);
    calls[v] = std::max<std::size_t>(1, static_cast<std::size_t>(round_seconds / once));
  }
  std::vector<std::vector<double>> samples(variants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t v = 0; v < variants.size(); ++v) {
      const auto start = Clock::now();
      for (std::size_t i = 0; i < calls[v]; ++i) variants[v].run();
      samples[v].push_back(seconds(Clock::now() - start) / static_cast<double>(calls[v]));
    }
  }
  std::vector<Timing> timings;
  for (auto& s : samples) {
    std::sort(s.begin(), s.end());
    const auto at = [&](double q) {
      return s[static_cast<std::size_t>(q * static_cast<double>(s.size() - 1))];
    };
    timings.push_back({at(0.5), at(0.1), at(0.9)});
  }
  return timings;
}

}  // namespace pf::bench
