// A microphone without a sound server: its own thread fetches 5 ms at a time, and a test may
// listen.
#pragma once

#include <functional>

#include "audio/microphone.hpp"

namespace pf::audio::synthetic {

Result<std::unique_ptr<Microphone>> open_microphone(const Options& options, const Request& request);

// From here on every synthetic microphone's samples are also given to `tap` (empty: to nobody), on
// the microphone's thread. Any thread; a call in progress is waited for.
using Tap = std::function<void(const std::string& session_tag, std::span<const float> stereo)>;
void set_tap(Tap tap);

}  // namespace pf::audio::synthetic
