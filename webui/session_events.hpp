// Tells the event bus what sessions do: session.started, session.changed, session.ended.
#pragma once

#include <map>

#include "session/manager.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

// Control thread.
class SessionEvents {
 public:
  explicit SessionEvents(EventBus& events) : events_(events) {}
  // Compares with what was there before. Called once a second while sessions run.
  void look(const session::Manager& manager);
  void ended(const session::EndedSession& session);

 private:
  struct Seen {
    session::State state = session::State::Reserved;
    std::uint32_t grants = 0;
    bool muted = false;
    media::Mode mode;
    bool operator==(const Seen&) const = default;
  };
  EventBus& events_;
  std::map<session::SessionId, Seen> seen_;
};

}  // namespace pf::webui
