// Parts of the host as JSON, where more than one answer shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/settings.hpp"
#include "media/colour.hpp"
#include "webui/status_parts.hpp"

namespace pf::webui {

const char* codec_id(media::Codec codec);  // "h264", "hevc", "av1"
nlohmann::json ports_json(std::uint16_t management, const Ports& ports);
nlohmann::json backend_json(const BackendReport& report);
// As schemas::kSettings.
nlohmann::json settings_json(const config::Settings& settings);

}  // namespace pf::webui
