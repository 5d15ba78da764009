// Handlers of routes_trust.cpp. Control thread.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui::handlers {

std::optional<Reply> merge_devices(const Context&, const Call&);
std::optional<Reply> split_device(const Context&, const Call&);
std::optional<Reply> show_audit(const Context&, const Call&);
std::optional<Reply> show_history(const Context&, const Call&);
std::optional<Reply> export_devices(const Context&, const Call&);
std::optional<Reply> import_devices(const Context&, const Call&);

}  // namespace pf::webui::handlers
