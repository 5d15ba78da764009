// What is well and what is not.
#include "webui/schema_fields.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui::schemas {

const Schema kCheck{
    "Check",
    "One check.",
    {text("id", "A stable token."), text("title", "What is looked at."),
     choice("status", {"ok", "warning", "failed", "skipped"}, "How it is."),
     text("meaning", "What was found, and what follows from it."),
     maybe(text("fix", "What to do.")), maybe(text("command", "A command that does it.")),
     integer("since_unix", "Since when it is so.")}};

const Schema kChecks{
    "Checks",
    "Every check.",
    {list("checks", kCheck, "The worst first."),
     maybe(integer("ran_unix", "When all of them were last run; absent = not yet."))}};

const Schema kRefresh{
    "Refresh", "What to run again.", {maybe(text("id", 1, 64, "One check; absent = all."))}};

const Schema kAlive{"Alive", "How the host is.", {choice("status", {"ok", "ready"}, "How it is.")}};

const Schema kSupportBundle{
    "SupportBundle",
    "What helps to find a fault. Names, addresses and certificates are replaced by stand-ins.",
    {integer("v", "Version of this shape."), integer("made_unix", "When it was made."),
     object("status", kStatus, "As GET /status."),
     object("encoders", kEncoders, "As GET /encoders."),
     object("diagnostics", kChecks, "As GET /diagnostics."),
     object("sessions", kSessions, "As GET /sessions."),
     list("settings", kSetting, "As GET /settings."), text("kernel", "The running kernel."),
     text("os", "The operating system."), texts("log", "The newest lines, oldest first.")}};

std::vector<const Schema*> diagnostics_schemas() {
  return {&kCheck, &kChecks, &kRefresh, &kAlive, &kSupportBundle};
}

}  // namespace pf::webui::schemas
