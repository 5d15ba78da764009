// What a front end gives to a session and gets from it. Core declares these; core never names a
// front end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "audio/layout.hpp"
#include "base/bytes.hpp"
#include "capture/capture.hpp"
#include "encode/encoder.hpp"
#include "input/event.hpp"
#include "media/access_unit.hpp"
#include "media/mode.hpp"

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
  // The units from here on have this mode (and a later epoch); the next one is an IDR. Called
  // between units, only after a mode change (Manager::reconfigure), never for the mode given at
  // attach. May allocate.
  virtual void on_mode(const media::Mode& mode) noexcept { (void)mode; }
  // The pipeline had to be built anew: no unit left for so long, and the next one is an IDR. Called
  // before it, between units.
  virtual void on_gap(std::chrono::milliseconds gap) noexcept { (void)gap; }
  // Between units, soon after Stream::call_sink(): perhaps once for several calls, perhaps without
  // one. Does not allocate.
  virtual void on_call() noexcept {}
};

// One packet of sound: what the stream's audio format says (an Opus packet, or interleaved PCM).
struct AudioPacket {
  ByteSpan bytes;
  std::int64_t captured_ns = 0;  // CLOCK_MONOTONIC of its first sample; advances by the duration
  bool silent = false;           // no source delivered: digital silence
};

// Called from the session's audio thread only, once per packet duration.
class AudioSink {
 public:
  virtual ~AudioSink() = default;
  virtual void send(const AudioPacket& packet) noexcept = 0;
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
  Taken,           // another device took its place
  DisplayFailed,
  EncoderFailed,
  HostStopping,
};
const char* name(EndReason reason);      // "operator-stop"
const char* sentence(EndReason reason);  // for people

// Whether the clipboard of the session's desktop is shared with the client.
enum class ClipboardState : std::uint8_t {
  Shared = 1,
  Unavailable,   // this desktop has none that could be shared
  NotPermitted,  // the device lacks the CLIPBOARD grant, or has lost it
};

// How a session speaks to its peer. Control thread unless said otherwise.
class PeerControl {
 public:
  virtual ~PeerControl() = default;
  // The stream of this peer is over: tell it why and let go. Media is muted already. After this
  // call the session makes no further call on the sinks given at attach.
  virtual void on_stream_end(EndReason reason) = 0;
  // Rumble, lights, motion requests; any thread, must not block.
  virtual void on_feedback(const input::FeedbackEvent& event) noexcept = 0;
  // The stream's sound is silence from now on by the operator's wish, or no longer.
  virtual void on_muted(bool muted) noexcept { (void)muted; }
  // The answer to Stream::share_clipboard(true), and every change of it later. Any thread, must not
  // block; as is the next.
  virtual void on_clipboard_state(ClipboardState state) noexcept { (void)state; }
  // A program of the desktop has copied this text (clipboard::good_text); only while Shared.
  virtual void on_clipboard(std::string text) noexcept { (void)text; }
};

struct StreamConfig {
  encode::Config video;
  audio::Layout audio;
  audio::Format audio_format;
  // Of one packet. Opus: 5, 10 or 20 ms. PCM: any that holds a whole number of samples.
  std::chrono::microseconds audio_duration{5000};
  // Draws the pointer itself, so it is told apart from the picture; null: it is in the picture.
  std::shared_ptr<capture::PointerWatcher> pointer;
};

// What the client's reports and the transport say about the way to it; what is not known is absent.
struct PeerFigures {
  std::optional<std::uint32_t> loss_ppm;  // missing packets of the last report's window
  std::optional<std::uint32_t> rtt_us;
  std::optional<std::uint32_t> fec_percent;  // parity in force, as a share of the data
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
  // The client lost the units with these AccessUnit::index values (both inclusive). Answered with
  // the next unit, coded at once: one that refers to nothing from `first` on where the encoder can
  // do that, an IDR otherwise; it carries recovery_anchor. A loss that an earlier answer has healed
  // already costs nothing, and losses reported together get one answer.
  virtual void invalidate(std::uint32_t first, std::uint32_t last) noexcept {
    (void)first;
    (void)last;
  }
  // One Opus packet of the client's microphone (48 kHz; duration and channels as its first byte
  // says, empty = silence). `seq`: +1 a packet. Dropped without the MICROPHONE grant. One thread at
  // a time; never blocks. The first packet makes the session's microphone appear.
  virtual void microphone(std::uint32_t seq, ByteSpan opus) noexcept {
    (void)seq;
    (void)opus;
  }
  virtual void input(const input::Event& event) noexcept = 0;  // one thread at a time
  // Shares the desktop's clipboard with the client, or no longer. Never blocks.
  virtual void share_clipboard(bool on) noexcept { (void)on; }
  // The client copied this text: the desktop's programs paste it from now on. Nothing happens
  // without the CLIPBOARD grant, while not Shared, or with what is not clipboard::good_text().
  virtual void set_clipboard(std::string text) noexcept { (void)text; }
  // With StreamConfig::pointer: whether it is in the picture as well, from the next one on.
  virtual void draw_pointer(bool in_picture) noexcept { (void)in_picture; }
  // For the live figures; what is absent keeps its last value. Cheap.
  virtual void report(const PeerFigures& figures) noexcept { (void)figures; }
  // Has VideoSink::on_call() called, for what the front end wants sent that is no unit. Cheap.
  virtual void call_sink() noexcept {}
  virtual const Gate& gate() const noexcept = 0;
};

}  // namespace pf::session
