#include "webui/access_body.hpp"

#include <nlohmann/json.hpp>

namespace pf::webui {

std::uint32_t preset_grants(const std::string& name) {
  if (name == "controller") return trust::grant::kPresetController;
  if (name == "view") return trust::grant::kPresetView;
  return trust::grant::kPresetFull;
}

std::optional<Problem> read_grants(const nlohmann::json& body, std::optional<std::uint32_t>& out) {
  if (body.contains("grants") && body.contains("preset"))
    return Problem{400, "bad_value", "Give grants or preset, not both."};
  if (body.contains("preset")) out = preset_grants(body["preset"].get<std::string>());
  if (body.contains("grants")) out = body["grants"].get<std::uint32_t>();
  if (out && (*out & ~trust::grant::kAll) != 0)
    return Problem{400, "bad_value", "The field \"grants\" has reserved bits set."};
  return std::nullopt;
}

std::optional<Problem> read_access(const nlohmann::json& body, trust::AccessChoice& out) {
  if (auto problem = read_grants(body, out.grants)) return problem;
  if (body.contains("expires_in_secs"))
    out.expires_in_s = body["expires_in_secs"].get<std::int64_t>();
  out.until_disconnect = body.value("until_disconnect", false);
  if (out.problem() != nullptr)
    return Problem{400, "bad_value",
                   "The field \"until_disconnect\" needs grants, preset or expires_in_secs beside "
                   "it; alone it would mean full access."};
  return std::nullopt;
}

}  // namespace pf::webui
