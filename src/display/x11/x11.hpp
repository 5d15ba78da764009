// An X display: an existing one (Options::x11_display or $DISPLAY), or a private Xvfb of the
// session's size.
#pragma once

#include "display/display.hpp"

namespace pf::display::x11 {

Result<> probe(const Options& options);
Result<std::unique_ptr<Display>> open(const Options& options, const Request& request);

}  // namespace pf::display::x11
