#include "app/serve.hpp"

#include <linux/close_range.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "app/host.hpp"
#include "app/privileges.hpp"
#include "app/state_lock.hpp"
#include "app/stored_settings.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"

namespace pf::app {
namespace {

int refuse(const Error& error) {
  std::fprintf(stderr, "punktfunk-host: %s\n", error.message().c_str());
  return 1;
}

// The signal that came, or 0 when the time was over first.
int wait_for_end(const sigset_t& signals, std::chrono::seconds run_for) {
  int signal = 0;
  if (run_for.count() == 0) {
    sigwait(&signals, &signal);
    return signal;
  }
  const timespec limit{static_cast<time_t>(run_for.count()), 0};
  do signal = sigtimedwait(&signals, nullptr, &limit);
  while (signal < 0 && errno == EINTR);
  return std::max(signal, 0);
}

// Asks the main thread to take the host down and begin again.
void ask_for_restart() {
  ::kill(::getpid(), SIGUSR1);
}

// Where this program lies. Known from the start, because an update may put another in its place.
std::filesystem::path own_program() {
  std::error_code error;
  auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : path;
}

// Does not return when it succeeds. The process stays the same one for whoever watches over it.
int begin_again(const std::filesystem::path& program, const std::vector<std::string>& command) {
  // Not everything that a library opened closes by itself.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  std::fprintf(stderr, "punktfunk-host: %s could not be started again: %s\n", program.c_str(),
               std::strerror(errno));
  return 1;
}

// Whether the host is to begin again.
Result<bool> run(const ServeOptions& options, const sigset_t& signals,
                 const std::filesystem::path& program) {
  auto account = leave_root(options.account);
  if (!account) return pass(account);
  const auto environment = config::process_environment();
  auto paths = config::prepare_paths(environment);
  if (!paths) return pass(paths);
  auto lock = lock_state(paths->state);
  if (!lock) return pass(lock);
  if (auto whole = check_restored(paths->state); !whole) return pass(whole);
  auto database = store::Database::open(paths->state / "punktfunk.db");
  if (!database) return pass(database);
  StoredSettings stored(**database);
  auto settings = config::Settings::resolve(options.flags, environment, &stored);
  if (!settings) return pass(settings);

  log::start(log::level_from(settings->get(config::kLogLevel)).value_or(log::Level::Info),
             ::isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr);
  if (!account->empty())
    log::info("app", "started by root, runs as another account", "account", *account);
  for (const auto& problem : settings->problems()) log::warn("config", problem);
  auto host_options = options.host;
  if (!options.command_line.empty()) {
    host_options.program = program;
    host_options.restart = ask_for_restart;
  }
  auto host = Host::start(*paths, **database, *settings, host_options);
  if (!host) return pass(host);
  // To the terminal only: what the log holds can be read by others.
  if (options.host.native_pin) {
    std::printf("PIN: %s\n", (*host)->native_pin().c_str());
    std::fflush(stdout);
  }
  const auto signal = wait_for_end(signals, options.run_for);
  const bool again = signal == SIGUSR1;
  log::info("app", "stopping", "why",
            again         ? "it begins again"
            : signal == 0 ? "its time is over"
                          : strsignal(signal));
  host->reset();
  return again;
}

}  // namespace

int serve(const ServeOptions& options) {
  // Blocked before the first thread exists, so that every thread inherits it and only sigwait sees
  // them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  const auto program = own_program();
  const auto again = run(options, signals, program);
  log::stop();
  if (!again) return refuse(again.error());
  return *again ? begin_again(program, options.command_line) : 0;
}

}  // namespace pf::app
