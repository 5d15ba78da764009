// What the manager keeps for one session. Control thread only; parts that workers use are moved to
// them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "session/factory.hpp"
#include "session/live.hpp"
#include "session/stage.hpp"
#include "session/stream.hpp"

namespace pf::session {

struct Session {
  SessionId id = 0;
  State state = State::Reserved;
  Launch launch;
  std::int64_t started_unix = 0;
  SteadyTime started{};
  std::shared_ptr<Stats> stats = std::make_shared<Stats>();

  StagePtr stage;
  bool last = false;  // takes the stage down when it ends

  // The attached stream, and what it still waits for.
  std::shared_ptr<StreamImpl> stream;
  bool streaming = false;  // as it was told
  std::unique_ptr<encode::Encoder> encoder;
  bool encoder_done = false;
  bool opening = false;              // a worker puts the stream together
  unsigned closing = 0;              // streams that still use the sound and the display
  std::function<void()> on_settled;  // end() waits for those workers
  unsigned failures = 0;
  struct Losses {
    SteadyTime since{};
    unsigned count = 0;
    std::string encoder{};             // the last one that failed
    std::vector<std::string> unfit{};  // failed twice in a row
  } losses;
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
