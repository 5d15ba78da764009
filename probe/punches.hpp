// When a client of generation 1 opens the way for media (punktfunk1.md 6.1): every 200 ms for the
// first 15, then every 2 s for the rest of the session. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.hpp"

namespace pf::probe {

class Punches {
 public:
  static constexpr std::array<std::uint8_t, 8> kPacket{'P', 'F', 'p', 'u', 'n', 'c', 'h', '1'};

  void begin(SteadyTime now) { at_ = now; }
  bool due(SteadyTime now) const { return now >= at_; }
  void sent(SteadyTime now) {
    ++sent_;
    at_ = now + (sent_ < 15 ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000));
  }
  SteadyTime next() const { return at_; }
  unsigned count() const { return sent_; }

 private:
  SteadyTime at_ = SteadyTime::max();
  unsigned sent_ = 0;
};

}  // namespace pf::probe
