// Handlers of routes_library.cpp. Control thread.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui::handlers {

std::optional<Reply> show_app(const Context&, const Call&);
std::optional<Reply> change_app(const Context&, const Call&);
std::optional<Reply> reorder_apps(const Context&, const Call&);
std::optional<Reply> show_art(const Context&, const Call&);
std::optional<Reply> set_art(const Context&, const Call&);
std::optional<Reply> remove_art(const Context&, const Call&);
std::optional<Reply> show_library(const Context&, const Call&);
std::optional<Reply> import_library(const Context&, const Call&);

}  // namespace pf::webui::handlers
