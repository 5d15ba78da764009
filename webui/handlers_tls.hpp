// Handlers of routes_tls.cpp. Control thread.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui::handlers {

std::optional<Reply> show_tls(const Context&, const Call&);
std::optional<Reply> set_tls(const Context&, const Call&);
std::optional<Reply> remove_tls(const Context&, const Call&);

}  // namespace pf::webui::handlers
