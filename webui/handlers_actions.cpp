// Sleep, restart and switching off.
#include "webui/handlers_actions.hpp"

#include <nlohmann/json.hpp>

#include "trust/grants.hpp"
#include "webui/actions.hpp"
#include "webui/event_bus.hpp"

namespace pf::webui {

bool restarts_at_once(const Context&, const Call& call) {
  return call.body->value("when", std::string("idle")) == "now";
}

namespace handlers {
namespace {

using nlohmann::json;

constexpr const char* kBegins = "begins";
constexpr const char* kWaits = "waits";

// A device needs the grant for it at this moment; everybody else was looked at by the route.
bool may(const Context& context, const Caller& caller) {
  if (caller.lane != lane::kDevice) return true;
  const auto list = context.deps.allow_list.snapshot();
  const auto found = list->devices.find(static_cast<trust::DeviceId>(caller.id));
  if (found == list->devices.end()) return false;
  const auto grants = trust::effective_grants(*found->second, context.deps.allow_list.wall_now());
  return (grants.value_or(0) & trust::grant::kPower) != 0;
}

void tell(const Deps& deps, const std::string& id, const char* state) {
  deps.events.publish("action.invoked", {{"action", id}, {"state", state}});
}

Reply reply_of(const std::string& id, const ActionOutcome& outcome) {
  switch (outcome.kind) {
    case ActionOutcome::Kind::Impossible:
      return error_reply(409, "not_possible", outcome.text);
    case ActionOutcome::Kind::Failed:
      return error_reply(500, "action_failed", outcome.text);
    case ActionOutcome::Kind::Begins:
    case ActionOutcome::Kind::Waits:
      break;
  }
  const bool waits = outcome.kind == ActionOutcome::Kind::Waits;
  return json_reply(202, {{"id", id}, {"state", waits ? kWaits : kBegins}});
}

std::optional<Reply> invoke(const Context& context, const Call& call, const std::string& id,
                            bool when_idle) {
  if (!may(context, call.caller))
    return error_reply(403, "power_not_granted",
                       "This device may not put the host to sleep or restart it. Its access can be "
                       "changed in the console.");
  context.deps.hooks.actions->start(
      id, when_idle,
      [&deps = context.deps, id, later = call.later,
       actor = context.deps.allow_list.actor()](const ActionOutcome& outcome) {
        const bool waits = outcome.kind == ActionOutcome::Kind::Waits;
        if (waits || outcome.kind == ActionOutcome::Kind::Begins) {
          const auto acting = deps.allow_list.acting(actor);
          // A log that cannot be written has a check of its own.
          (void)deps.allow_list.note({.what = id, .detail = waits ? "when idle" : ""});
          tell(deps, id, waits ? kWaits : kBegins);
        }
        later(reply_of(id, outcome));
      });
  return std::nullopt;
}

}  // namespace

std::optional<Reply> list_actions(const Context& context, const Call& call) {
  context.deps.hooks.actions->list([later = call.later](const std::vector<Action>& actions) {
    json list = json::array();
    for (const auto& action : actions) {
      json one = {{"id", action.id}, {"possible", action.obstacle.empty()}};
      if (!action.obstacle.empty()) one["reason"] = action.obstacle;
      if (action.waiting_since != 0) one["waiting_since_unix"] = action.waiting_since;
      list.push_back(std::move(one));
    }
    later(json_reply(200, {{"actions", std::move(list)}}));
  });
  return std::nullopt;
}

std::optional<Reply> sleep_machine(const Context& context, const Call& call) {
  return invoke(context, call, kSleep, false);
}

std::optional<Reply> reboot_machine(const Context& context, const Call& call) {
  return invoke(context, call, kReboot, false);
}

std::optional<Reply> shut_down_machine(const Context& context, const Call& call) {
  return invoke(context, call, kShutDown, false);
}

std::optional<Reply> restart_host(const Context& context, const Call& call) {
  return invoke(context, call, kRestartHost, !restarts_at_once(context, call));
}

std::optional<Reply> withdraw_restart(const Context& context, const Call&) {
  if (!context.deps.hooks.actions->withdraw_restart())
    return error_reply(404, "not_found", "No restart waits.");
  tell(context.deps, kRestartHost, "withdrawn");
  return no_content();
}

}  // namespace handlers
}  // namespace pf::webui
