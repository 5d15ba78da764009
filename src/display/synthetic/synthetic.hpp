// A display that is only a mode: the synthetic capture source draws its picture.
#pragma once

#include "display/display.hpp"

namespace pf::display::synthetic {

Result<> probe(const Options& options);
Result<std::unique_ptr<Display>> open(const Options& options, const Request& request);

}  // namespace pf::display::synthetic
