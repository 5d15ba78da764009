// The allow-list.
#include "webui/gates.hpp"
#include "webui/handlers.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> devices_routes() {
  return {
      {"GET",
       "/devices",
       "listDevices",
       "Every paired device.",
       access::kRead,
       handlers::list_devices,
       {{200, "The devices.", &kDevices}}},
      {"DELETE",
       "/devices",
       "revokeAllDevices",
       "Revoke every device. Their streams end at once; they have to pair again.",
       access::kControl,
       handlers::revoke_all_devices,
       {{200, "How many there were.", &kRevoked},
        {500, "They are out, but that could not be stored yet.", &kError}}},
      {"GET",
       "/devices/{id}",
       "getDevice",
       "One paired device.",
       access::kRead,
       handlers::show_device,
       {{200, "The device.", &kDevice}, {404, "There is no such device.", &kError}}},
      {"PATCH",
       "/devices/{id}",
       "changeDevice",
       "Rename a device or change its access. Running streams follow at once.",
       access::kAdmin.gated(widens_access),
       handlers::change_device,
       {{200, "The device as it is now.", &kDevice},
        {400, "A value is not allowed.", &kError},
        {404, "There is no such device.", &kError},
        {412, "It is not at the revision that If-Match names.", &kChangedElsewhere},
        {500, "The change could not be stored.", &kError}},
       &kDeviceChange},
      {"DELETE",
       "/devices/{id}",
       "revokeDevice",
       "Revoke a device. Its streams end at once; it has to pair again.",
       access::kControl,
       handlers::revoke_device,
       {{204, "It is out."},
        {404, "There is no such device.", &kError},
        {412, "It is not at the revision that If-Match names.", &kChangedElsewhere},
        {500, "It is out, but that could not be stored yet.", &kError}}},
  };
}

}  // namespace pf::webui
