// Child processes: started without a shell, in a process group of their own, with no file
// descriptor of ours, and gone when this process is gone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pf {

// An unprivileged account that a child runs as (only root can switch to one).
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home;
};
// The account of that name, or nothing when the system has none.
std::optional<Account> find_account(const char* name);
// Who children run as: nothing (our own account) unless this process is root, which hands them to
// `punktfunk`, or to `nobody` where the system has no such account.
std::optional<Account> unprivileged_account();

struct ProcessOptions {
  std::vector<std::string> argv;  // argv[0] is a path, or a name that is looked up in PATH
  // Added to, or replacing, this process's own environment. PATH is cleaned (see clean_path).
  std::map<std::string, std::string> environment;
  std::vector<std::string> unset;   // variables that the child must not inherit
  bool inherit_environment = true;  // false: the child sees `environment` and PATH only
  std::string cwd;                  // empty = ours
  // Borrowed descriptors that become the child's 0, 1 and 2; -1 = /dev/null.
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  std::optional<Account> run_as;
};

// Owns one child and its process group. Movable; used by one thread at a time, except alive(),
// pid() and exit_fd(), which any thread may call while the object lives.
class Process {
 public:
  // Any thread. Returns once the program runs; a program that cannot be executed is an error
  // (errno) with its name as context.
  static Result<Process> spawn(const ProcessOptions& options);

  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // terminate() with a short grace

  pid_t pid() const { return pid_; }
  // Readable (poll) once the child has ended; stays owned by this object. -1 when empty.
  int exit_fd() const { return pidfd_.get(); }
  // Cheap. False once the child has ended or when there is none.
  bool alive() const;
  // Waits until the child ends or the deadline passes; true when it ended.
  bool wait(std::chrono::milliseconds limit) const;
  // 0..255 from exit(), 128+n when signal n ended it; nothing while it runs.
  std::optional<int> exit_status() const;

  // SIGTERM to the whole group, after `grace` SIGKILL to what is left, then reaps. Idempotent.
  // Returns the exit status.
  int terminate(std::chrono::milliseconds grace);

 private:
  pid_t pid_ = -1;
  UniqueFd pidfd_;
  int status_ = 0;  // once reaped
};

// `path` without empty, relative, missing and unreadable directories (an unreadable one makes every
// later lookup fail with EACCES), with the standard directories appended where absent.
std::string clean_path(std::string_view path);
// Absolute path of an executable in the cleaned $PATH.
std::optional<std::string> find_program(std::string_view name);

}  // namespace pf
