// What can be done to the machine and to the host as a whole.
#include "webui/handlers_actions.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> actions_routes() {
  // A device of the allow-list needs the grant for power beside it.
  const auto act = [](const char* path, const char* operation, const char* summary, Handler handler,
                      Gate gate, const Schema& body) {
    return Route{"POST",
                 path,
                 operation,
                 summary,
                 access::kAdmin.with(lane::kDevice).gated(gate),
                 handler,
                 {{202, "It begins, or waits.", &kActionStarted},
                  {409, "It is not possible here; the sentence says why.", &kError},
                  {500, "The machine refused.", &kError}},
                 &body};
  };
  return {
      {"GET",
       "/actions",
       "listActions",
       "What can be done to the machine and the host: which of it is possible here, and why not.",
       access::kRead.with(lane::kDevice),
       handlers::list_actions,
       {{200, "The actions.", &kActions}}},
      act("/actions/power.sleep", "sleepMachine",
          "Put the machine to sleep. Streams end; applications wait for their devices.",
          handlers::sleep_machine, always_gated, kPowerAction),
      act("/actions/power.reboot", "rebootMachine", "Restart the machine. Everything on it ends.",
          handlers::reboot_machine, always_gated, kPowerAction),
      act("/actions/power.shutdown", "shutDownMachine",
          "Switch the machine off. Everything on it ends.", handlers::shut_down_machine,
          always_gated, kPowerAction),
      act("/actions/host.restart", "restartHost",
          "Start the host's program again, with the same options: once no session is left, or at "
          "once.",
          handlers::restart_host, restarts_at_once, kRestart),
      {"DELETE",
       "/actions/host.restart",
       "withdrawRestart",
       "Take back a restart that waits.",
       access::kAdmin,
       handlers::withdraw_restart,
       {{204, "It does not happen."}, {404, "None waits.", &kError}}},
  };
}

}  // namespace pf::webui
