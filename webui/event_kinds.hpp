// The kinds of events that this host sends (trust-and-console.md 4.7), for the document of the API.
#pragma once

#include <string>
#include <vector>

namespace pf::webui {

struct EventKind {
  const char* name;  // "session.started"
  const char* help;  // when it comes, and its fields beside those that every event has
};
// In groups. Kinds and fields are added, never renamed.
const std::vector<EventKind>& event_kinds();
// All of it as text for people.
std::string event_kinds_text();

}  // namespace pf::webui
