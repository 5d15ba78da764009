// `punktfunk-host ctl …`: the command line of a running host, over its management API.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace CLI {
class App;
}

namespace pf::app {

// Product notes, Command line.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitNotReachable = 3,
  kExitDenied = 4,
  kExitCheckFailed = 5,
};

// Where ctl reads and writes; the process's own streams unless a test says otherwise.
struct CtlIo {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool may_ask = false;            // standard input is a terminal
  bool colour = false;             // standard output is one, and NO_COLOR is unset
  std::filesystem::path folder{};  // the host's configuration folder; empty = found as usual
};

CtlIo process_io();

// Registers the subcommand `ctl` with everything below it. While the command line is parsed, the
// chosen command runs and sets `exit_code`, which must live as long as `app`.
void add_ctl_command(CLI::App& app, int& exit_code);
// `doctor`, in the same way.
void add_doctor_command(CLI::App& app, int& exit_code);
void add_ctl_command(CLI::App& app, int& exit_code, CtlIo io);

}  // namespace pf::app
