#include "webui/session_events.hpp"

#include <nlohmann/json.hpp>

namespace pf::webui {
namespace {

nlohmann::json who(const session::SessionInfo& info) {
  nlohmann::json out = {{"id", info.id},
                        {"plane", trust::name(info.plane)},
                        {"device_name", info.device_name},
                        {"app_title", info.app_title},
                        {"state", session::name(info.state)}};
  if (info.device > 0) out["device_id"] = info.device;
  return out;
}

// Whether somebody is there: Reserved waits for a client, Detached for its return.
bool has_client(session::State state) {
  return state == session::State::Starting || state == session::State::Live ||
         state == session::State::Rebuilding;
}

// trust-and-console.md 4.7: how a client went.
const char* leaving(session::EndReason reason) {
  switch (reason) {
    case session::EndReason::PeerLost:
    case session::EndReason::NeverConnected:
      return "timeout";
    case session::EndReason::DisplayFailed:
    case session::EndReason::EncoderFailed:
      return "error";
    default:
      return "quit";
  }
}

}  // namespace

void SessionEvents::follow_client(const session::SessionInfo& info, bool& connected,
                                  const char* reason) {
  const bool now = has_client(info.state);
  if (now == std::exchange(connected, now)) return;
  auto fields = who(info);
  fields["address"] = info.client_address;
  if (!now) fields["reason"] = reason;
  events_.publish(now ? "client.connected" : "client.disconnected", std::move(fields));
}

void SessionEvents::look(const session::Manager& manager) {
  for (const auto& info : manager.list()) {
    const Shown now{info.state, info.grants, info.muted, info.mode};
    const auto [known, fresh] = seen_.try_emplace(info.id);
    if (!fresh && known->second.shown == now) continue;
    known->second.shown = now;
    events_.publish(fresh ? "session.started" : "session.changed", who(info));
    // Lost, but it may come back: the transport went silent or was closed without a word.
    follow_client(info, known->second.connected, "timeout");
  }
}

void SessionEvents::ended(const session::EndedSession& session) {
  const auto known = seen_.extract(session.info.id);
  if (known.empty()) events_.publish("session.started", who(session.info));
  if (!known.empty() && known.mapped().connected) {
    auto over = session.info;
    over.state = session::State::Ended;
    follow_client(over, known.mapped().connected, leaving(session.reason));
  }
  auto fields = who(session.info);
  fields["state"] = session::name(session::State::Ended);
  fields["reason"] = session::name(session.reason);
  fields["text"] = session::sentence(session.reason);
  fields["duration_s"] = session.duration_s;
  events_.publish("session.ended", std::move(fields));
}

}  // namespace pf::webui
