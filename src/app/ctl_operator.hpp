// What the operator of a host does with its console, as ctl commands: tokens, sign-ins, the
// certificate, the allow-list as a file, and what happens in the host.
#pragma once

#include <CLI/CLI.hpp>

#include "app/ctl_actions.hpp"

namespace pf::app {

// Adds them below `ctl`, whose group "devices" exists already. `context` and `exit_code` must live
// as long as the command line.
void add_operator_commands(CLI::App& ctl, const ctl::Context& context, int& exit_code);

}  // namespace pf::app
