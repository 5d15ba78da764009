// When a client asks for help after a loss, and when its picture is whole again (punktfunk1.md 6.9,
// punktfunk2.md 9.4). Pure: time is passed in. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pf::probe {

struct RecoveryAsk {
  bool keyframe = false;
  std::uint32_t first = 0, last = 0;  // lost frames, both inclusive, unless keyframe
  bool operator==(const RecoveryAsk&) const = default;
};

class Recovery {
 public:
  static constexpr std::chrono::milliseconds kRangePause{100};  // between asks for a range
  static constexpr std::chrono::milliseconds kAskAgain{500};    // while nothing heals
  static constexpr std::chrono::milliseconds kSilence{2'600};   // no video at all
  static constexpr std::uint32_t kWidestRange = 256;            // beyond: a key frame is asked for

  enum class Verdict : std::uint8_t {
    Clean = 1,  // a decoder can show it
    Held,       // depends on something that was lost
    Healed,     // the first clean one after a loss
    Late,       // overtaken by a newer frame
  };

  // Silence counts from here.
  explicit Recovery(SteadyTime start) : silent_since_(start) {}

  // A whole frame. `flags`: media::flag.
  Verdict on_frame(std::uint32_t index, std::uint32_t flags, SteadyTime now);
  // The decoder gave up: asks for a key frame.
  void on_broken(SteadyTime now);
  // What to ask for now, if anything.
  std::optional<RecoveryAsk> due(SteadyTime now);
  // When due() may have something without a frame coming.
  SteadyTime next() const;

  bool waiting() const { return waiting_; }
  // Since the loss was seen; while waiting().
  SteadyTime waiting_since() const { return waiting_since_; }
  // Frames passed over so far.
  std::uint64_t lost() const { return lost_; }

 private:
  void begin_waiting(SteadyTime now);

  bool any_ = false;
  std::uint32_t expected_ = 0;
  bool waiting_ = false;
  SteadyTime waiting_since_{};
  unsigned points_ = 0;  // recovery points seen while waiting
  struct Range {
    std::uint32_t first = 0, last = 0;
  };
  std::optional<Range> unreported_;
  bool want_keyframe_ = false;
  std::optional<SteadyTime> range_asked_, asked_;
  SteadyTime silent_since_;
  std::uint64_t lost_ = 0;
};

}  // namespace pf::probe
