// Real silence at the right pace, for machines where no sound server works: the client keeps its
// clock.
#pragma once

#include "audio/source.hpp"

namespace pf::audio::silent {

Result<std::unique_ptr<Source>> open(const Options& options, const Request& request);

}  // namespace pf::audio::silent
