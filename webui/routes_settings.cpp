// Changing settings; what the machine is and can do.
#include "webui/handlers_settings.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> settings_routes() {
  return {
      {"PATCH",
       "/settings",
       "changeSettings",
       "Change settings: all of them or, when one is not allowed, none. If-Match is honoured.",
       access::kAdmin.gated(handlers::opens_host),
       handlers::change_settings,
       {{200, "The settings as they are now.", &kSettings},
        {400, "A value is not allowed, or there is no such setting; nothing has changed.", &kError},
        {412, "Somebody else changed them meanwhile.", &kError},
        {500, "The change could not be stored; nothing has changed.", &kError}},
       &kSettingsChange},
      {"GET",
       "/host",
       "getHost",
       "Who this host is and how to reach it.",
       access::kRead.with(lane::kDevice),
       handlers::show_host,
       {{200, "The host.", &kHost}}},
      {"GET",
       "/encoders",
       "getEncoders",
       "Which encoder can do what, tried with real pictures.",
       access::kRead,
       handlers::show_encoders,
       {{200, "The encoders.", &kEncoders}}},
      {"POST",
       "/encoders/probe",
       "probeEncoders",
       "Try every encoder again. Takes some seconds; diagnostics.changed tells when it is done.",
       access::kControl,
       handlers::probe_encoders,
       {{202, "They are being tried."}}},
      {"GET",
       "/displays",
       "listDisplays",
       "What sessions show, and what could be shown.",
       access::kRead,
       handlers::show_displays,
       {{200, "The displays.", &kDisplays}}},
  };
}

}  // namespace pf::webui
