// `punktfunk-host punktfunk1-host`: native clients only, without GameStream and console; for trying
// things out (trust-and-console.md 1.1).
#pragma once

#include <CLI/CLI.hpp>

#include "app/serve.hpp"

namespace pf::app {

// `options` is what serve() is to be called with when the returned command was given; it must
// outlive the parsing.
CLI::App* add_native_host_command(CLI::App& app, ServeOptions& options);

}  // namespace pf::app
