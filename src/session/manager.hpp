// Owns every session on the control thread: reserve → attach → (detach → attach)* → end. The state
// machine is state.hpp; this is its only caller.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/catalogue.hpp"
#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "media/mode.hpp"
#include "session/front_end.hpp"
#include "session/live.hpp"
#include "session/state.hpp"
#include "trust/lease.hpp"

namespace pf::session {

struct ManagerConfig;

enum class Errc {
  UnknownSession = 1,
  Busy,   // the device has a session already
  InUse,  // another device has what it wants; the context is a sentence for people
  LeaseEnded,
  NotAllowed,
  LimitReached,
  Unavailable,
  ModeRefused,  // the mode is impossible here; the old one goes on
  Superseded,   // a newer request for a mode took this one's place
};
const char* error_room(Errc);
const char* error_text(Errc);

struct Launch {
  trust::LeasePtr lease;
  trust::Plane plane = trust::Plane::GameStream;
  apps::App app;
  media::Mode mode;
  audio::Speakers speakers = audio::Speakers::Stereo;
  std::string client_address;
};

// For status, the API and the console; a value.
struct SessionInfo {
  SessionId id = 0;
  State state = State::Reserved;
  trust::Plane plane = trust::Plane::GameStream;
  trust::DeviceId device = 0;
  std::string device_name;
  crypto::Fingerprint fingerprint;
  std::string client_address;
  std::uint32_t app_id = 0;
  std::string app_title;
  media::Mode mode;
  std::int64_t started_unix = 0;
  // What is in use; empty until it is known.
  std::string display, capture, encoder, audio, input;
  std::vector<std::string> notes;  // why a preferred back end was not used
  bool hardware_encoder = false;
  std::uint32_t bitrate_kbps = 0;
  // Totals of the running stream; zero before it runs.
  std::uint64_t frames_sent = 0, frames_dropped = 0, idr_frames = 0, sent_bytes = 0;
  std::uint64_t audio_packets = 0, input_events = 0, input_refused = 0;
  double frames_per_second = 0;                        // over the last second
  double megabits_per_second = 0;                      // over the last second
  std::uint64_t encode_p50_us = 0, encode_p99_us = 0;  // submitted → encoded
  std::uint64_t host_p50_us = 0, host_p99_us = 0;      // captured → last packet
  std::int64_t last_frame_age_ms = -1;                 // -1: none yet
  std::uint32_t grants = 0;                            // what its device may do right now
  bool muted = false;                                  // the client gets silence
  std::optional<media::Codec> codec;                   // of the attached stream
  std::optional<SessionId> joined;  // the other device's session whose picture it shows
};

// A session that is over; for the history.
struct EndedSession {
  SessionInfo info;  // codec and encoder of its last stream; totals of all its streams
  EndReason reason = EndReason::HostStopping;
  std::int64_t duration_s = 0;
};

// How an application went.
enum class GameEnd : std::uint8_t {
  Ended = 1,  // by itself
  Failed,     // it could not be started, or a command before it failed
  Stopped,    // by the host, because its session is over
  LetGo,      // given to a process that runs elsewhere; the host does not see its end
};
const char* name(GameEnd end);  // "let-go"

// What a stream, an application or a display did, told at the moment when it did it. An application
// is told of as launching, then running, then exited; one that never ran as launching and exited.
// The Desktop without a command of its own is no application.
struct Happening {
  enum class Kind : std::uint8_t {
    StreamStarted = 1,  // a stream's first time on its way to the client; not a mode change
    StreamStopped,      // nothing leaves any more
    GameLaunching,      // before the commands that come before it
    GameRunning,
    GameExited,
    DisplayCreated,
    DisplayReleased,
  };
  Kind kind = Kind::StreamStarted;
  // Whose stream it is; of an application or a display: who owns it now.
  SessionInfo session;
  // The session that application and display were opened for. Their events all have the same one,
  // even when another device has taken them over.
  SessionId opened_for = 0;
  GameEnd end = GameEnd::Ended;  // of GameExited
  // Of GameExited, when the host has seen the program that it started end: 0..255, or 128 + n when
  // signal n ended it.
  std::optional<int> exit_code;
  media::Mode mode;  // of a display
};

// What a launch finds of other devices (trust-and-console.md 2.2; punktfunk1.md 4.2).
struct Contest {
  apps::SecondClient policy = apps::SecondClient::Separate;
  std::vector<SessionId> others;  // the sessions in the way; none: everything is free
  std::string sentence;           // for whoever is refused
};

class Manager {
 public:
  virtual ~Manager() = default;

  // A slot, the lease and the display are taken (the display starts opening at once); no media.
  // Ends as NeverConnected when nothing attaches within the reservation time. One session per
  // device: a second launch of the same device is Errc::Busy. When other devices are in the way,
  // the application's policy decides: it opens a display of its own, joins theirs (same picture
  // and sound, own rights), takes the application over (their streams end as Taken), or fails as
  // Errc::InUse.
  virtual Result<SessionId> reserve(Launch launch) = 0;
  // Opens capture, encoder, audio and input, and starts the application when it does not run yet.
  // The sinks and the peer are kept until on_stream_end. Errors of opening end the session with a
  // reason.
  virtual Result<std::shared_ptr<Stream>> attach(SessionId id, const StreamConfig& config,
                                                 std::unique_ptr<VideoSink> video,
                                                 std::unique_ptr<AudioSink> audio,
                                                 std::shared_ptr<PeerControl> peer) = 0;
  // Changes the mode of a live stream. Video is replaced, sound, input and the sinks go on: the
  // sink gets on_mode(), then an IDR of the new size with a later epoch. `done` runs exactly once,
  // on the control thread, never within this call: with the mode that is active now, or with the
  // reason why the old one goes on (ModeRefused), why this request was dropped (Superseded: while
  // one change is in progress only the newest of the others waits), or NotAllowed when there is no
  // stream (any more).
  virtual void reconfigure(SessionId id, const media::Mode& mode,
                           std::function<void(Result<media::Mode>)> done) = 0;
  // The peer is gone (or comes back with new keys): the stream ends, application and display stay
  // for the grace time. No on_stream_end call for a detach that the front end asked for.
  virtual void detach(SessionId id) = 0;
  // Streams that run end, and their peers are told `reason`; the sessions wait for their devices as
  // after a detach.
  virtual void send_away(EndReason reason) { (void)reason; }
  // Makes a detached or live session wait for a new attach under a new lease and mode (resume).
  virtual Result<> prepare_resume(SessionId id, trust::LeasePtr lease, const media::Mode& mode,
                                  audio::Speakers speakers, const std::string& client_address) = 0;
  // Ends it from any state. `done` runs on the control thread when everything has been taken down.
  virtual void end(SessionId id, EndReason reason, std::function<void()> done = {}) = 0;

  // What reserve() would meet. An application's own policy is about other devices that have it; the
  // host's is also about devices that stream something else, when it is to refuse or to steal.
  virtual Contest contest(const apps::App& app, trust::DeviceId device) const {
    (void)app;
    (void)device;
    return {};
  }
  virtual std::optional<SessionInfo> find(SessionId id) const = 0;
  virtual std::optional<SessionInfo> find_device(trust::DeviceId device) const = 0;
  virtual std::vector<SessionInfo> list() const = 0;
  // The last minute of a session, oldest first; Errc::UnknownSession.
  virtual Result<std::vector<LiveSample>> live(SessionId id) const = 0;
  // Runs on the control thread each time the figures of the sessions were taken (once a second, and
  // not at all without a session). Replaces an earlier one.
  virtual void on_figures(std::function<void()> observer) = 0;
  // Runs on the control thread when a session has been taken down. Adds an observer.
  virtual void on_ended(std::function<void(const EndedSession&)> observer) { (void)observer; }
  // Runs on the control thread. Adds an observer, which must not change sessions.
  virtual void on_happening(std::function<void(const Happening&)> observer) { (void)observer; }
  // The client hears silence until this is taken back; it lasts for the session.
  virtual Result<> set_muted(SessionId id, bool muted) = 0;
  // Errc::NotAllowed when nothing streams.
  virtual Result<> request_idr(SessionId id) = 0;
  // For displays, encoders, sound and times of what is opened from here on.
  virtual void configure(const ManagerConfig& config) = 0;
  // Keep one display and the sound server warm for some seconds: a paired client that looks at the
  // host usually launches next.
  virtual void expect_launch() = 0;
  // Ends everything (HostStopping) and returns when it has gone. Not from the control thread.
  virtual void shutdown() = 0;
};

}  // namespace pf::session
