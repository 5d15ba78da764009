// Keeps frames in order while single shards of an earlier one are asked for again (punktfunk2.md
// 9.4 NACK). Pure: time is passed in. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "native/media/reassembler.hpp"
#include "native/wire/feedback.hpp"

namespace pf::probe {

class FrameOrder {
 public:
  static constexpr unsigned kMostAsks = 3;     // for one frame
  static constexpr std::size_t kMostHeld = 8;  // frames that wait for an earlier one
  static constexpr Nanoseconds kLongest = std::chrono::milliseconds(100);

  using Frame = native::media::ReceivedFrame;
  using Reassembler = native::media::Reassembler;

  // What the path needs to bring something again; 0 = not known yet.
  void set_round_trip(Nanoseconds rtt) { rtt_ = rtt; }

  // A whole frame; those that can be shown now, in order. Frames behind the newest shown pass.
  std::vector<Frame> push(Frame frame, SteadyTime now);
  // Gives up the frame that is waited for when it cannot be completed any more or took too long.
  std::vector<Frame> tick(const Reassembler& video, SteadyTime now);
  // What to ask for now, if anything.
  std::optional<native::wire::Feedback::Nack> due(const Reassembler& video, SteadyTime now);
  // When tick() or due() may have something without a packet coming.
  SteadyTime next() const;

  std::uint64_t filled() const { return filled_; }  // frames completed after an ask

 private:
  struct Wait {
    SteadyTime since{};
    std::optional<SteadyTime> asked{};
    unsigned asks = 0;
  };
  Nanoseconds patience() const;
  Nanoseconds pause() const;
  std::vector<Frame> drain(SteadyTime now);

  Nanoseconds rtt_{0};
  std::optional<std::int64_t> expected_;  // unwrapped index
  std::map<std::int64_t, Frame> held_;
  std::optional<Wait> wait_;  // for expected_
  std::uint64_t early_seen_ = 0;
  std::uint64_t filled_ = 0;
};

}  // namespace pf::probe
