// Sessions.
#include "webui/handlers.hpp"
#include "webui/route_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> sessions_routes() {
  return {
      {"GET",
       "/sessions",
       "listSessions",
       "Every session.",
       access::kRead,
       handlers::list_sessions,
       {{200, "The sessions.", &kSessions}}},
      {"GET",
       "/sessions/{id}",
       "getSession",
       "One session.",
       access::kRead,
       handlers::show_session,
       {{200, "The session.", &kSession}, {404, "There is no such session.", &kError}}},
      {"DELETE",
       "/sessions/{id}",
       "stopSession",
       "End a session and its application. Answers when everything has been taken down.",
       access::kControl,
       handlers::stop_session,
       {{204, "It has ended."}, {404, "There is no such session.", &kError}}},
  };
}

}  // namespace pf::webui
