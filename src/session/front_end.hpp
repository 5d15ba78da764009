// What a front end gives to a session and gets from it. Core declares these; core never names a
// front end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "audio/layout.hpp"
#include "base/bytes.hpp"
#include "encode/encoder.hpp"
#include "input/event.hpp"
#include "media/access_unit.hpp"

namespace pf::session {

using SessionId = std::uint64_t;

// Open while media and input may flow. Shut once, at the first sign of an end (revocation, stop):
// sinks check it before each packet group, the input port before each event. Any thread.
class Gate {
 public:
  bool open() const noexcept { return open_.load(std::memory_order_acquire); }
  void shut() noexcept { open_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> open_{true};
};

// The front end's packet layout and socket. Called from the session's send thread only.
class VideoSink {
 public:
  virtual ~VideoSink() = default;
  // Packetises, protects, seals, paces and sends one unit; sets timeline.first_packet_ns and
  // last_packet_ns (0 when nothing was sent). Returns false when the unit could not be sent whole,
  // so that a recovery frame is needed. Checks the gate before each packet group. Does not
  // allocate.
  virtual bool send(media::AccessUnit& unit) noexcept = 0;
};

// Called from the session's audio thread only, once per packet duration.
class AudioSink {
 public:
  virtual ~AudioSink() = default;
  virtual void send(ByteSpan opus_packet) noexcept = 0;
};

enum class EndReason : std::uint8_t {
  ClientQuit = 1,  // the client asked to end the application
  OperatorStop,    // console, ctl
  AppExited,
  Revoked,
  Expired,
  PeerLost,        // and the grace for coming back is over
  Replaced,        // the same device launched anew
  NeverConnected,  // reserved, but the client did not come
  DisplayFailed,
  EncoderFailed,
  HostStopping,
};
const char* name(EndReason reason);      // "operator-stop"
const char* sentence(EndReason reason);  // for people

// How a session speaks to its peer. Control thread unless said otherwise.
class PeerControl {
 public:
  virtual ~PeerControl() = default;
  // The stream of this peer is over: tell it why and let go. Media is muted already. After this
  // call the session makes no further call on the sinks given at attach.
  virtual void on_stream_end(EndReason reason) = 0;
  // Rumble, lights, motion requests; any thread, must not block.
  virtual void on_feedback(const input::FeedbackEvent& event) noexcept = 0;
};

struct StreamConfig {
  encode::Config video;
  audio::Layout audio;
  std::chrono::milliseconds audio_duration{5};
};

// The front end's handle on a running stream. Any thread; calls after the end do nothing.
class Stream {
 public:
  virtual ~Stream() = default;
  // The peer's addresses are known: media may flow. The first unit after start_video() is an IDR.
  virtual void start_video() noexcept = 0;
  virtual void start_audio() noexcept = 0;
  virtual void request_idr() noexcept = 0;  // repeated requests collapse
  virtual void set_bitrate(std::uint32_t kbps) noexcept = 0;
  virtual void input(const input::Event& event) noexcept = 0;  // one thread at a time
  virtual const Gate& gate() const noexcept = 0;
};

}  // namespace pf::session
