// wlr-screencopy: pictures of one output of a wlroots compositor through shared memory.
#pragma once

#include "capture/capture.hpp"

namespace pf::capture::wlr {

Result<std::unique_ptr<Source>> open(const media::DisplayTarget& target, const Options& options);

}  // namespace pf::capture::wlr
