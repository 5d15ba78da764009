// Handlers of routes_actions.cpp. Control thread.
#pragma once

#include "webui/routes.hpp"

namespace pf::webui {

// A restart that ends streams.
bool restarts_at_once(const Context& context, const Call& call);

namespace handlers {

std::optional<Reply> list_actions(const Context&, const Call&);
std::optional<Reply> sleep_machine(const Context&, const Call&);
std::optional<Reply> reboot_machine(const Context&, const Call&);
std::optional<Reply> shut_down_machine(const Context&, const Call&);
std::optional<Reply> restart_host(const Context&, const Call&);
std::optional<Reply> withdraw_restart(const Context&, const Call&);

}  // namespace handlers
}  // namespace pf::webui
