// `punktfunk-host doctor`: what is well and what is not, with or without a running host.
#pragma once

#include "app/ctl_actions.hpp"

namespace pf::app {

// Asks the running host to look at everything again, or looks itself when none runs. Exit code 5
// when a check failed.
int doctor(const ctl::Context& context);

}  // namespace pf::app
