// One function per route; the table in routes.cpp names them. Control thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "webui/routes.hpp"

namespace pf::webui::handlers {

std::optional<Reply> health(const Context&, const Call&);
std::optional<Reply> openapi(const Context&, const Call&);
std::optional<Reply> status(const Context&, const Call&);
std::optional<Reply> list_sessions(const Context&, const Call&);
std::optional<Reply> show_session(const Context&, const Call&);
std::optional<Reply> stop_session(const Context&, const Call&);
std::optional<Reply> show_pairing(const Context&, const Call&);
std::optional<Reply> enter_pin(const Context&, const Call&);
std::optional<Reply> show_native_pairing(const Context&, const Call&);
std::optional<Reply> arm_native_pairing(const Context&, const Call&);
std::optional<Reply> disarm_native_pairing(const Context&, const Call&);
std::optional<Reply> list_knocks(const Context&, const Call&);
std::optional<Reply> approve_knock(const Context&, const Call&);
std::optional<Reply> deny_knock(const Context&, const Call&);
std::optional<Reply> list_devices(const Context&, const Call&);
std::optional<Reply> show_device(const Context&, const Call&);
std::optional<Reply> change_device(const Context&, const Call&);
std::optional<Reply> revoke_all_devices(const Context&, const Call&);
std::optional<Reply> revoke_device(const Context&, const Call&);
std::optional<Reply> list_apps(const Context&, const Call&);
std::optional<Reply> add_app(const Context&, const Call&);
std::optional<Reply> remove_app(const Context&, const Call&);
std::optional<Reply> show_log(const Context&, const Call&);
std::optional<Reply> list_settings(const Context&, const Call&);

// A device as the API shows it.
nlohmann::json device_json(const Context&, const trust::Device&);

}  // namespace pf::webui::handlers
