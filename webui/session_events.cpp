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

}  // namespace

void SessionEvents::look(const session::Manager& manager) {
  for (const auto& info : manager.list()) {
    const Seen now{info.state, info.grants, info.muted, info.mode};
    const auto [known, fresh] = seen_.try_emplace(info.id, now);
    if (!fresh && known->second == now) continue;
    known->second = now;
    events_.publish(fresh ? "session.started" : "session.changed", who(info));
  }
}

void SessionEvents::ended(const session::EndedSession& session) {
  if (seen_.erase(session.info.id) == 0) events_.publish("session.started", who(session.info));
  auto fields = who(session.info);
  fields["state"] = session::name(session::State::Ended);
  fields["reason"] = session::name(session.reason);
  fields["text"] = session::sentence(session.reason);
  fields["duration_s"] = session.duration_s;
  events_.publish("session.ended", std::move(fields));
}

}  // namespace pf::webui
