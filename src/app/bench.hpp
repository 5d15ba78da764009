// `punktfunk-host bench`: what the encoders and the capture of this machine give, measured in a few
// seconds without a client.
#pragma once

#include <CLI/CLI.hpp>

namespace pf::app {

void add_bench_command(CLI::App& app, int& exit_code);

}  // namespace pf::app
