// `punktfunk-host password reset`: a way back in for whoever sits at the machine, with the host
// running or not (product notes, section 4, "Forgotten password").
#pragma once

#include "app/ctl.hpp"

namespace pf::app {

// Registers the subcommand. While the command line is parsed it runs and sets `exit_code`, which
// must live as long as `app`. The password comes from a file or standard input, never from the
// command line.
void add_password_command(CLI::App& app, int& exit_code);
void add_password_command(CLI::App& app, int& exit_code, CtlIo io);

}  // namespace pf::app
