// Which back end serves a request; shared by open() and WarmPool.
#pragma once

#include "display/display.hpp"

namespace pf::display {

// The wanted back end when it is usable, or for "auto" the first usable one. Unavailable with all
// reasons otherwise.
Result<const Backend*> choose(const Options& options);

}  // namespace pf::display
