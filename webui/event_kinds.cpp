#include "webui/event_kinds.hpp"

#include <fmt/format.h>

namespace pf::webui {

const std::vector<EventKind>& event_kinds() {
  static const std::vector<EventKind> kinds = {
      {"session.started",
       "a client has launched: id, plane, device_name, device_id, app_title, "
       "state"},
      {"session.changed", "its state, mode, rights or sound: as session.started"},
      {"session.ended",
       "everything is taken down: as session.started, and reason, text, "
       "duration_s"},
      {"client.connected", "a client is there: as session.started, and address"},
      {"client.disconnected",
       "it has gone: as client.connected, and reason quit, timeout or error"},
      {"stream.started",
       "pictures are on their way: session_id, plane, device_name, device_id, "
       "mode, codec, encoder, hardware"},
      {"stream.stopped", "nothing leaves any more: as stream.started"},
      {"game.launching",
       "an application and the commands before it start: session_id (that it was "
       "opened for), plane, device_name, device_id, app_id, app_title"},
      {"game.running", "its program runs: as game.launching"},
      {"game.exited",
       "it is over: as game.launching, reason ended, failed, stopped or let-go, and "
       "exit_code where the host saw its program end"},
      {"display.created",
       "a session has its display: session_id (that it was opened for), plane, "
       "device_name, device_id, display, mode"},
      {"display.released", "it is gone: as display.created"},
      {"pairing.pending",
       "a device asks to be let in: plane, request_id, fingerprint, address; "
       "native ones also name, source"},
      {"pairing.completed",
       "it is paired: device_id, device_name, revision, grants, access_level, "
       "disabled, expires_unix"},
      {"pairing.denied", "it is not: plane, request_id or fingerprint, text"},
      {"access.granted", "as pairing.completed"},
      {"access.changed", "as pairing.completed"},
      {"access.expired", "as pairing.completed"},
      {"access.revoked", "as pairing.completed"},
      {"apps.changed", "the list of applications: id, unless it is about several"},
      {"library.changed",
       "what titles, with found: the titles installed here are others than at "
       "the last look; what imported or removed, with keys: applications made "
       "of titles came or went"},
      {"settings.changed", "settings: their ids"},
      {"diagnostics.changed", "a check or a probe has a new result"},
      {"action.invoked",
       "the machine or the host is to sleep, restart or switch off: action, state begins, waits or "
       "withdrawn"},
      {"host.started", "host_name, version"},
      {"host.stopping", "host_name, version"},
      {"stats", "once a second, only to who asks for it by name: sessions"},
      {"log", "only to who asks for it by name: line, level, target, msg"},
  };
  return kinds;
}

std::string event_kinds_text() {
  std::string text;
  for (const auto& kind : event_kinds())
    text += fmt::format("{}{}: {}", text.empty() ? "" : ". ", kind.name, kind.help);
  return text + '.';
}

}  // namespace pf::webui
