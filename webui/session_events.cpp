#include "webui/session_events.hpp"

#include <nlohmann/json.hpp>

#include "webui/host_json.hpp"

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

// Whose it is, of what is not the session itself.
nlohmann::json of_session(const session::SessionInfo& info, session::SessionId id) {
  nlohmann::json out = {
      {"session_id", id}, {"plane", trust::name(info.plane)}, {"device_name", info.device_name}};
  if (info.device > 0) out["device_id"] = info.device;
  return out;
}

nlohmann::json stream_fields(const session::SessionInfo& info) {
  auto out = of_session(info, info.id);
  out["mode"] = media::to_string(info.mode);
  if (info.codec) out["codec"] = codec_id(*info.codec);
  if (!info.encoder.empty()) {
    out["encoder"] = info.encoder;
    out["hardware"] = info.hardware_encoder;
  }
  return out;
}

nlohmann::json game_fields(const session::Happening& happening) {
  auto out = of_session(happening.session, happening.opened_for);
  out["app_id"] = happening.session.app_id;
  out["app_title"] = happening.session.app_title;
  return out;
}

nlohmann::json display_fields(const session::Happening& happening) {
  auto out = of_session(happening.session, happening.opened_for);
  out["display"] = happening.session.display;
  out["mode"] = media::to_string(happening.mode);
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
  for (const auto& info : manager.list()) look_at(info);
}

void SessionEvents::look_at(const session::SessionInfo& info) {
  const Shown now{info.state, info.grants, info.muted, info.mode};
  const auto [known, fresh] = seen_.try_emplace(info.id);
  if (!fresh && known->second.shown == now) return;
  known->second.shown = now;
  events_.publish(fresh ? "session.started" : "session.changed", who(info));
  // Lost, but it may come back: the transport went silent or was closed without a word. How the
  // client of a session that ends has gone is known when it has ended.
  if (info.state != session::State::Ending) follow_client(info, known->second.connected, "timeout");
}

void SessionEvents::follow(session::Manager& manager) {
  manager.on_happening([this](const session::Happening& happening) { happened(happening); });
  manager.on_ended([this](const session::EndedSession& over) { ended(over); });
}

void SessionEvents::happened(const session::Happening& happening) {
  using Kind = session::Happening::Kind;
  if (happening.session.id != 0) look_at(happening.session);
  switch (happening.kind) {
    case Kind::StreamStarted:
      return events_.publish("stream.started", stream_fields(happening.session));
    case Kind::StreamStopped:
      return events_.publish("stream.stopped", stream_fields(happening.session));
    case Kind::GameLaunching:
      return events_.publish("game.launching", game_fields(happening));
    case Kind::GameRunning:
      return events_.publish("game.running", game_fields(happening));
    case Kind::GameExited: {
      auto fields = game_fields(happening);
      fields["reason"] = session::name(happening.end);
      if (happening.exit_code) fields["exit_code"] = *happening.exit_code;
      return events_.publish("game.exited", std::move(fields));
    }
    case Kind::DisplayCreated:
      return events_.publish("display.created", display_fields(happening));
    case Kind::DisplayReleased:
      return events_.publish("display.released", display_fields(happening));
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
