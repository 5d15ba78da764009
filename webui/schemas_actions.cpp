// What can be done to the machine and to the host as a whole.
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui::schemas {

const Schema kAction{
    "Action",
    "One thing that can be done.",
    {choice("id", {"power.sleep", "power.reboot", "power.shutdown", "host.restart"}, "Its name."),
     boolean("possible", "Whether it can be done here."),
     maybe(text("reason", "When not: why, and what to do.")),
     maybe(integer("waiting_since_unix", "Since when it waits for the last session to end."))}};

const Schema kActions{"Actions", "Every one of them.", {list("actions", kAction, "All four.")}};

const Schema kPowerAction{"PowerAction", "Nothing is to be chosen.", {}};

const Schema kRestart{
    "Restart",
    "When it is to be.",
    {maybe(choice("when", {"idle", "now"},
                  "idle (the default): once no session is left. now: every stream ends."))}};

const Schema kActionStarted{
    "ActionStarted",
    "It was understood.",
    {text("id", "The action."),
     choice("state", {"begins", "waits"}, "Whether it begins, or waits for the last session.")}};

std::vector<const Schema*> actions_schemas() {
  return {&kAction, &kActions, &kPowerAction, &kRestart, &kActionStarted};
}

}  // namespace pf::webui::schemas
