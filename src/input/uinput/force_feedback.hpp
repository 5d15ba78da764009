// The rumble effects that games have uploaded to one pad, and how hard the motors turn now. Pure:
// time is given.
#pragma once

#include <linux/input.h>

#include <array>
#include <cstdint>
#include <optional>

namespace pf::input::uinput {

inline constexpr std::size_t kMaxEffects = 16;

struct MotorLevels {
  std::uint16_t low = 0, high = 0;  // slow heavy motor, fast light motor; full scale 65535
  bool operator==(const MotorLevels&) const = default;
};

class ForceFeedback {
 public:
  // Times are milliseconds of one steady clock. An effect that is uploaded again while it plays
  // goes on with its new strength. False: not a rumble effect, or no such slot.
  bool upload(const ff_effect& effect, std::int64_t now_ms);
  void erase(int id);
  // `count` > 0 plays that many times, 0 stops.
  void play(int id, std::int32_t count, std::int64_t now_ms);
  void set_gain(std::uint16_t gain) { gain_ = gain; }

  MotorLevels levels(std::int64_t now_ms) const;
  // When levels() next changes by itself.
  std::optional<std::int64_t> next_change_ms(std::int64_t now_ms) const;

 private:
  struct Effect {
    bool present = false;
    bool playing = false;
    std::uint16_t strong = 0, weak = 0;
    std::int64_t length_ms = 0;  // 0 = until stopped
    std::int64_t delay_ms = 0;
    std::int64_t started_ms = 0;
    std::int64_t repeats = 0;
  };
  static bool over(const Effect& effect, std::int64_t now_ms);
  static bool sounding(const Effect& effect, std::int64_t now_ms);
  std::array<Effect, kMaxEffects> effects_{};
  std::uint16_t gain_ = 0xFFFF;
};

}  // namespace pf::input::uinput
