// The access that a request body chooses: grants or preset, expires_in_secs, until_disconnect.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "trust/device.hpp"
#include "webui/schema.hpp"

namespace pf::webui {

// The grants behind "full", "controller" or "view".
std::uint32_t preset_grants(const std::string& name);
// What the fields grants and preset of a body say. A problem for both at once and for reserved
// bits.
std::optional<Problem> read_grants(const nlohmann::json& body, std::optional<std::uint32_t>& out);
// All four fields, of a body that has passed its schema.
std::optional<Problem> read_access(const nlohmann::json& body, trust::AccessChoice& out);

}  // namespace pf::webui
