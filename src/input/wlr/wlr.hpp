// Keyboard and pointer of a wlroots compositor through its virtual devices.
#pragma once

#include <memory>

#include "input/injector.hpp"

namespace pf::input::wlr {

// Worker thread. Connects to target.wayland_socket and creates one keyboard and one pointer, which
// live as long as the injector: programs started afterwards miss no key. inject() writes to the
// compositor at once; when it does not read, events wait in a bounded queue for the injector's own
// thread. Performs keys, text, mouse and scroll; touch and pen act as a pointer with its left
// button. Other kinds are counted and ignored.
// The keyboard layout is the one of XKB_DEFAULT_LAYOUT (and its sisters), "us" without it.
// Errors: ConnectFailed; ProtocolMissing with the name of what is absent.
Result<std::unique_ptr<Injector>> open(const media::DisplayTarget& target, const Options& options,
                                       FeedbackSink& feedback);

}  // namespace pf::input::wlr
