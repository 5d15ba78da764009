// `ctl watch`: the events of a running host as lines of JSON (trust-and-console.md 1.1, 4.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/ctl_actions.hpp"

namespace pf::app::ctl {

struct WatchOptions {
  std::string kinds;  // empty = every kind that nobody has to ask for
  std::optional<std::uint64_t> since;
  std::uint64_t count = 0;  // 0 = without end
};

// One object a line on standard output. Between them {"kind":"ctl.resync"} where events were
// missed, and {"kind":"ctl.disconnected"} when the host went away, to which it connects anew by
// itself. Ends when nobody reads any more, after `count` events, or when the host refuses. A host
// that cannot be reached at the beginning is an error.
int watch_events(const Context& context, const WatchOptions& options);

}  // namespace pf::app::ctl
