#include "apps/process_tree.hpp"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "base/clock.hpp"

namespace pf::apps {
namespace {

constexpr int kPollMs = 20;
// How often a process is looked at again that shows nothing yet.
constexpr int kLooks = 10;

enum class Mark : std::uint8_t { No, Yes, Unknown };

// Ended processes that nobody has waited for yet have an empty environment and no program. So has
// the environment of one that is just becoming another program (execve(2)), but that has one.
Mark carries(pid_t pid, const std::string& entry) {
  const auto folder = "/proc/" + std::to_string(pid);
  std::ifstream file(folder + "/environ", std::ios::binary);
  if (!file) return Mark::No;
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  if (all.empty()) {
    char program = 0;
    return ::readlink((folder + "/exe").c_str(), &program, 1) > 0 ? Mark::Unknown : Mark::No;
  }
  for (std::size_t at = all.find(entry); at != std::string::npos; at = all.find(entry, at + 1)) {
    const auto end = at + entry.size();
    if ((at == 0 || all[at - 1] == '\0') && (end == all.size() || all[end] == '\0'))
      return Mark::Yes;
  }
  return Mark::No;
}

struct Members {
  std::vector<pid_t> found;
  bool unknown = false;  // there is a process that may be one
};

Members look(const std::string& mark) {
  Members all;
  const std::unique_ptr<DIR, decltype([](DIR* d) { ::closedir(d); })> processes(::opendir("/proc"));
  if (!processes) return all;
  const auto entry = std::string(kSessionVariable) + '=' + mark;
  while (const dirent* one = ::readdir(processes.get())) {
    const auto pid = static_cast<pid_t>(std::strtol(one->d_name, nullptr, 10));
    if (pid <= 1 || pid == ::getpid()) continue;
    switch (carries(pid, entry)) {
      case Mark::Yes:
        all.found.push_back(pid);
        break;
      case Mark::Unknown:
        all.unknown = true;
        break;
      case Mark::No:
        break;
    }
  }
  return all;
}

std::vector<pid_t> members(const std::string& mark) {
  auto all = look(mark);
  for (int looks = 1; all.found.empty() && all.unknown && looks < kLooks; ++looks) {
    ::poll(nullptr, 0, kPollMs);
    all = look(mark);
  }
  return std::move(all.found);
}

}  // namespace

bool session_runs(const std::string& mark) {
  return !members(mark).empty();
}

void end_session_processes(const std::string& mark, std::chrono::milliseconds grace) {
  const auto deadline = steady_now() + grace;
  auto left = members(mark);
  for (const auto pid : left) ::kill(pid, SIGTERM);
  while (!left.empty() && steady_now() < deadline) {
    ::poll(nullptr, 0, kPollMs);
    left = members(mark);
  }
  for (const auto pid : left) ::kill(pid, SIGKILL);
}

}  // namespace pf::apps
