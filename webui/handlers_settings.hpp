// Handlers of routes_settings.cpp. Control thread.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui::handlers {

// Whether the change lets somebody in who is outside now.
bool opens_host(const Context&, const Call&);
std::optional<Reply> change_settings(const Context&, const Call&);
std::optional<Reply> show_host(const Context&, const Call&);
std::optional<Reply> show_encoders(const Context&, const Call&);
std::optional<Reply> probe_encoders(const Context&, const Call&);
std::optional<Reply> show_displays(const Context&, const Call&);

}  // namespace pf::webui::handlers
