// What is well and what is not: checks, log, metrics, what a supervisor asks.
#include "webui/handlers_diagnostics.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> diagnostics_routes() {
  Route metrics{"GET",
                "/metrics",
                "getMetrics",
                "Figures for Prometheus.",
                access::kRead,
                handlers::metrics,
                {{200, "The figures in text format 0.0.4.", nullptr, "text/plain"}}};
  metrics.at_root = true;
  return {
      {"GET",
       "/diagnostics",
       "getDiagnostics",
       "What is well with this host and what is not, and what to do.",
       access::kRead,
       handlers::show_checks,
       {{200, "The checks.", &kChecks}}},
      {"POST",
       "/diagnostics/refresh",
       "refreshDiagnostics",
       "Run one check again, or all. Answers when that is done.",
       access::kControl,
       handlers::refresh_checks,
       {{200, "The checks.", &kChecks}, {404, "There is no such check.", &kError}},
       &kRefresh},
      {"GET",
       "/logs/download",
       "downloadLog",
       "The log as a text without addresses, certificates and names.",
       access::kRead,
       handlers::download_log,
       {{200, "The text.", nullptr, "text/plain"}}},
      {"GET",
       "/support-bundle",
       "getSupportBundle",
       "One file with all that helps to find a fault: checks, settings, encoders, figures, log. "
       "Without addresses, certificates and names.",
       access::kAdmin,
       handlers::support_bundle,
       {{200, "The file.", &kSupportBundle}}},
      std::move(metrics),
      {"GET",
       "/health/live",
       "getAlive",
       "Whether the host runs.",
       access::kOpen,
       handlers::alive,
       {{200, "It does.", &kAlive}}},
      {"GET",
       "/health/ready",
       "getReady",
       "Whether a client could stream now.",
       access::kOpen,
       handlers::ready,
       {{200, "It could.", &kAlive}, {503, "It could not.", &kError}}},
  };
}

}  // namespace pf::webui
