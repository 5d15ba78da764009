// `punktfunk-host serve`: builds the host, runs it until SIGTERM or SIGINT, takes it down.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "app/host.hpp"
#include "config/settings.hpp"

namespace pf::app {

struct ServeOptions {
  config::Values flags;  // setting id → text, as given on the command line
  std::string account;   // when started by root; empty = punktfunk, else nobody
  HostOptions host;
  std::chrono::seconds run_for{0};  // 0 = until a signal
  // What started this process, for starting it again; empty = it cannot be.
  std::vector<std::string> command_line;
};

// SIGUSR1 has it end and begin again in place, with the same process number and command line.
// Returns the process's exit code: 0 after an orderly stop, 1 when it could not start (one sentence
// with the fix is on standard error).
int serve(const ServeOptions& options);

}  // namespace pf::app
