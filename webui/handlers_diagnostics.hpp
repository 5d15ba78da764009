// Handlers of routes_diagnostics.cpp. Control thread.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui::handlers {

std::optional<Reply> show_checks(const Context&, const Call&);
std::optional<Reply> refresh_checks(const Context&, const Call&);
std::optional<Reply> download_log(const Context&, const Call&);
std::optional<Reply> support_bundle(const Context&, const Call&);
std::optional<Reply> metrics(const Context&, const Call&);
std::optional<Reply> alive(const Context&, const Call&);
std::optional<Reply> ready(const Context&, const Call&);

}  // namespace pf::webui::handlers
