// Which bitrate a client whose bitrate is automatic asks for (punktfunk1.md 6.11, 6.12): down at
// once when the path loses, up step by step while it does not, never above what the speed test
// carried. Pure: windows, answers and time are given.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pf::probe {

class BitrateControl {
 public:
  static constexpr std::uint32_t kFloorKbps = 500;
  // The last one of so many asks that nobody answered is the last.
  static constexpr unsigned kMostUnanswered = 3;

  // `start_kbps`: as the host granted it.
  explicit BitrateControl(std::uint32_t start_kbps) : kbps_(start_kbps) {}

  // A report window is over: `ppm` of its shards were lost. What to ask the host for now, if
  // anything.
  std::optional<std::uint32_t> on_window(std::uint32_t ppm);
  // The speed test is over; `kbps` arrived whole, 0 = it was declined.
  std::optional<std::uint32_t> on_speed_test(std::uint32_t kbps);
  // The host's answer. `pinned`: it does not follow asks.
  void on_answer(std::uint32_t kbps, bool pinned);
  void on_no_answer();

  bool retired() const { return retired_; }
  std::uint32_t kbps() const { return kbps_; }

 private:
  std::optional<std::uint32_t> ask(std::uint32_t kbps);

  std::uint32_t kbps_;              // that the host grants
  std::uint32_t ceiling_kbps_ = 0;  // 0 = not known: what was granted first is not exceeded
  std::uint32_t asked_kbps_ = 0;    // 0 = no ask is open
  unsigned clean_ = 0;              // windows since the last loss
  unsigned unanswered_ = 0;
  bool retired_ = false;
};

}  // namespace pf::probe
