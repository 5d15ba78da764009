// Tells the event bus what sessions do (session.started, session.changed, session.ended), whether
// their client is there (client.connected, client.disconnected with a reason: quit, timeout or
// error), and what happens in them: stream.started|stopped, game.launching|running|exited,
// display.created|released. event_kinds.cpp lists the fields.
#pragma once

#include <map>

#include "session/manager.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

// Control thread.
class SessionEvents {
 public:
  explicit SessionEvents(EventBus& events) : events_(events) {}
  // Hears of happenings and endings from now on; look() stays with the caller. The manager must not
  // outlive this object, or be used after it.
  void follow(session::Manager& manager);
  // Compares with what was there before. Called once a second while sessions run.
  void look(const session::Manager& manager);
  void ended(const session::EndedSession& session);
  // Its session is looked at first, so that nobody hears of something of an unknown session.
  void happened(const session::Happening& happening);

 private:
  struct Shown {
    session::State state = session::State::Reserved;
    std::uint32_t grants = 0;
    bool muted = false;
    media::Mode mode;
    bool operator==(const Shown&) const = default;
  };
  struct Seen {
    Shown shown;
    bool connected = false;
  };
  void look_at(const session::SessionInfo& info);
  // Tells when that changed.
  void follow_client(const session::SessionInfo& info, bool& connected, const char* reason);

  EventBus& events_;
  std::map<session::SessionId, Seen> seen_;
};

}  // namespace pf::webui
