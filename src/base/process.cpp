#include "base/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pwd.h>
#include <sanitizer/asan_interface.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "base/clock.hpp"
#include "base/thread.hpp"

extern "C" char** environ;

namespace pf {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 4> kStandardPath = {"/usr/local/bin", "/usr/bin", "/bin",
                                                           "/usr/games"};
constexpr milliseconds kDestructorGrace{500};

// A signal number, or the raw status of waitid, in the form a shell reports.
int shell_status(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

// True while the group has a member that still runs. Asking with kill(2) would count zombies too,
// and a container's first process may never reap them.
bool group_runs(pid_t group) {
  DIR* processes = ::opendir("/proc");
  if (processes == nullptr) return false;
  bool found = false;
  while (const dirent* entry = found ? nullptr : ::readdir(processes)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    std::ifstream file(std::string("/proc/") + entry->d_name + "/stat");
    std::string line;
    std::getline(file, line);
    // "pid (name, which may hold anything) state parent group …"
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream fields(line.substr(name_end + 1));
    char state = 0;
    pid_t parent = 0, its_group = 0;
    fields >> state >> parent >> its_group;
    found = its_group == group && state != 'Z' && state != 'X';
  }
  ::closedir(processes);
  return found;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto colon = path.find(':');
    parts.emplace_back(path.substr(0, colon));
    path = colon == std::string_view::npos ? std::string_view{} : path.substr(colon + 1);
  }
  return parts;
}

std::string standard_path() {
  std::string joined;
  for (const auto part : kStandardPath) {
    if (!joined.empty()) joined += ':';
    joined += part;
  }
  return joined;
}

// Everything the child needs, prepared before it exists: between clone and exec it shares our
// memory, so it may only make system calls.
struct ChildPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* envp = nullptr;
  const char* cwd = nullptr;
  std::array<int, 3> fds{};
  bool switch_account = false;
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t parent = 0;
  int* error = nullptr;  // shared with the child: why it could not become the program
};

constexpr std::size_t kKernelSetBytes = 8;  // of a signal set, as the kernel counts

// Raw system calls on purpose: the C library's setresuid would change every thread of the parent,
// and a sanitizer's sigaction keeps books in the memory that we share with it.
int become(const ChildPlan& plan) {
  if (::syscall(SYS_setpgid, 0, 0) != 0) return errno;
  // The kernel's own form of "default action, nothing blocked": all zero.
  const std::array<unsigned long, 4> default_action{};
  for (int number = 1; number < NSIG; ++number)
    if (number != SIGKILL && number != SIGSTOP)
      ::syscall(SYS_rt_sigaction, number, default_action.data(), nullptr, kKernelSetBytes);
  // First out of the way, then into place: a source may itself be 0, 1 or 2.
  std::array<int, 3> moved{};
  for (std::size_t i = 0; i < 3; ++i) {
    moved[i] = ::fcntl(plan.fds[i], F_DUPFD, 10);
    if (moved[i] < 0) return errno;
  }
  for (std::size_t i = 0; i < 3; ++i)
    if (::dup2(moved[i], static_cast<int>(i)) < 0) return errno;
  if (::syscall(SYS_close_range, 3U, ~0U, 0U) != 0) return errno;
  if (plan.switch_account) {
    if (::syscall(SYS_setgroups, 0, nullptr) != 0) return errno;
    if (::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) != 0) return errno;
    if (::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) != 0) return errno;
  }
  if (plan.cwd != nullptr && ::chdir(plan.cwd) != 0) return errno;
  // After the account switch, which clears it.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  if (::getppid() != plan.parent) return ESRCH;
  const std::uint64_t none = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kKernelSetBytes);
  ::execve(plan.program, plan.argv, plan.envp);
  return errno;
}

int child_main(void* argument) {
  auto& plan = *static_cast<ChildPlan*>(argument);
  *plan.error = become(plan);
  ::_exit(127);
}

struct Spawned {
  pid_t pid = -1;
  int pidfd = -1;
  int error = 0;
};

#ifdef __SANITIZE_THREAD__
constexpr int kShareMemory = 0;  // the sanitizer would take the child's memory accesses for ours
#else
constexpr int kShareMemory = CLONE_VM;
#endif

// As vfork does: the child borrows our memory and we sleep until it has become the program, which
// costs the same however large we are, and lets it report a failed exec through `plan`.
Spawned clone_child(ChildPlan& plan) {
  constexpr std::size_t kStackBytes = 64 * 1024;
  void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return {-1, -1, errno};
  plan.error = static_cast<int*>(stack);  // at the far end, which no frame reaches
  // No handler of ours may run on the shared memory in the child.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  plan.parent = ::getpid();
  Spawned spawned;
  spawned.pid = ::clone(child_main, static_cast<char*>(stack) + kStackBytes,
                        kShareMemory | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &plan, &spawned.pidfd);
  if (spawned.pid < 0) spawned.error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const int child_error = *plan.error;
  // The child never returned from its frames; whoever gets these pages next must not inherit the
  // guards that an address sanitizer put around them.
  ASAN_UNPOISON_MEMORY_REGION(stack, kStackBytes);
  ::munmap(stack, kStackBytes);
  if (spawned.pid > 0 && child_error != 0) {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(spawned.pid), &info, WEXITED);
    ::close(spawned.pidfd);
    spawned = {-1, -1, child_error};
  }
  return spawned;
}

// PR_SET_PDEATHSIG follows the thread that forked, not the process: a child started by a thread
// that ends would be killed with it. So every fork is done by one thread that lives as long as the
// process does.
class Spawner {
 public:
  static Spawner& instance() {
    static Spawner spawner;
    return spawner;
  }
  Spawned run(ChildPlan& plan) {
    const std::lock_guard one_at_a_time(callers_);
    std::unique_lock lock(mutex_);
    plan_ = &plan;
    changed_.notify_all();
    changed_.wait(lock, [this] { return plan_ == nullptr; });
    return result_;
  }

 private:
  Spawner() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}

  void loop(const std::stop_token& stop) {
    name_this_thread("pf-spawn");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return plan_ != nullptr; })) {
      result_ = clone_child(*plan_);
      plan_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex callers_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  ChildPlan* plan_ = nullptr;
  Spawned result_;
  std::jthread thread_;
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  list.reserve(strings.size() + 1);
  for (auto& text : strings) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> build_environment(const ProcessOptions& options, std::string& path) {
  std::map<std::string, std::string> merged;
  if (options.inherit_environment) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      const std::string_view text(*entry);
      const auto equals = text.find('=');
      if (equals == std::string_view::npos || equals == 0) continue;
      merged.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const auto& name : options.unset) merged.erase(name);
  for (const auto& [name, value] : options.environment) merged[name] = value;
  const auto given = merged.find("PATH");
  // Another account cannot read all that we can, and we cannot ask on its behalf.
  path = options.run_as || given == merged.end() ? standard_path() : clean_path(given->second);
  merged["PATH"] = path;
  if (options.run_as && options.environment.count("HOME") == 0)
    merged["HOME"] = options.run_as->home;
  std::vector<std::string> list;
  list.reserve(merged.size());
  for (const auto& [name, value] : merged) list.push_back(name + '=' + value);
  return list;
}

std::optional<std::string> find_in(std::string_view name, std::string_view path) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string_view::npos) return std::string(name);
  for (const auto& folder : split_path(path)) {
    auto candidate = folder + '/' + std::string(name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Account> find_account(const char* name) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return Account{entry.pw_uid, entry.pw_gid, entry.pw_dir};
}

std::optional<Account> unprivileged_account() {
  if (::geteuid() != 0) return std::nullopt;
  if (auto own = find_account("punktfunk")) return own;
  return find_account("nobody");
}

Result<Process> Process::spawn(const ProcessOptions& options) {
  if (options.argv.empty()) return fail_errno(EINVAL, "no program given");
  std::string path;
  auto environment = build_environment(options, path);
  const auto program = find_in(options.argv.front(), path);
  if (!program) return fail_errno(ENOENT, options.argv.front());
  auto arguments = options.argv;
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);

  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return fail_errno(errno, "/dev/null");
  const auto or_null = [&](int fd) { return fd >= 0 ? fd : null.get(); };

  ChildPlan plan;
  plan.program = program->c_str();
  plan.argv = argv.data();
  plan.envp = envp.data();
  plan.cwd = options.cwd.empty() ? nullptr : options.cwd.c_str();
  plan.fds = {or_null(options.stdin_fd), or_null(options.stdout_fd), or_null(options.stderr_fd)};
  if (options.run_as) {
    plan.switch_account = true;
    plan.uid = options.run_as->uid;
    plan.gid = options.run_as->gid;
  }
  const auto spawned = Spawner::instance().run(plan);
  if (spawned.error != 0) return fail_errno(spawned.error, *program);
  Process process;
  process.pid_ = spawned.pid;
  process.pidfd_.reset(spawned.pidfd);
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  terminate(kDestructorGrace);
  pid_ = std::exchange(other.pid_, -1);
  pidfd_ = std::move(other.pidfd_);
  status_ = other.status_;
  return *this;
}

Process::~Process() {
  terminate(kDestructorGrace);
}

bool Process::wait(milliseconds limit) const {
  if (!pidfd_) return true;
  const auto deadline = steady_now() + limit;
  while (true) {
    pollfd item{pidfd_.get(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_now()).count();
    const int count =
        ::poll(&item, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
    if (count > 0) return true;
    if (count == 0 && left <= 0) return false;
    if (count < 0 && errno != EINTR) return false;
  }
}

bool Process::alive() const {
  return pidfd_ && !wait(milliseconds(0));
}

std::optional<int> Process::exit_status() const {
  if (!pidfd_) return status_;
  siginfo_t info{};
  // Left a zombie until terminate(), so that its process group cannot be somebody else's.
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return std::nullopt;
  return shell_status(info);
}

int Process::terminate(milliseconds grace) {
  if (pid_ <= 0) return status_;
  const auto deadline = steady_now() + grace;
  ::kill(-pid_, SIGTERM);
  if (!wait(grace)) {
    ::kill(-pid_, SIGKILL);
    wait(milliseconds(5000));
  }
  // The leader has gone, its group may have not: the others get the rest of the grace. The group's
  // number stays taken while one of them lives, so the signal cannot reach a stranger.
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG) == 0)
    status_ = shell_status(info);
  while (::kill(-pid_, 0) == 0 && group_runs(pid_)) {
    if (steady_now() >= deadline) {
      ::kill(-pid_, SIGKILL);
      break;
    }
    ::poll(nullptr, 0, 5);
  }
  pid_ = -1;
  pidfd_.reset();
  return status_;
}

std::string clean_path(std::string_view path) {
  auto parts = split_path(path);
  for (const auto standard : kStandardPath)
    if (std::find(parts.begin(), parts.end(), standard) == parts.end())
      parts.emplace_back(standard);
  std::string joined;
  std::vector<std::string_view> kept;
  for (const auto& part : parts) {
    if (part.empty() || part.front() != '/' || ::access(part.c_str(), R_OK | X_OK) != 0) continue;
    if (std::find(kept.begin(), kept.end(), part) != kept.end()) continue;
    kept.push_back(part);
    if (!joined.empty()) joined += ':';
    joined += part;
  }
  return joined;
}

std::optional<std::string> find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  auto found = find_in(name, clean_path(path != nullptr ? path : ""));
  if (found && ::access(found->c_str(), X_OK) != 0) return std::nullopt;
  return found;
}

}  // namespace pf
