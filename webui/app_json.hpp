// Applications as the API shows and takes them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "apps/catalogue.hpp"
#include "webui/schema.hpp"

namespace pf::webui {

nlohmann::json app_json(const apps::App& app);  // as schemas::kApp
// Takes over what the body names and leaves the rest of `app` alone. The body fits kNewApp or
// kAppChange.
std::optional<Problem> read_app(const nlohmann::json& body, apps::App& app);

}  // namespace pf::webui
