// Streams that run: their figures and what can be done to them.
#include "webui/handlers_live.hpp"
#include "webui/route_groups.hpp"
#include "webui/schema_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

using namespace schemas;

std::vector<Route> live_routes() {
  return {
      {"GET",
       "/sessions/{id}/live",
       "getLive",
       "The last minute of a stream, second by second.",
       access::kRead,
       handlers::show_live,
       {{200, "The seconds.", &kLive}, {404, "There is no such session.", &kError}}},
      {"PUT",
       "/sessions/{id}/access",
       "limitSession",
       "Limit what a stream may do, within what its pairing allows. It lasts until the stream ends "
       "or the rights of its device are edited.",
       access::kControl,
       handlers::limit_session,
       {{200, "What it may do now.", &kSessionAccessNow},
        {400, "Neither a level nor grants, or both.", &kError},
        {404, "There is no such session.", &kError},
        {409, "Its device is not connected.", &kError}},
       &kSessionAccess},
      {"PUT",
       "/sessions/{id}/audio",
       "muteSession",
       "Give the client silence instead of the session's sound, or take that back.",
       access::kControl,
       handlers::mute_session,
       {{204, "It is so."}, {404, "There is no such session.", &kError}},
       &kSessionAudio},
      {"POST",
       "/sessions/{id}/idr",
       "refreshSession",
       "Send a whole picture, for a client that shows a damaged one.",
       access::kControl,
       handlers::refresh_session,
       {{202, "It is asked for."},
        {404, "There is no such session.", &kError},
        {409, "Nothing streams.", &kError}}},
  };
}

}  // namespace pf::webui
