// The speed test (punktfunk1.md 6.11, punktfunk2.md 6.4): filler units at a target rate for a
// while, on a thread of its own (pf-probe, alive only during a burst) with its own frame counter
// and packet memory, so that video goes on beside it. Packet numbers come from the session's
// PacketNumbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "native/media/clock.hpp"
#include "native/media/media_keys.hpp"
#include "native/media/video_link.hpp"
#include "native/media/video_packets.hpp"
#include "net/udp_socket.hpp"

namespace pf::native::media {

// What ProbeResult says. All zero: declined, or nothing was sent.
struct ProbeResult {
  std::uint64_t bytes = 0;         // of units, offered
  std::uint32_t units = 0;         // offered
  std::uint32_t duration_ms = 0;   // real
  std::uint32_t wire_packets = 0;  // handed to the kernel
  std::uint32_t send_drops = 0;    // packets that the socket did not take
};

class ProbeBurst {
 public:
  static constexpr std::uint32_t kMaxKbps = 10'000'000;
  static constexpr std::chrono::milliseconds kMaxDuration{5'000};

  struct Config {
    VideoPackets::Config packets{};  // as the video's; stream, cap and memory are set here
    Keys keys;
    std::shared_ptr<PacketNumbers> numbers{};
    MediaClock clock{};
    std::uint8_t dscp = 0;
    std::shared_ptr<net::UdpSocket> socket{};
    std::shared_ptr<VideoLink> link{};
  };
  // Errc::BadConfig, CryptoFailed, OutOfMemory. Allocates; not from a media thread.
  static Result<std::unique_ptr<ProbeBurst>> create(Config config);
  ~ProbeBurst();  // cancel()
  ProbeBurst(const ProbeBurst&) = delete;
  ProbeBurst& operator=(const ProbeBurst&) = delete;

  // Starts a burst; both values are clamped to the limits above. `done` is called once, on
  // pf-probe, when the burst is over (also when it was cancelled or the gate shut); it must only
  // post. False while another burst runs, or when no thread is to be had: `done` is then not
  // called. One thread at a time with cancel().
  bool start(std::uint32_t target_kbps, std::chrono::milliseconds duration,
             std::function<void(const ProbeResult&)> done);
  // Ends a running burst and waits for its thread (milliseconds). Not from `done`.
  void cancel();

 private:
  struct Impl;
  explicit ProbeBurst(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pf::native::media
