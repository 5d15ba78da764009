#include "session/state.hpp"

namespace pf::session {

std::optional<State> next(State state, Event event, unsigned failures) {
  if (state == State::Ended) return std::nullopt;
  if (state == State::Ending)
    return event == Event::TornDown ? std::optional(State::Ended) : std::nullopt;
  if (event == Event::Stop) return State::Ending;
  switch (state) {
    case State::Reserved:
      if (event == Event::Attach) return State::Starting;
      if (event == Event::Deadline) return State::Ending;
      return std::nullopt;
    case State::Starting:
      if (event == Event::Ready) return State::Live;
      if (event == Event::OpenFailed) return State::Ending;
      if (event == Event::PeerGone) return State::Detached;
      return std::nullopt;
    case State::Live:
      if (event == Event::MediaLost || event == Event::ModeChange) return State::Rebuilding;
      if (event == Event::PeerGone) return State::Detached;
      return std::nullopt;
    case State::Rebuilding:
      if (event == Event::Ready) return State::Live;
      if (event == Event::OpenFailed) return failures >= 1 ? State::Ending : State::Rebuilding;
      if (event == Event::PeerGone) return State::Detached;
      return std::nullopt;
    case State::Detached:
      if (event == Event::Attach) return State::Starting;
      if (event == Event::Deadline) return State::Ending;
      return std::nullopt;
    case State::Ending:
    case State::Ended:
      break;
  }
  return std::nullopt;
}

const char* name(State state) {
  switch (state) {
    case State::Reserved:
      return "reserved";
    case State::Starting:
      return "starting";
    case State::Live:
      return "live";
    case State::Rebuilding:
      return "rebuilding";
    case State::Detached:
      return "detached";
    case State::Ending:
      return "ending";
    case State::Ended:
      return "ended";
  }
  return "?";
}

const char* name(Event event) {
  switch (event) {
    case Event::Attach:
      return "attach";
    case Event::Ready:
      return "ready";
    case Event::OpenFailed:
      return "open-failed";
    case Event::MediaLost:
      return "media-lost";
    case Event::ModeChange:
      return "mode-change";
    case Event::PeerGone:
      return "peer-gone";
    case Event::Deadline:
      return "deadline";
    case Event::Stop:
      return "stop";
    case Event::TornDown:
      return "torn-down";
  }
  return "?";
}

}  // namespace pf::session
