// One row per physical device, who did what, the streams that were, and the allow-list as a file.
#include "webui/handlers_trust.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> trust_routes() {
  std::vector<Route> routes{
      {"POST",
       "/devices/{id}/merge",
       "mergeDevices",
       "Make two rows one: this device keeps its name and access, which bind the certificates of "
       "the other one as well, at once.",
       access::kAdmin.gated(always_gated),
       handlers::merge_devices,
       {{200, "The device as it is now.", &kDevice},
        {400, "These two cannot be merged.", &kError},
        {404, "There is no such device.", &kError},
        {412, "It is not at the revision that If-Match names.", &kChangedElsewhere},
        {500, "The change could not be stored.", &kError}},
       &kMerge},
      {"POST",
       "/devices/{id}/split",
       "splitDevice",
       "Give a certificate a row of its own, with the same access.",
       access::kAdmin,
       handlers::split_device,
       {{200, "The new device.", &kDevice},
        {400, "It has no such certificate, or only this one.", &kError},
        {404, "There is no such device.", &kError},
        {412, "It is not at the revision that If-Match names.", &kChangedElsewhere},
        {500, "The change could not be stored.", &kError}},
       &kSplit},
      {"GET",
       "/audit",
       "getAudit",
       "Who did what, and from where.",
       access::kAdmin,
       handlers::show_audit,
       {{200, "The entries.", &kAudit}, {500, "The log could not be read.", &kError}},
       nullptr,
       {{"after", "Only entries after this number; without it the newest ones.", 0,
         0x7FFFFFFFFFFFFFFF, 0},
        {"limit", "At most this many.", 1, 1000, 200}}},
      {"GET",
       "/history",
       "getHistory",
       "The streams that were.",
       access::kRead,
       handlers::show_history,
       {{200, "The streams.", &kHistory}, {500, "The history could not be read.", &kError}},
       nullptr,
       {{"limit", "At most this many.", 1, 2000, 100}}},
      {"GET",
       "/export",
       "exportDevices",
       "The allow-list as a file, without secrets.",
       access::kAdmin,
       handlers::export_devices,
       {{200, "The file.", &kExport}}},
      {"POST",
       "/import",
       "importDevices",
       "Add the devices of such a file. All of it is checked first; devices that are known already "
       "stay as they are.",
       access::kAdmin.gated(always_gated),
       handlers::import_devices,
       {{200, "What was added.", &kImported},
        {400, "The file is not right; nothing was added.", &kError},
        {500, "The change could not be stored; nothing was added.", &kError}},
       &kExport},
  };
  routes.back().json_limit = 4 * 1024 * 1024;  // whatever an export can be
  return routes;
}

}  // namespace pf::webui
