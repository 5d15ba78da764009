// What may be launched.
#include "webui/handlers.hpp"
#include "webui/route_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> apps_routes() {
  return {
      {"GET",
       "/apps",
       "listApps",
       "Every application.",
       access::kRead,
       handlers::list_apps,
       {{200, "The applications.", &kApps}}},
      {"POST",
       "/apps",
       "addApp",
       "Add an application.",
       access::kAdmin.gated(always_gated),
       handlers::add_app,
       {{201, "The application with its number.", &kApp},
        {400, "A value is not allowed.", &kError},
        {500, "The change could not be stored.", &kError}},
       &kNewApp},
      {"DELETE",
       "/apps/{id}",
       "removeApp",
       "Remove an application.",
       access::kAdmin,
       handlers::remove_app,
       {{204, "It is gone."},
        {404, "There is no such application.", &kError},
        {409, "The Desktop always exists.", &kError},
        {500, "The change could not be stored.", &kError}}},
  };
}

}  // namespace pf::webui
