// How much of the budget that was asked for the path to the client carries, from what got lost on
// it. Pure: no clock, no thread; one caller at a time.
//
// Losses alone are no congestion: a radio link loses one packet in twenty at any rate, and slowing
// down would not help. What tells them apart is change. A loss that stays the same whatever is sent
// becomes the path's ground; what exceeds it, or a queue that grows, means that more is sent than
// fits. Then the stream falls at once to what arrived, waits, and feels its way up again; where it
// was stopped before it goes carefully. A queue that no fall empties is somebody else's traffic and
// becomes the path's own delay.
#pragma once

#include <cstdint>

namespace pf::session {

class PathShare {
 public:
  static constexpr unsigned kWhole = 1000;

  struct Config {
    unsigned floor_permille = 100;  // never below this share
    // The loss is a guess from lost frames: that it stays the same says nothing.
    bool guessed = false;
  };
  // What one window of kWindow told.
  static constexpr std::uint32_t kWindowMs = 250;
  struct Window {
    std::uint32_t loss_ppm = 0;  // of the packets sent
    bool frame_lost = false;     // parity did not suffice
    std::uint32_t queue_ms = 0;  // round trip above the shortest seen
    bool queue_known = false;    // a round trip was measured
  };

  enum class Reason : std::uint8_t {
    Steady = 1,
    Overwhelmed,  // much more was sent than arrives: down to that
    Stopped,      // the last steps up were too many
    Queueing,     // nothing is lost, but packets wait on the way
    Recovering,   // a step up
  };

  explicit PathShare(const Config& config) : config_(config) {}

  // Permille of the budget from now on.
  unsigned report(const Window& window);
  unsigned permille() const { return share_; }
  Reason reason() const { return reason_; }
  // The losses of the last window come from sending too much: no parity helps against those.
  bool congested() const { return congested_; }
  // Losses that belong to the path and not to what is sent over it, in parts per million.
  std::uint32_t ground_ppm() const { return ground_ppm_; }

 private:
  static constexpr unsigned kFirstHold = 6;
  std::uint32_t judge_queue(std::uint32_t queue_ms);
  void fall(double factor, Reason reason, std::uint32_t ppm);
  void rise();

  Config config_;
  unsigned share_ = kWhole;
  Reason reason_ = Reason::Steady;
  bool congested_ = false;
  std::uint32_t ground_ppm_ = 0;
  std::uint32_t fell_at_ppm_ = 0;    // the loss that led to the last fall; 0 = long ago
  std::uint32_t queue_ms_ = 0;       // in this window
  std::uint32_t ground_queue_ = 0;   // the part of the queue that is others'
  std::uint32_t fell_at_queue_ = 0;  // the queue that led to the last fall; 0 = something else did
  unsigned standing_ = 0;            // windows with a small queue that stays
  unsigned vain_ = 0;                // falls in a row that left the queue as it was
  unsigned aftermath_ = 0;           // windows in which losses teach nothing about parity
  unsigned ceiling_ = kWhole;        // where it was stopped last
  unsigned settling_ = 0;            // windows that still tell of what was sent before a fall
  unsigned hold_ = 0;                // windows until the next step up
  unsigned patience_ = kFirstHold;   // how long such a hold is
  unsigned step_ = 0;                // of the next step up, in permille of the share
  unsigned risen_ = 0;               // steps up since the last hold
  unsigned before_ = kWhole;         // the share before these steps
  unsigned bad_ = 0, lossy_ = 0, slow_ = 0;  // windows in a row
};

const char* name(PathShare::Reason reason);  // "overwhelmed"

}  // namespace pf::session
