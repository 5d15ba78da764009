// DualSense pads of one session through /dev/uhid.
#pragma once

#include <memory>
#include <string>

#include "input/injector.hpp"

namespace pf::input::uhid {

// Empty when pads can be made here; else one sentence: what is missing and the fix. Cheap.
std::string problem();
// The sentence for an errno from opening /dev/uhid.
std::string problem_text(int error);

// Worker thread. A pad's device appears with its arrival and goes with its removal or with the
// injector. A thread of its own makes and drives the devices, so inject() never waits for the
// kernel. Takes pad events only; events of a pad that has not arrived are ignored. Clients whose
// pad has motion sensors are asked for their motion. Error: Unavailable with problem().
Result<std::unique_ptr<Injector>> open(FeedbackSink& feedback);

}  // namespace pf::input::uhid
