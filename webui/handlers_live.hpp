// Handlers of routes_live.cpp. Control thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "session/live.hpp"
#include "webui/routes.hpp"

namespace pf::webui {

class EventBus;

// As schemas::kSample.
nlohmann::json sample_json(const session::LiveSample& sample);
// Publishes the newest second of every session as a `stats` event, while somebody asked for it.
// Called once a second while sessions run.
void publish_stats(const session::Manager& manager, EventBus& events);

namespace handlers {

std::optional<Reply> show_live(const Context&, const Call&);
std::optional<Reply> limit_session(const Context&, const Call&);
std::optional<Reply> mute_session(const Context&, const Call&);
std::optional<Reply> refresh_session(const Context&, const Call&);

}  // namespace handlers
}  // namespace pf::webui
