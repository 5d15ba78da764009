// Gamepads of one session as real kernel devices through /dev/uinput.
#pragma once

#include <memory>
#include <string>

#include "input/injector.hpp"

namespace pf::input::uinput {

// Empty when pads can be made here; else one sentence: what is missing and the fix. Cheap.
std::string problem();
// The sentence for an errno from opening /dev/uinput.
std::string problem_text(int error);

// Worker thread. A pad's device appears with its arrival or first state, and goes with its removal
// or with the injector. A thread of its own makes and drives the devices, so inject() never waits
// for the kernel; rumble comes back on it. Takes pad events only; touch pads, motion and batteries
// are counted and ignored, for these devices have none.
// Error: Unavailable with problem().
Result<std::unique_ptr<Injector>> open(FeedbackSink& feedback);

}  // namespace pf::input::uinput
