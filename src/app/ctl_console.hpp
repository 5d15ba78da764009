// What the console does beyond pairing and devices, as ctl commands: settings, applications,
// streams, checks, displays, encoders, logs.
#pragma once

#include <CLI/CLI.hpp>

#include "app/ctl_actions.hpp"

namespace pf::app {

// Adds them below `ctl`, whose groups "sessions" and "apps" exist already. `context` and
// `exit_code` must live as long as the command line.
void add_console_commands(CLI::App& ctl, const ctl::Context& context, int& exit_code);

}  // namespace pf::app
