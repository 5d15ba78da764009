// The host itself.
#include "webui/handlers.hpp"
#include "webui/route_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> host_routes() {
  return {
      {"GET",
       "/health",
       "getHealth",
       "Whether the host answers.",
       access::kOpen,
       handlers::health,
       {{200, "It does.", &kHealth}},
       nullptr,
       {},
       false,
       0,
       true},
      {"GET",
       "/openapi.json",
       "getOpenapi",
       "This document.",
       access::kOpen,
       handlers::openapi,
       {{200, "OpenAPI 3.1.", &kDocument}}},
      {"GET",
       "/status",
       "getStatus",
       "The host at a glance.",
       access::kRead.with(lane::kDevice),
       handlers::status,
       {{200, "Its status.", &kStatus}}},
      {"GET",
       "/logs",
       "getLog",
       "The newest lines of the log.",
       access::kRead,
       handlers::show_log,
       {{200, "The lines.", &kLog}},
       nullptr,
       {{"after", "Only lines after this number, from there on; without it the newest lines.", 0,
         0x7FFFFFFFFFFFFFFF, 0},
        {"limit", "At most this many.", 1, 1000, 1000}}},
      {"GET",
       "/settings",
       "listSettings",
       "Every setting, what is in force and why.",
       access::kRead,
       handlers::list_settings,
       {{200, "The settings.", &kSettings}}},
  };
}

}  // namespace pf::webui
