// How the command line speaks: its help, and what it says of a line that it does not understand.
#pragma once

#include <CLI/CLI.hpp>

namespace pf::app {

// For `app` and every command that is added to it afterwards.
void shape_help(CLI::App& app);

}  // namespace pf::app
