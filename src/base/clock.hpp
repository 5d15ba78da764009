// Time. Media stamps are CLOCK_MONOTONIC nanoseconds; trust decisions use the wall clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace pf {

using SteadyTime = std::chrono::steady_clock::time_point;  // CLOCK_MONOTONIC on Linux
using Nanoseconds = std::chrono::nanoseconds;

inline SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}
inline std::int64_t to_ns(SteadyTime t) {
  return std::chrono::duration_cast<Nanoseconds>(t.time_since_epoch()).count();
}
inline SteadyTime from_ns(std::int64_t ns) {
  return SteadyTime(Nanoseconds(ns));
}
inline std::int64_t steady_now_ns() {
  return to_ns(steady_now());
}

// Whole seconds since 1970 on the host's wall clock ("Unix" in the trust notes).
inline std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}
// Milliseconds since 1970, on the wall clock.
inline std::int64_t unix_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace pf
