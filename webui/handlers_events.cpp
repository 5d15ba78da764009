// events
#include "webui/event_kinds.hpp"
#include "webui/event_streams.hpp"
#include "webui/handlers_sign_in.hpp"
#include "webui/route_groups.hpp"
#include "webui/schemas.hpp"

namespace pf::webui {

namespace handlers {

std::optional<Reply> events(const Context& context, const Call& call) {
  auto& streams = *context.streams;
  EventFilter filter;
  if (const auto* kinds = call.request.query_value("kinds")) {
    auto parsed = EventFilter::parse(*kinds);
    if (!parsed)
      return error_reply(400, "bad_value",
                         "The parameter \"kinds\" must be names of kinds with commas between them, "
                         "like session.*,pairing.pending.");
    filter = std::move(*parsed);
  }
  std::optional<std::uint64_t> cursor;
  if (const auto* since = call.request.query_value("since")) cursor = parse_number(*since);
  // A browser that lost its connection tells where it was; that is newer than its address.
  if (const auto* last = call.request.header("Last-Event-ID"))
    if (const auto seen = parse_number(*last)) cursor = seen;
  if (streams.full()) {
    auto reply =
        error_reply(503, "too_many_streams",
                    "Too many event streams are open. Close another page, then try again.");
    reply.headers.emplace_back("Retry-After", "5");
    return reply;
  }
  if (auto stream = call.stream(EventStreams::head()))
    streams.add(std::move(stream), call.caller, std::move(filter), cursor);
  return std::nullopt;
}

}  // namespace handlers

std::vector<Route> events_routes() {
  static const auto help =
      "Events, until one side ends. Each has id, event and data: an object "
      "with seq, ts_ms, schema, kind and its own fields. " +
      event_kinds_text();
  return {
      {"GET",
       "/events",
       "getEvents",
       "What happens in the host, as Server-Sent Events: what is still known, then live.",
       access::kRead,
       handlers::events,
       {{200, help.c_str(), nullptr, "text/event-stream"},
        {400, "A kind is malformed.", &schemas::kError},
        {503, "Too many streams are open.", &schemas::kError}},
       nullptr,
       {{.name = "kinds", .help = "Only these, for example session.*,stats.", .text_max = 1024},
        {.name = "since",
         .help = "Go on after this number.",
         .min = 0,
         .max = 0x7FFFFFFFFFFFFFFF,
         .fallback = 0}}},
  };
}

}  // namespace pf::webui
