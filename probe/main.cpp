// punktfunk-probe: the reference client of the native protocol.
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "base/log.hpp"
#include "probe/cli.hpp"

namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int) {
  interrupted = 1;
}

}  // namespace

int main(int argc, char** argv) {
  struct sigaction action {};
  action.sa_handler = &on_signal;
  // Once: a second one ends the program at once.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  pf::log::start(pf::log::Level::Warn, false);
  int code = pf::probe::kExitFailed;
  try {
    code = pf::probe::run_cli({argv + 1, argv + argc},
                              {.out = std::cout,
                               .err = std::cerr,
                               .in = std::cin,
                               .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
                               .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                               .interrupted = [] { return interrupted != 0; }});
  } catch (const std::exception& e) {
    std::cerr << "punktfunk-probe: " << e.what() << '\n';
  }
  pf::log::stop();
  return code;
}
