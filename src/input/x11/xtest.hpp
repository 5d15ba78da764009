// Keyboard and pointer of an X server through the XTEST extension.
#pragma once

#include <memory>

#include "input/injector.hpp"

namespace pf::input::x11 {

// Worker thread. Connects to target.x11_display; the injector then runs a thread of its own, so a
// server that hangs never holds up inject(). Performs keys, text, mouse and scroll; touch and
// pen act as a pointer with its left button. Other kinds are counted and ignored.
// Errors: ConnectFailed; ProtocolMissing without XTEST.
Result<std::unique_ptr<Injector>> open(const media::DisplayTarget& target, const Options& options,
                                       FeedbackSink& feedback);

}  // namespace pf::input::x11
