// A private headless sway for each session, at exactly the client's mode.
#pragma once

#include "display/display.hpp"

namespace pf::display::virtual_display {

Result<> probe(const Options& options);
Result<std::unique_ptr<Display>> open(const Options& options, const Request& request);

}  // namespace pf::display::virtual_display
