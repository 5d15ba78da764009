// How a stock client's stream follows its path: parity share and bitrate from what the client
// reports (gamestream.md 5.3: FEC status, lost frames, pictures asked for anew) and from round
// trips of the control channel. Pure: no clock, no thread; one caller at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "gamestream/control_messages.hpp"
#include "session/path_share.hpp"
#include "session/rate_control.hpp"

namespace pf::gamestream {

class Adaptation {
 public:
  struct Config {
    std::uint32_t total_kbps = 0;     // the client's whole budget: video, parity, sound
    std::uint32_t audio_kbps = 0;     // of it
    std::uint32_t encoder_kbps = 0;   // what the encoder starts with
    std::uint32_t fec_percent = 20;   // what the parity starts with; 0 = never any
    std::uint32_t payload_bytes = 0;  // of a packet
    std::uint32_t frames_per_second = 60;
    bool reports_fec = true;     // sends FEC status (cores from 2023-02 on)
    bool follow_fec = true;      // else the parity stays as it started
    bool follow_bitrate = true;  // else the bitrate does
  };
  // What holds from now on.
  struct Decision {
    std::uint32_t fec_percent = 0;
    std::uint32_t encoder_kbps = 0;
    std::uint32_t loss_ppm = 0;  // of the packets of this window
    bool operator==(const Decision&) const = default;
  };

  explicit Adaptation(const Config& config);

  // As they come.
  void fec_status(const FecStatus& status);
  void picture_lost();  // reference invalidation or IDR asked for

  // Frame after frame is lost by halves: what they tell need not wait for the window's end.
  bool pressing() const;

  // To be called every session::PathShare::kWindowMs, and earlier (not within kSoonestMs of the
  // last) while pressing(). `packets_sent`: of the whole stream;
  // `rtt_ms`: 0 = unknown. Nothing while too little was sent to tell anything.
  std::optional<Decision> window(std::uint64_t packets_sent, std::uint32_t rtt_ms);

  static constexpr std::uint32_t kSoonestMs = 100;

  const Decision& current() const { return decision_; }
  session::PathShare::Reason reason() const { return path_.reason(); }

 private:
  void follow_loss(std::uint64_t sent, std::uint64_t missing, bool broken);

  Config config_;
  session::RateControl rates_;
  session::PathShare path_;
  std::uint32_t first_kbps_;  // what rates_ would have started with
  Decision decision_;
  std::uint64_t sent_ = 0;
  std::uint64_t missing_ = 0;
  bool lost_ = false;
  // Of blocks that could not be repaired, in this window.
  unsigned failed_blocks_ = 0;
  std::uint64_t failed_sent_ = 0, failed_missing_ = 0;
  std::uint32_t least_rtt_ms_ = 0;
  // Parity follows longer windows than the bitrate.
  unsigned path_windows_ = 0;
  std::uint64_t long_sent_ = 0, long_missing_ = 0;
  bool long_lost_ = false;
  unsigned last_share_ = session::PathShare::kWhole;
};

}  // namespace pf::gamestream
