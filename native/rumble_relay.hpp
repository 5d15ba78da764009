// Feedback of games to the client's pads: rumble as leases that are renewed while they last
// (punktfunk1.md 7.4), lights and trigger effects as they come (7.7). Control thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.hpp"
#include "base/event_loop.hpp"
#include "input/event.hpp"
#include "native/wire/constants.hpp"

namespace pf::native {

class RumbleRelay {
 public:
  static constexpr std::chrono::milliseconds kLease{400};
  // A lease is renewed long before it runs out; a stop is said several times, datagrams get lost.
  static constexpr std::chrono::milliseconds kRenew{120};
  static constexpr unsigned kStopRepeats = 3;

  RumbleRelay(Executor& executor, wire::Generation generation,
              std::function<void(ByteSpan datagram)> send);

  void on_feedback(const input::FeedbackEvent& event);

 private:
  struct Pad {
    std::uint16_t low = 0, high = 0, left = 0, right = 0;
    std::uint8_t seq = 0;
    unsigned stops_left = 0;
    bool active() const { return (low | high | left | right) != 0; }
  };
  void light(const input::PadLight& light);
  void triggers(const input::AdaptiveTriggers& triggers);
  void changed(std::uint8_t pad);
  void send(std::uint8_t pad);
  void schedule();
  void renew();

  Executor& executor_;
  wire::Generation generation_;
  std::function<void(ByteSpan)> send_;
  std::array<Pad, 16> pads_{};
  std::unique_ptr<Executor::Timer> timer_;
};

}  // namespace pf::native
