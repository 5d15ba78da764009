// What the manager keeps for one session. Control thread only; parts that workers use are moved to
// them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/process.hpp"
#include "session/factory.hpp"
#include "session/live.hpp"
#include "session/stream.hpp"

namespace pf::session {

struct Session {
  SessionId id = 0;
  State state = State::Reserved;
  Launch launch;
  std::int64_t started_unix = 0;
  std::shared_ptr<Stats> stats = std::make_shared<Stats>();

  // Opened once, kept while the session lives.
  std::unique_ptr<display::Display> display;
  std::shared_ptr<audio::Source> audio;
  audio::Speakers audio_speakers = audio::Speakers::Stereo;
  bool audio_done = false;  // opened, or failed for good
  std::string display_name;
  Process app;
  std::unique_ptr<Executor::Timer> app_watch;
  bool app_started = false;
  SteadyTime app_since{};
  bool preparing = false;                      // a worker runs a command before the application
  std::vector<apps::UndoJournal::Left> undos;  // in the order in which they were done

  // The attached stream, and what it still waits for.
  std::shared_ptr<StreamImpl> stream;
  std::unique_ptr<encode::Encoder> encoder;
  bool encoder_done = false;
  bool opening = false;              // a worker puts the stream together
  unsigned closing = 0;              // streams that still use the sound and the display
  std::function<void()> on_settled;  // end() waits for those workers
  unsigned failures = 0;
  struct ModeChange {
    media::Mode mode;
    std::function<void(Result<media::Mode>)> done;
  };
  std::optional<ModeChange> next_change;  // the newest of those that wait
  std::vector<std::string> notes;

  std::unique_ptr<Executor::Timer> deadline;  // reservation or grace
  EndReason end_reason = EndReason::HostStopping;
  // Of the streams before the attached one, and what the last one used.
  std::uint64_t past_frames = 0, past_dropped = 0, past_bytes = 0;
  std::string last_encoder;
  std::optional<media::Codec> last_codec;
  std::vector<std::function<void()>> on_ended;

  bool muted = false;
  LiveRing live;  // from the manager's ticker
};

SessionInfo describe(const Session& session);

}  // namespace pf::session
