// How much parity a native stream carries and how fast its encoder runs, from what the client
// reports. Pure: no clock, no thread; one caller at a time (punktfunk1.md 6.10, 6.12).
//
// Parity is what lets one frame in ten thousand be lost at the reported loss, for frames of the
// size that the bitrate makes: a share that follows the loss alone leaves small frames, of some
// thirty packets, unrepaired several times a second.
//
// Losses come in bursts, of which an average tells nothing. So a stream begins with enough for a
// burst (first_fec), a path that turns out to be clean gets rid of it within seconds, and one that
// does not keeps it until its losses look random or long calm has passed. The first frame that
// breaks brings it back at once.
#pragma once

#include <cstdint>

namespace pf::session {

// The arithmetic between the wire budget that peers talk about (Welcome, SetBitrate) and the
// encoder's rate: wire = encoder × (P + 64) / P × (100 + fec) / 100 + audio (punktfunk1.md 6.12).
struct WireShape {
  std::uint32_t payload_bytes = 1388;  // P: compressed bytes in one packet
  std::uint32_t audio_kbps = 0;        // what sound takes out of the budget
};
// Rounded down, so that wire_kbps(encoder_kbps(b)) never exceeds b. 0 when the budget holds no
// video at all.
std::uint32_t encoder_kbps(std::uint32_t wire_kbps, unsigned fec_percent, const WireShape& shape);
std::uint32_t wire_kbps(std::uint32_t encoder_kbps, unsigned fec_percent, const WireShape& shape);

class RateControl {
 public:
  static constexpr unsigned kLeastFec = 5, kMostFec = 75, kFirstFec = 10;
  // A budget too small for its sound still carries a picture of this rate.
  static constexpr std::uint32_t kLeastEncoderKbps = 100;

  enum class Reason : std::uint8_t {
    Start = 1,    // nothing was reported yet
    Asked,        // the client asked for this bitrate
    Limited,      // the client asked for more than the host allows, or for less
    LossRose,     // more parity, and so much less for the encoder
    LossFell,     // clean windows: less parity, more for the encoder
    Overwhelmed,  // frames are lost in spite of the parity: the whole stream is slowed down
    Recovering,   // clean again: back towards the asked bitrate
    Steady,       // the last report changed nothing
  };

  struct Config {
    WireShape shape;
    std::uint32_t wire_kbps = 20'000;  // the budget agreed on
    std::uint32_t frames_per_second = 60;
    unsigned fec_percent = kFirstFec;  // to begin with
    // Never more than this: parity beyond it costs more picture than the frames that it saves.
    unsigned most_fec_percent = kMostFec;
    std::uint32_t min_wire_kbps = 500, max_wire_kbps = 500'000;
    // Whether the host may go below what was asked for while frames keep getting lost.
    bool may_slow_down = true;
  };

  struct Decision {
    unsigned fec_percent = kFirstFec;
    // Follows the parity down at once, so that the budget holds, and up in steps of a few percent:
    // some encoders pay for each change with an IDR.
    std::uint32_t encoder_kbps = 0;
    std::uint32_t wire_kbps = 0;  // the budget in force, what BitrateChanged tells the client
    Reason reason = Reason::Start;
    bool changed = false;  // any of the three numbers, by this call
  };

  explicit RateControl(const Config& config);
  // The share to begin with on a path that nothing is known about: frames survive 2 % of loss in
  // bursts of twelve packets, or 5 % at random, as far as Config::most_fec_percent goes.
  static unsigned first_fec(const Config& config);

  // The client asked for a budget: taken over within the bounds.
  const Decision& ask(std::uint32_t wire_kbps);
  // One report window (750 ms): share of packets that were missing, in parts per million, and
  // whether a frame was lost whole (+50,000 in the ppm of older clients tells it as well).
  const Decision& report_loss(std::uint32_t ppm, bool frame_lost);
  // A picture was asked for anew (reference invalidation, keyframe) since the last window: the
  // parity did not suffice. Counts in the next report; changes nothing by itself.
  void recovery_asked();
  // A frame was named that could not be repaired: the parity rises at once, for the next frame.
  const Decision& frame_broken();
  // Totals since the start: what the client says it received and what the host had sent when that
  // was so. Stands in for a loss report where a client sends none. Repair is unknown, so frames
  // count as lost only by recovery_asked().
  const Decision& report_delivery(std::uint64_t received_packets, std::uint64_t sent_packets);
  // The payload size of a packet changed (path MTU).
  const Decision& reshape(const WireShape& shape);

  const Decision& current() const { return decision_; }

 private:
  unsigned wanted_fec(std::uint32_t ppm) const;
  Config asked_config() const;  // with the budget in force
  void expect_bursts(unsigned percent);
  void forget_bursts(std::uint32_t ppm);
  void study(std::uint32_t ppm);
  bool looks_random() const;
  const Decision& settle(Reason reason);
  unsigned packets_in_frame() const;  // on average

  Config config_;
  std::uint32_t asked_kbps_;
  unsigned fec_percent_;
  bool lossy_ = false;            // something was lost since the start
  bool raised_ = false;           // by a broken frame, since the last report
  unsigned burst_percent_ = 0;    // the share kept for bursts; 0 = none are expected
  unsigned calm_windows_ = 0;     // since the share last changed
  unsigned calm_needed_;          // for one step down
  unsigned studied_windows_ = 0;  // of loss: its mean and how far windows lie from it
  double mean_loss_ = 0, spread_ = 0;
  unsigned share_permille_ = 1000;                // of the asked budget, while slowed down
  unsigned clean_windows_ = 0, bad_windows_ = 0;  // in a row
  bool recovery_asked_ = false;
  bool have_delivery_ = false;
  std::uint64_t received_ = 0, sent_ = 0;
  Decision decision_;
};

const char* name(RateControl::Reason reason);  // "loss-rose"

}  // namespace pf::session
