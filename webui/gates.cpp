// Which requests grant something, so that a browser has to give the password again
// (trust-and-console.md 5.2).
#include "webui/gates.hpp"

#include <nlohmann/json.hpp>

#include "webui/access_body.hpp"

namespace pf::webui {

bool widens_access(const Context& context, const Call& call) {
  const auto& body = *call.body;
  const auto list = context.deps.allow_list.snapshot();
  const auto found = list->devices.find(static_cast<trust::DeviceId>(call.id));
  if (found == list->devices.end()) return false;  // nothing to widen: the handler says so
  const auto& device = *found->second;

  std::optional<std::uint32_t> grants;
  if (read_grants(body, grants)) return false;  // refused by the handler
  if (grants && (*grants & ~device.access.grants) != 0) return true;
  if (device.disabled && !body.value("disabled", true)) return true;
  if (device.access.until_disconnect && !body.value("until_disconnect", true)) return true;
  const auto& ends = device.access.expires_unix;
  if (ends && body.value("clear_expiry", false)) return true;
  return ends && body.contains("expires_in_secs") &&
         trust::saturating_add(context.deps.allow_list.wall_now(),
                               body["expires_in_secs"].get<std::int64_t>()) > *ends;
}

bool changes_what_runs(const Context&, const Call& call) {
  return call.body->size() != (call.body->contains("hidden") ? 1U : 0U);
}

}  // namespace pf::webui
