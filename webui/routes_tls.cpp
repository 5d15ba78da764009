// The certificate of this port: the host's own, or one that the operator brings.
#include "webui/handlers_tls.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> tls_routes() {
  std::vector<Route> routes{
      {"GET",
       "/tls",
       "getTls",
       "The certificate that browsers see.",
       access::kRead,
       handlers::show_tls,
       {{200, "The certificate.", &kTls}}},
      {"PUT",
       "/tls",
       "setTls",
       "Show an own certificate to whoever asks by one of its names, from the next connection on. "
       "By address the host keeps showing its own, which devices know by its fingerprint.",
       access::kAdmin.gated(always_gated),
       handlers::set_tls,
       {{200, "The certificate that is shown now.", &kTls},
        {400, "The certificate or the key cannot be used; nothing has changed.", &kError},
        {409, "Another change is still under way.", &kError},
        {500, "It could not be stored; nothing has changed.", &kError}},
       &kTlsChange},
      {"DELETE",
       "/tls",
       "removeTls",
       "Go back to the certificate that the host made itself.",
       access::kAdmin.gated(always_gated),
       handlers::remove_tls,
       {{200, "The certificate that is shown now.", &kTls},
        {404, "There is no own certificate.", &kError},
        {409, "Another change is still under way.", &kError},
        {500, "It could not be removed; nothing has changed.", &kError}},
       &kTlsRemoval},
  };
  routes[1].json_limit = 96 * 1024;
  return routes;
}

}  // namespace pf::webui
