// The groups that the one table of routes is made of; each is in routes_<group>.cpp, beside the
// rooms whose work it shows. routes.cpp joins them.
#pragma once

#include <vector>

#include "webui/routes.hpp"

namespace pf::webui {

std::vector<Route> host_routes();
std::vector<Route> sign_in_routes();
std::vector<Route> token_routes();
std::vector<Route> events_routes();
std::vector<Route> sessions_routes();
std::vector<Route> pairing_routes();
std::vector<Route> devices_routes();
std::vector<Route> apps_routes();
std::vector<Route> settings_routes();
std::vector<Route> live_routes();
std::vector<Route> diagnostics_routes();
std::vector<Route> library_routes();
std::vector<Route> trust_routes();
std::vector<Route> tls_routes();
std::vector<Route> actions_routes();

}  // namespace pf::webui
