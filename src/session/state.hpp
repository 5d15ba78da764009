// The life of a session as a pure function (architecture, section 7).
#pragma once

#include <cstdint>
#include <optional>

namespace pf::session {

enum class State : std::uint8_t {
  Reserved = 1,
  Starting,
  Live,
  Rebuilding,
  Detached,
  Ending,
  Ended
};
enum class Event : std::uint8_t {
  Attach = 1,  // a peer brings its sinks (first time or resume)
  Ready,       // everything asked for is open
  OpenFailed,
  MediaLost,   // capture or encoder died
  ModeChange,  // video is to be replaced by one of another mode
  PeerGone,    // the peer left; the session may wait for it
  Deadline,    // reservation or grace is over
  Stop,        // revoked, expired, operator, app exit, host stopping, fatal
  TornDown,    // everything is closed
};

// The state after `event`, or nothing when the event is not legal there (a programming mistake or a
// late message; the caller ignores it). `failures`: consecutive failed rebuilds so far.
std::optional<State> next(State state, Event event, unsigned failures = 0);

const char* name(State state);
const char* name(Event event);

}  // namespace pf::session
