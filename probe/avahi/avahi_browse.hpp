// Browsing through the Avahi daemon. Only discover.cpp includes this.
#pragma once

#include "probe/discover.hpp"

namespace pf::probe::avahi {

// Blocks for `time`. Errc::NoDiscovery.
Result<std::vector<FoundHost>> browse(std::chrono::milliseconds time);

}  // namespace pf::probe::avahi
